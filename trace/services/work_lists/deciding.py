"""Who did what about an item: each act is a row of its own, and the newest says how the item stands.

Whoever decides says which act was the last they saw: of two at once the second is told of the first.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field
from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, Refused
from trace.records.account import Account
from trace.records.work_decision import WorkAct, WorkDecision, WorkState
from trace.services.admission import POLICY, Act, Actor, Scope, scope_of
from trace.services.intake import Day, Given, MaybeRow, line
from trace.services.registering import empty_is_none
from trace.services.typed_texts import keep_text
from trace.services.work_lists.item import Item, Look
from trace.services.work_lists.listing import find
from trace.texts.catalogs import Term

LONGEST_SNOOZE: Final = timedelta(days=180)
USUAL_SNOOZE_DAYS: Final = 7
"""What a form gives as an example."""
NOTED: Final = "work_note"
"""The kind of the texts typed beside decisions."""


class Choice(StrEnum):
    """What a person may choose to do about an item; reminding is an act of its own."""

    DONE = "done"
    SNOOZED = "snoozed"
    REOPENED = "reopened"
    ASSIGNED = "assigned"
    NOTE = "note"


class SeenIn(Given):
    """The number of the last act on the page that was seen."""

    seen: Annotated[int, Field(ge=0, lt=2**31)] = 0


class DecisionIn(SeenIn):
    """A decision as given."""

    act: Choice
    note: Annotated[str, line(400)] = ""
    until: Annotated[Day | None, BeforeValidator(empty_is_none)] = None
    assignee: MaybeRow = None


def decide(
    session: Session, actor: Actor, kind: str, key: int, given: DecisionIn, now: datetime
) -> WorkDecision:
    """Write down what somebody did about an item that waits; its fact stays as it is.

    Raises:
        Invalid: a note without words, a day that is over or too far, nobody who may take it on.
        NotAllowed: the role decides nothing.
        NotFound: no such item in reach, or its fact is gone.
        Refused: ``work.meanwhile``: somebody was quicker; ``work.is_open``: it was not put away;
            ``work.is_theirs``: whom it is given to has it already, and nothing is noted.
    """
    scope_of(actor, Act.DECIDE_WORK)
    look = Look(session, actor, now)
    item = find(look, kind, key)
    refuse_unseen(item, given.seen)
    if given.act is Choice.NOTE and not given.note:
        raise Invalid([FieldProblem("note", "error.empty", "")])
    if given.act is Choice.REOPENED and item.standing.state == WorkState.OPEN:
        raise Refused("work.is_open", name=item.told.name)
    if _is_theirs(item, given):
        raise Refused("work.is_theirs", name=item.told.name, who=item.standing.assignee or "–")
    return write(look, item, WorkAct(given.act.value), given.note, **_after(look, item, given))


def _is_theirs(item: Item, given: DecisionIn) -> bool:
    same = given.assignee == item.standing.assignee_id
    return given.act is Choice.ASSIGNED and same and not given.note


def _after(look: Look, item: Item, given: DecisionIn) -> dict[str, Any]:
    """What of the item's standing the act changes."""
    fresh = {"state_at": look.now, "until": None}
    if given.act is Choice.DONE:
        return {**fresh, "state": WorkState.DONE}
    if given.act is Choice.REOPENED:
        return {**fresh, "state": WorkState.OPEN}
    if given.act is Choice.SNOOZED:
        return {**fresh, "state": WorkState.SNOOZED, "until": _until(look, given.until)}
    if given.act is Choice.ASSIGNED:
        return {"assignee_id": _assignee(look, item, given.assignee)}
    return {}


def _until(look: Look, day: date | None) -> date:
    first, last = look.today + timedelta(days=1), look.today + LONGEST_SNOOZE
    if day is None or not first <= day <= last:
        days = {"first": first, "last": last}
        raise Invalid(
            [FieldProblem("until", "work.until.day", day.strftime("%d/%m/%Y") if day else "", days)]
        )
    return day


def _assignee(look: Look, item: Item, account_id: int | None) -> int | None:
    if account_id is not None and account_id not in {number for number, _ in takers(look, item)}:
        raise Invalid([FieldProblem("assignee", "work.assignee.none", account_id)])
    return account_id


def takers(look: Look, item: Item) -> Sequence[tuple[int, str]]:
    """Who may take an item on, by name: all who decide everywhere, and who decides in its commune."""
    wide = [role for role, scope in POLICY[Act.DECIDE_WORK].items() if scope is Scope.ALL]
    narrow = [role for role in POLICY[Act.DECIDE_WORK] if role not in wide]
    reach = or_(
        col(Account.role).in_(wide),
        col(Account.role).in_(narrow) & (col(Account.commune_code) == item.commune_code),
    )
    question = select(col(Account.id), col(Account.name)).where(col(Account.is_active), reach)
    found = look.session.execute(question.order_by(col(Account.name), col(Account.id)))
    return [(number, name) for number, name in found]


def refuse_unseen(item: Item, seen: int) -> None:
    """Let nobody decide about what they have not seen.

    Raises:
        Refused: ``work.meanwhile`` with who did what meanwhile.
    """
    now = item.standing
    if now.number != seen and now.act is not None:
        did = Term(f"work.did.{now.act.value}")
        raise Refused("work.meanwhile", name=item.told.name, who=now.by, did=did, at=now.at)


def write(look: Look, item: Item, act: WorkAct, note: str = "", **after: Any) -> WorkDecision:
    """Append one act; what ``after`` does not name stays as it was.

    Raises:
        Refused: ``work.meanwhile``: another act was written this very moment.
    """
    session, actor, stood = look.session, look.actor, item.standing
    values: dict[str, Any] = {
        "state": stood.state,
        "state_at": stood.since or look.now,
        "until": stood.until,
        "assignee_id": stood.assignee_id,
    }
    row = WorkDecision(kind=item.kind, key=item.key, number=stood.number + 1, act=act, **(values | after))
    row.facts, row.name = item.facts, item.told.name[:160]
    row.org_id, row.commune_code = item.org_id, item.commune_code
    row.decided_at, row.decided_by = look.now, actor.account_id
    row.text_id = keep_text(session, actor, NOTED, note, look.now) if note else None
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        refuse_unseen(find(look, item.kind, item.key), stood.number)
        raise
    return row
