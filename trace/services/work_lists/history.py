"""What was done: about one item, and about all of them, the newest first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import col

from trace.records.account import Account
from trace.records.organisation import Organisation
from trace.records.typed_text import TypedText
from trace.records.work_decision import WorkDecision
from trace.services.admission import Act, visible
from trace.services.work_lists.item import Item, Look

SHOWN: Final = 100
A_PORTION: Final = 500


@dataclass(frozen=True)
class Deed:
    """One act with the names of who did it and of who took the item on, and what was typed beside it."""

    decision: WorkDecision
    by: str
    assignee: str
    note: str
    org: str


def of_item(look: Look, item: Item, limit: int | None = None) -> Sequence[Deed]:
    """What was done about an item, the newest ``limit`` acts where there is one."""
    mine = col(WorkDecision.kind) == item.kind, col(WorkDecision.key) == item.key
    return _deeds(look, _question().where(*mine).order_by(col(WorkDecision.number).desc()).limit(limit))


def journal(look: Look, before: int | None = None, limit: int = SHOWN) -> Sequence[Deed]:
    """What was done about any item in reach, also of such whose fact is gone; ``before`` pages on.

    Raises:
        NotAllowed: the role sees no work lists.
    """
    question = _question().where(visible(look.actor, Act.SEE_WORK, WorkDecision))
    if look.org:
        question = question.where(col(Organisation.public_id) == look.org)
    if look.commune:
        question = question.where(col(WorkDecision.commune_code) == look.commune)
    if before is not None:
        question = question.where(col(WorkDecision.id) < before)
    return _deeds(look, question.order_by(col(WorkDecision.id).desc()).limit(limit))


def every(look: Look) -> Iterator[Deed]:
    """The whole journal, asked for portion by portion: what its files carry."""
    before: int | None = None
    while deeds := journal(look, before, A_PORTION):
        yield from deeds
        before = deeds[-1].decision.id


def _question() -> Any:
    by, taker = aliased(Account), aliased(Account)
    return (
        select(WorkDecision, col(by.name), col(taker.name), col(TypedText.text), col(Organisation.name))
        .outerjoin(by, col(by.id) == col(WorkDecision.decided_by))
        .outerjoin(taker, col(taker.id) == col(WorkDecision.assignee_id))
        .outerjoin(TypedText, col(TypedText.id) == col(WorkDecision.text_id))
        .outerjoin(Organisation, col(Organisation.id) == col(WorkDecision.org_id))
    )


def _deeds(look: Look, question: Any) -> Sequence[Deed]:
    return [Deed(row[0], *(one or "" for one in row[1:])) for row in look.session.execute(question)]
