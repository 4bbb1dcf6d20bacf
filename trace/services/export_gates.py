"""Whether a consignment keeps what its market asks (invariant I10): one line a demand, kept or not and why.

Growing areas are asked on the day of harvest, packing houses on the day of packing, papers and treatments
on the day of dispatch. Rows that are not asked are shown and stop nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import Refused
from trace.records.consignment import Consignment, ConsignmentPaper, Treatment
from trace.records.logistic_unit import LogisticUnit, UnitContent
from trace.records.lot import Lot
from trace.records.rules import Demand, ExportRule
from trace.services.consigning import units_in
from trace.services.consignment_papers import papers_of, treatments_of
from trace.services.export_codes import Codes, area_codes, house_codes, origins_of
from trace.services.export_rules import rules_on
from trace.services.logistic_units import contents_of
from trace.texts.catalogs import Term


@dataclass(frozen=True)
class Line:
    """One demand: what is lacking, nothing where it is kept. ``found`` says what it was kept by."""

    rule: ExportRule
    name: Term
    lacks: Sequence[Term] = ()
    found: str = ""

    @property
    def is_kept(self) -> bool:
        """Whether nothing is lacking."""
        return not self.lacks


@dataclass
class Goods:
    """What is in a consignment, asked of the database once."""

    one: Consignment
    day: date
    units: Sequence[LogisticUnit]
    contents: Sequence[UnitContent]
    lots: Mapping[int, Lot]
    treatments: Sequence[Treatment] = ()
    papers: Sequence[ConsignmentPaper] = ()


@dataclass
class Checklist:
    """Every demand of a market on the goods. ``lines`` are asked; ``open_points`` are not known well."""

    goods: Goods
    lines: list[Line] = field(default_factory=list)
    open_points: list[ExportRule] = field(default_factory=list)

    @property
    def lacks(self) -> list[Term]:
        """All that is lacking."""
        return [lack for line in self.lines for lack in line.lacks]

    @property
    def codes(self) -> str:
        """Codes of growing areas and packing houses the goods were found under."""
        return ", ".join(dict.fromkeys(line.found for line in self.lines if line.found))

    def refuse_lacking(self) -> None:
        """Stop unless all is there.

        Raises:
            Refused: ``gate.export`` with everything that is lacking, and since when it is asked.
        """
        if self.lacks:
            since = max(line.rule.valid_from for line in self.lines if line.lacks)
            market = Term(f"market.{self.goods.one.market}")
            raise Refused("gate.export", market=market, items=self.lacks, date=since)


def goods_of(session: Session, one: Consignment, day: date) -> Goods:
    """What is in a consignment on a day."""
    units = units_in(session, one)
    contents = contents_of(session, [unit.id for unit in units])
    ids = {content.lot_id for content in contents}
    lots = session.execute(select(Lot).where(col(Lot.id).in_(ids)).order_by(col(Lot.id))).scalars()
    found = {lot.id: lot for lot in lots}
    return Goods(one, day, units, contents, found, treatments_of(session, one), papers_of(session, one))


def checklist(session: Session, one: Consignment, day: date) -> Checklist:
    """What the market asks of the goods on their day of dispatch, and what they lack."""
    goods = goods_of(session, one, day)
    crops = {lot.crop for lot in goods.lots.values()}
    rules = rules_on(session, one.market, crops, day)
    asked = [rule for rule in rules if rule.is_asked]
    lines = [_line(session, goods, rule) for rule in asked]
    return Checklist(goods, lines, [rule for rule in rules if not rule.is_asked])


def _line(session: Session, goods: Goods, rule: ExportRule) -> Line:
    demand = Demand(rule.demand)
    if demand is Demand.GROWING_AREA:
        return _of_codes(rule, area_codes(session, rule.market, origins_of(session, goods.lots.values())))
    if demand is Demand.PACKING_HOUSE:
        packed = [(unit, [c for c in goods.contents if c.unit_id == unit.id]) for unit in goods.units]
        return _of_codes(rule, house_codes(session, rule.market, packed, goods.lots))
    if demand is Demand.TREATMENT:
        return Line(rule, Term(f"treatment.{rule.what}"), _treatment_lacks(goods, rule))
    return Line(rule, Term(f"paper.{rule.what}"), _paper_lacks(goods, rule))


def _of_codes(rule: ExportRule, codes: Codes) -> Line:
    return Line(rule, Term(f"market_ask.demand.{rule.demand}"), codes.lacks, ", ".join(codes.found))


def _treatment_lacks(goods: Goods, rule: ExportRule) -> list[Term]:
    """Nothing, when one treatment of the kind keeps everything; else what its last one lacks."""
    kind = Term(f"treatment.{rule.what}")
    same = [one for one in goods.treatments if one.kind == rule.what]
    if not same:
        return [Term("market_ask.lack.treatment", {"kind": kind, "figures": figures_of(rule)})]
    tried = [_short(one, rule, goods.day) for one in same]
    return [] if any(not lacks for lacks in tried) else tried[-1]


def _short(one: Treatment, rule: ExportRule, day: date) -> list[Term]:
    lacks = []
    common = {"kind": Term(f"treatment.{one.kind}"), "number": one.document}
    if rule.least_dose is not None and (one.dose or 0) < rule.least_dose:
        unit = Term(f"treatment.unit.{one.kind}")
        got = {"min": rule.least_dose, "got": one.dose, "unit": unit}
        lacks.append(Term("market_ask.lack.dose", {**common, **got}))
    if rule.least_minutes is not None and (one.minutes or 0) < rule.least_minutes:
        lacks.append(
            Term("market_ask.lack.minutes", {**common, "min": rule.least_minutes, "got": one.minutes})
        )
    if rule.valid_days is not None and one.treated_on + timedelta(days=rule.valid_days) < day:
        old = {"date": one.treated_on, "days": rule.valid_days, "date2": day}
        lacks.append(Term("market_ask.lack.old", {**common, **old}))
    return lacks


def _paper_lacks(goods: Goods, rule: ExportRule) -> list[Term]:
    kind, day = Term(f"paper.{rule.what}"), goods.day
    same = [one for one in goods.papers if one.kind == rule.what]
    if not same:
        return [Term("market_ask.lack.paper", {"kind": kind})]
    lacks = []
    for one in same:
        days = rule.valid_days
        last = min(
            [one.valid_to or date.max, *([one.issued_on + timedelta(days=days)] if days is not None else [])]
        )
        if last >= day:
            return []
        lacks.append(
            Term(
                "market_ask.lack.paper_old", {"kind": kind, "number": one.number, "date": last, "date2": day}
            )
        )
    return lacks[-1:]


def figures_of(rule: ExportRule) -> Term | str:
    """A rule's figures as people read them."""
    said = []
    if rule.least_dose is not None:
        said.append(
            Term("market_ask.least_dose", {"n": rule.least_dose, "unit": Term(f"treatment.unit.{rule.what}")})
        )
    if rule.least_minutes is not None:
        said.append(Term("market_ask.least_minutes", {"n": rule.least_minutes}))
    if not said:
        return Term("market_ask.no_figures")
    return said[0] if len(said) == 1 else Term("market_ask.both", {"a": said[0], "b": said[1]})
