"""Rules of law and practice as dated rows: looking them up, adding, ending; never edited in place."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any, TypeVar, cast

from pydantic import Field
from sqlalchemy import or_, select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, NotFound, Refused
from trace.records.rules import ExportRule, InformationRule, OcopRule, PesticideRule, YieldRule
from trace.services.admission import Act, Actor, scope_of
from trace.services.export_defaults import export_rows
from trace.services.intake import Day, Given, line
from trace.services.logging_acts import append_leaf
from trace.services.rules_defaults import OCOP, information_rows, pesticide_rows, yield_rows
from trace.standards.local_time import local_day
from trace.standards.search_key import fold_vi

Rule = YieldRule | PesticideRule | OcopRule | InformationRule | ExportRule
AnyRule = TypeVar("AnyRule", YieldRule, PesticideRule, OcopRule, InformationRule, ExportRule)
KINDS: dict[str, type[Rule]] = {
    "yield": YieldRule,
    "pesticide": PesticideRule,
    "ocop": OcopRule,
    "information": InformationRule,
    "export": ExportRule,
}


Tonnes = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]
"""Tonnes a hectare."""
Score = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
"""Points of an OCOP assessment."""


class YieldRuleIn(Given):
    """A plausible yield to hold from a day on."""

    crop: Annotated[str, line(32, 1)]
    variety: Annotated[str, line(48)] = ""
    warn_t_ha: Tonnes
    block_t_ha: Tonnes
    valid_from: Day
    source: Annotated[str, line(240, 1)]


class PesticideRuleIn(Given):
    """Waiting days of one material on one crop, from a day on."""

    name: Annotated[str, line(120, 1)]
    crop: Annotated[str, line(32, 1)]
    waiting_days: Annotated[int, Field(ge=0, le=365)]
    valid_from: Day
    source: Annotated[str, line(240, 1)]


class OcopRuleIn(Given):
    """Months of validity and score bands, from a day on."""

    validity_months: Annotated[int, Field(gt=0, le=600)]
    three_stars_from: Score
    four_stars_from: Score
    five_stars_from: Score
    valid_from: Day
    source: Annotated[str, line(240, 1)]


def load_defaults(session: Session) -> int:
    """Store the first rules of each kind that has none yet; how many rows were stored."""
    stored = 0
    tables: tuple[tuple[type[Rule], list[dict[str, Any]]], ...] = (
        (YieldRule, yield_rows()),
        (PesticideRule, pesticide_rows()),
        (OcopRule, [OCOP]),
        (InformationRule, information_rows()),
        (ExportRule, export_rows()),
    )
    for table, rows in tables:
        if session.execute(select(table).limit(1)).first() is None:
            for row in rows:
                session.add(table(**row))
            stored += len(rows)
    session.flush()
    return stored


def variety_key(variety: str) -> str:
    """A variety as rules name it.

    >>> variety_key("U hồng")
    'u_hong'
    """
    return fold_vi(variety).replace(" ", "_").replace("-", "_")


def yield_rule(session: Session, crop: str, variety: str, day: date) -> YieldRule | None:
    """The rule of this variety on this day, else the crop's own; None where the crop has none."""
    return yield_rule_among(yield_rules(session, {crop}), crop, variety, day)


def yield_rules(session: Session, crops: Collection[str]) -> Sequence[YieldRule]:
    """All rules, of any day, of these crops; the newest first."""
    question = select(YieldRule).where(col(YieldRule.crop).in_(sorted(crops)))
    order = col(YieldRule.valid_from).desc(), col(YieldRule.id).desc()
    return session.execute(question.order_by(*order)).scalars().all()


def yield_rule_among(found: Iterable[YieldRule], crop: str, variety: str, day: date) -> YieldRule | None:
    """As ``yield_rule``, among rules that were asked for before."""
    held = [
        one
        for one in found
        if one.crop == crop and one.valid_from <= day and (one.valid_to is None or day <= one.valid_to)
    ]
    own = next((one for one in held if one.variety and one.variety == variety_key(variety)), None)
    return own or next((one for one in held if not one.variety), None)


def pesticide_rules(session: Session, material_key: str, crop: str) -> Sequence[PesticideRule]:
    """All rules, of any day, for a material on a crop; the newest first."""
    return [rule for rule in pesticide_rules_of(session, {material_key}) if rule.crop == crop]


def pesticide_rules_of(session: Session, material_keys: Collection[str]) -> Sequence[PesticideRule]:
    """All rules, of any day and crop, for these materials; the newest first."""
    question = select(PesticideRule).where(col(PesticideRule.search_key).in_(sorted(material_keys)))
    order = col(PesticideRule.allowed_from).desc(), col(PesticideRule.id).desc()
    return session.execute(question.order_by(*order)).scalars().all()


def ocop_rule(rules: Iterable[OcopRule], day: date) -> OcopRule:
    """The newest of these OCOP rules that holds on the day.

    Raises:
        Refused: no rule covers the day.
    """
    held = [one for one in rules if one.valid_from <= day and (one.valid_to is None or day <= one.valid_to)]
    if not held:
        raise Refused("rule.none", kind="OCOP", date=day)
    return max(held, key=lambda rule: rule.valid_from)


def all_rules(session: Session, table: type[AnyRule]) -> Sequence[AnyRule]:
    """Every row of a kind, those in force first."""
    first, last = _span(table)
    order = (last.is_(None).desc(), first.desc(), table.id.desc())  # type: ignore[attr-defined]
    return session.execute(select(table).order_by(*order)).scalars().all()


