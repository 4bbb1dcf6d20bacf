"""Which items of information a lot must show on a day: the office's dated rows."""

from datetime import date, datetime
from typing import Annotated, Literal

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.rules import ITEMS, InformationRule
from trace.services.admission import Act, Actor, scope_of
from trace.services.intake import Day, Given, line
from trace.services.rules import covers, put_in_force
from trace.texts.catalogs import Term

REQUIRED = Literal["required", "if_any"]


class InformationRuleIn(Given):
    """Whether an item is demanded of every lot, or only of goods that have it, from a day on."""

    item: Literal[ITEMS]  # type: ignore[valid-type]
    demand: REQUIRED
    valid_from: Day
    source: Annotated[str, line(240, 1)]


def item_name(item: str) -> Term:
    """What the paper calls an item.

    >>> item_name("qd25.3").key
    'qd25.group.3'
    """
    paper, _, number = item.partition(".")
    return Term(f"{paper}.{'item' if paper == 'tt02' else 'group'}.{number}")


def demands_on(session: Session, day: date) -> dict[str, bool]:
    """The items that are asked for on a day, in their order, and whether each is required."""
    question = (
        select(col(InformationRule.item), col(InformationRule.is_required))
        .where(covers(InformationRule, day))
        .order_by(col(InformationRule.valid_from), col(InformationRule.id))
    )
    found = {str(item): bool(required) for item, required in session.execute(question)}
    return {item: found[item] for item in ITEMS if item in found}


def add_information_rule(
    session: Session, actor: Actor, given: InformationRuleIn, now: datetime
) -> InformationRule:
    """Store what is demanded of an item; the rule it follows ends the day before.

    Raises:
        NotAllowed: not the office.
        Refused: ``rule.order`` where the rule in force begins no earlier.
    """
    scope_of(actor, Act.EDIT_RULES)
    values = given.model_dump(exclude={"demand"}) | {"is_required": given.demand == "required"}
    same = (InformationRule.item == given.item,)
    return put_in_force(session, actor, InformationRule(**values), same, now)
