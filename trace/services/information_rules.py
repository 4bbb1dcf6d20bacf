"""Which items of information a lot must show on a day: the office's dated rows."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Annotated, Literal

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.rules import ITEMS, InformationRule
from trace.services.admission import Act, Actor, scope_of
from trace.services.intake import Day, Given, line
from trace.services.rules import put_in_force
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


def demands_on(session: Session, days: Collection[date]) -> dict[date, dict[str, bool]]:
    """The items that are asked for on each of these days, in their order, and whether each is required."""
    rule = InformationRule
    question = (
        select(col(rule.item), col(rule.is_required), col(rule.valid_from), col(rule.valid_to))
        .where(col(rule.valid_from) <= max(days, default=date.min))
        .order_by(col(rule.valid_from), col(rule.id))
    )
    rows = session.execute(question).all()
    found = {
        day: {
            item: bool(required)
            for item, required, first, last in rows
            if first <= day and (last is None or day <= last)
        }
        for day in days
    }
    return {day: {item: one[item] for item in ITEMS if item in one} for day, one in found.items()}


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