def add_yield_rule(session: Session, actor: Actor, given: YieldRuleIn, now: datetime) -> YieldRule:
    """Store a yield rule; the one it follows ends the day before.

    Raises:
        Invalid: the stop is under the warning, or a figure is not positive.
    """
    scope_of(actor, Act.EDIT_RULES)
    if not 0 < given.warn_t_ha <= given.block_t_ha <= 1_000:
        shape = {"expected": "0 < warn_t_ha <= block_t_ha <= 1000"}
        raise Invalid([FieldProblem("block_t_ha", "error.value", given.block_t_ha, shape)])
    values: dict[str, Any] = {
        **given.model_dump(),
        "crop": variety_key(given.crop),
        "variety": variety_key(given.variety),
    }
    same = (YieldRule.crop == values["crop"], YieldRule.variety == values["variety"])
    return put_in_force(session, actor, YieldRule(**values), same, now)


def add_pesticide_rule(
    session: Session, actor: Actor, given: PesticideRuleIn, now: datetime
) -> PesticideRule:
    """Store a waiting time; the one it follows ends the day before.

    Raises:
        Invalid: the days are not from 0 to 365.
    """
    scope_of(actor, Act.EDIT_RULES)
    if not 0 <= given.waiting_days <= 365:
        shape: dict[str, object] = {"min": 0, "max": 365, "unit": ""}
        raise Invalid([FieldProblem("waiting_days", "field.range", given.waiting_days, shape)])
    values = given.model_dump(exclude={"valid_from"}) | {"allowed_from": given.valid_from}
    values |= {"search_key": fold_vi(given.name), "crop": variety_key(given.crop)}
    same = (PesticideRule.search_key == values["search_key"], PesticideRule.crop == values["crop"])
    return put_in_force(session, actor, PesticideRule(**values), same, now)


def add_ocop_rule(session: Session, actor: Actor, given: OcopRuleIn, now: datetime) -> OcopRule:
    """Store an OCOP rule; the one it follows ends the day before.

    Raises:
        Invalid: the bands do not rise, or the months are not from 1 to 120.
    """
    scope_of(actor, Act.EDIT_RULES)
    if not 0 < given.three_stars_from < given.four_stars_from < given.five_stars_from <= 100:
        shape = {"expected": "0 < 3★ < 4★ < 5★ <= 100"}
        raise Invalid([FieldProblem("five_stars_from", "error.value", given.five_stars_from, shape)])
    if not 1 <= given.validity_months <= 120:
        months: dict[str, object] = {"min": 1, "max": 120, "unit": ""}
        raise Invalid([FieldProblem("validity_months", "field.range", given.validity_months, months)])
    return put_in_force(session, actor, OcopRule(**given.model_dump()), (), now)


def end_rule(session: Session, actor: Actor, kind: str, rule_id: int, last_day: date, now: datetime) -> Rule:
    """Let a rule hold until ``last_day``, that day included.

    Raises:
        NotFound: no such rule.
        Refused: it has an end already, or would end before it began.
    """
    scope_of(actor, Act.EDIT_RULES)
    table = KINDS.get(kind)
    rule: Any = session.get(table, rule_id, with_for_update=True) if table else None
    if table is None or rule is None:
        raise NotFound()
    first, last = (column.key for column in _span(table))
    if getattr(rule, last) is not None or last_day < getattr(rule, first):
        raise Refused("rule.cannot_end", date=getattr(rule, first), date2=last_day)
    setattr(rule, last, last_day)
    _log(session, actor, "rule_ended", rule, now)
    return cast(Rule, rule)


def put_in_force(
    session: Session, actor: Actor, rule: AnyRule, same: tuple[Any, ...], now: datetime
) -> AnyRule:
    """Store a rule; the one it follows, found by ``same``, ends the day before.

    Raises:
        Refused: ``rule.order`` where that one begins no earlier.
    """
    table = type(rule)
    first, last = _span(table)
    begins: date = getattr(rule, first.key)
    current = session.execute(select(table).where(*same, last.is_(None)).with_for_update()).scalars().all()
    for older in current:
        if getattr(older, first.key) >= begins:
            raise Refused("rule.order", date=begins, date2=getattr(older, first.key))
        setattr(older, last.key, begins - timedelta(days=1))
    session.add(rule)
    session.flush()
    _log(session, actor, "rule_added", rule, now)
    return rule


def _log(session: Session, actor: Actor, kind: str, rule: Rule, now: datetime) -> None:
    values = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in rule.model_dump().items()
    }
    append_leaf(session, kind, {"table": rule.__tablename__, "by": actor.account_id, **values}, now)


def _span(table: type[Rule]) -> tuple[Any, Any]:
    if table is PesticideRule:
        return col(PesticideRule.allowed_from), col(PesticideRule.allowed_to)
    return table.valid_from, table.valid_to  # type: ignore[union-attr]


def covers(table: type[Rule], day: date) -> Any:
    """The rows of a table of rules that hold on the day."""
    first, last = _span(table)
    return (first <= day) & or_(last.is_(None), last >= day)


def is_in_force(rule: Rule, now: datetime) -> bool:
    """Whether the rule covers today in Vietnam."""
    first, last = (getattr(rule, column.key) for column in _span(type(rule)))
    today = local_day(now)
    return bool(first <= today and (last is None or last >= today))
