"""What markets ask, as dated rows: which rows hold on a day, and writing down new ones."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from sqlalchemy import or_, select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid
from trace.records.consignment import PaperKind, TreatmentKind
from trace.records.rules import Certainty, Demand, ExportRule
from trace.services.admission import Act, Actor, scope_of
from trace.services.consignment_papers import MaybeDose
from trace.services.crops import crop_of
from trace.services.intake import Count, Day, Given, line
from trace.services.registering import empty_is_none
from trace.services.rules import put_in_force
from trace.services.sites import Market


def _crop(text: str) -> str:
    return crop_of(text) if text.strip() else ""


class ExportRuleIn(Given):
    """One demand of a market from a day on. ``what`` names a treatment or a paper, codes have none."""

    market: Market
    crop: Annotated[str, line(32), AfterValidator(_crop)] = ""
    demand: Demand
    what: Annotated[str, line(16)] = ""
    least_dose: MaybeDose = None
    least_minutes: Count = None
    valid_days: Annotated[Annotated[int, Field(ge=1, le=3650)] | None, BeforeValidator(empty_is_none)] = None
    is_asked: Annotated[str, StringConstraints(pattern="^1?$")] = ""
    certainty: Certainty = Certainty.SEEN
    valid_from: Day
    source: Annotated[str, line(240, 3)]


KINDS = {Demand.TREATMENT: tuple(TreatmentKind), Demand.PAPER: tuple(PaperKind)}


def rules_on(session: Session, market: str, crops: Collection[str], day: date) -> Sequence[ExportRule]:
    """Every row of a market for these crops on this day, asked or not, in the order of demands."""
    covers = (
        col(ExportRule.valid_from) <= day,
        or_(col(ExportRule.valid_to).is_(None), col(ExportRule.valid_to) >= day),
    )
    question = (
        select(ExportRule)
        .where(col(ExportRule.market) == market, col(ExportRule.crop).in_({"", *crops}), *covers)
        .order_by(col(ExportRule.id))
    )
    order = {demand: place for place, demand in enumerate(Demand)}
    return sorted(session.execute(question).scalars(), key=lambda one: order[Demand(one.demand)])


def all_export_rules(session: Session) -> Sequence[ExportRule]:
    """Every row, by market, those without an end first."""
    newest = col(ExportRule.id).desc()
    order = (col(ExportRule.market), col(ExportRule.valid_to).is_not(None), newest)
    return session.execute(select(ExportRule).order_by(*order)).scalars().all()


def add_export_rule(session: Session, actor: Actor, given: ExportRuleIn, now: datetime) -> ExportRule:
    """Store a demand; the rows of the same market, crop, demand and kind it follows end the day before.

    Raises:
        NotAllowed: not the office.
        Invalid: a treatment or paper of no known kind; a code with one.
        Refused: ``rule.order``: it would begin before the row it follows.
    """
    scope_of(actor, Act.EDIT_RULES)
    kinds = KINDS.get(given.demand, ("",))
    if given.what not in kinds:
        choices = {"choices": ", ".join(kinds) or "–"}
        raise Invalid([FieldProblem("what", "field.choice", given.what, choices)])
    values = given.model_dump() | {"is_asked": given.is_asked == "1"}
    same = (
        col(ExportRule.market) == given.market,
        col(ExportRule.crop) == given.crop,
        col(ExportRule.demand) == given.demand,
        col(ExportRule.what) == given.what,
    )
    return put_in_force(session, actor, ExportRule(**values), same, now)
