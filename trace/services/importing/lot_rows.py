"""Harvest lots from a sheet: each row is a lot as the form takes it, its plot and product named by codes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import Invalid, Refused
from trace.records.lot import Lot, LotKind
from trace.records.plot import GrowingArea, Plot
from trace.records.product import Product
from trace.records.rules import YieldRule
from trace.services import gates, rules
from trace.services.admission import Act, own_org, visible
from trace.services.harvesting import LotIn, check_day, over_limit, product_problem, register_lot
from trace.services.importing import cells
from trace.services.importing.columns import Column, Kind, Layout, unit_in
from trace.services.importing.farm_memory import Task
from trace.services.importing.model_rows import ModelRows, with_unit
from trace.services.importing.report import Draft, Report
from trace.services.importing.things import LOT
from trace.services.intake import Count, Day, Given, Weight, line
from trace.services.lineage import portions
from trace.services.lot_states import counts, lock_org
from trace.services.registering import own_code
from trace.standards.fault import Fault
from trace.texts.formats import kilograms

PLOT_OF = Column("plot_of", ("ma vuon", "ma thua", "ma thua vuon", "plot code", "plot"), required=True,
                   example="V-0001")  # fmt: skip
COLUMNS = (
    PLOT_OF,
    Column("harvested_on", ("ngay hai", "ngay thu hoach", "ngay thu", "harvest day", "harvested on"),
           required=True, example="12/06/2026"),
    Column("picked_g", ("khoi luong", "so can", "khoi luong hai", "san luong", "can nang", "weight"),
           required=True, example="850"),
    Column("sku", ("ma san pham", "ma sp", "san pham", "product code"), example="VT-2KG"),
    Column("crates", ("so sot", "so ro", "so thung", "sot", "crates"), example="40"),
    Column("yield_reason", ("ly do nhieu hon thuong le", "ly do nhieu hon", "ly do", "ly do vuot",
                            "why more than usual", "reason")),
    Column("another", ("lo khac cung ngay", "lo khac", "another lot of that day", "another lot"),
           choices=("yes",),
           labels="imp.answer."),
)  # fmt: skip
_REQUIRED = ("plot_of", "harvested_on", "picked_g")
KINDS = (Kind("lot", ("plot_of", "harvested_on", "picked_g"), required=_REQUIRED),)
Place = tuple[int, date]
"""A plot and a day."""


class LotRow(Given):
    """A lot of a sheet: what the form asks, with codes in the place of numbers."""

    plot_of: Annotated[str, line(24, 1)]
    harvested_on: Day
    weight_g: Weight
    sku: Annotated[str, line(48)] = ""
    crates: Count = None
    yield_reason: Annotated[str, line(400)] = ""
    another: bool = False


class LotRows(ModelRows[LotRow]):
    """Takes the rows of a sheet of harvests of the account's own cooperative.

    A lot of the same plot, day, product and weight is there already; another of the same plot and day is a
    question, answered in a column.
    """

    model = LotRow
    marked = "plot_of"
    fields = {"picked_g": "weight_g"}  # noqa: RUF012 - declared where it is inherited

    def __init__(self, task: Task, report: Report) -> None:
        super().__init__(task, report)
        self._org = own_org(task.actor)
        if task.writes:
            lock_org(task.session, self._org)
        self._plots: dict[str, Plot] = {}
        self._products: dict[str, Product] = {}
        self._lots: dict[Place, list[Lot]] = {}
        self._met: set[int] = set()
        self._season = Season(task.session)

    def prepare(self, layout: Layout, draft: Draft, row: dict[str, Any]) -> dict[str, Any]:
        """Nothing stands between the cells."""
        return {}

    def typed(self, layout: Layout, name: str, cell: Any) -> Any:
        """Codes as they are kept, a bare weight with the unit of its heading, a day that has been."""
        if name == "picked_g":
            return with_unit(cell, unit_in(layout.headings[name]), ("g", "kg", "ta", "tan", "yen"), "kg")
        if name == "harvested_on":
            return cells.day(cell, self.task.setting.today).isoformat()
        if name == "another":
            return _ANOTHER.choice(cells.text(cell)) == "yes"
        return own_code(cells.text(cell)) if name in ("plot_of", "sku") else cells.text(cell)

    def learn(self, batch: Sequence[tuple[Draft, LotRow]]) -> None:
        """The plots and products the rows name, what was harvested there, and how much may be."""
        rows = [given for _, given in batch]
        mine = visible(self.task.actor, Act.WRITE_FARM, Plot)
        self._plots = self._by_code(Plot, "code", {given.plot_of for given in rows}, mine)
        own = (col(Product.org_id) == self._org) & col(Product.is_active)
        self._products = self._by_code(Product, "sku", {given.sku for given in rows if given.sku}, own)
        self._learn_lots(rows)
        self._season.learn(self._plots.values(), {given.harvested_on.year for given in rows})

    def _by_code(self, table: Any, column: str, codes: set[str], rule: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        code = getattr(table, column)
        for some in portions(codes):
            rows = self.task.session.execute(select(table).where(rule, code.in_(some))).scalars()
            found |= {getattr(row, column): row for row in rows}
        return found

    def _learn_lots(self, rows: Sequence[LotRow]) -> None:
        self._lots = {}
        days = [given.harvested_on for given in rows]
        for some in portions({plot.id for plot in self._plots.values()}):
            question = select(Lot).where(
                col(Lot.plot_id).in_(some),
                col(Lot.kind) == LotKind.HARVEST,
                counts(),
                col(Lot.harvested_on).between(min(days), max(days)),
            )
            for lot in self.task.session.execute(question.order_by(col(Lot.id))).scalars():
                self._lots.setdefault((lot.plot_id or 0, lot.harvested_on), []).append(lot)

    def write(self, layout: Layout, draft: Draft, given: LotRow) -> None:
        """Register a lot, or find that it is there."""
        plot = self._plots.get(given.plot_of)
        if plot is None:
            self.blame(layout, draft, "plot_of", given.plot_of, Fault("imp.link.plot"))
            return
        product = self._product(layout, draft, plot, given)
        there = self._lots.get((plot.id, given.harvested_on), ())
        same = None if draft.problems else self._there_already(there, product, given)
        if not draft.problems and same is None:
            self._judge(layout, draft, plot, given, there)
        if draft.problems:
            return
        self.report.count("lot", created=same is None, same=same is not None)
        if same is not None:
            return
        self._season.add(plot, given.harvested_on.year, given.weight_g)
        if self.task.writes:
            self._register(draft, plot, product, given)

    def _there_already(self, there: Sequence[Lot], product: Product | None, given: LotRow) -> Lot | None:
        """The lot of a row where it is written down; each lot is that of one row."""
        said = given.weight_g, product.id if product else None
        found = (lot for lot in there if lot.id not in self._met and (lot.weight_g, lot.product_id) == said)
        same = next(found, None)
        if same is not None:
            self._met.add(same.id)
        return same

    def _register(self, draft: Draft, plot: Plot, product: Product | None, given: LotRow) -> None:
        values = given.model_dump(include={"weight_g", "harvested_on", "crates", "yield_reason"})
        own = {"plot_id": plot.id, "product": product.public_id if product else ""}
        mark = f"import-{self.task.import_id}-{draft.row}"
        lot = register_lot(
            self.task.session, self.task.actor, LotIn(**values, **own, request_id=mark), self.task.now
        )
        self.task.note_act_on(LOT, lot.id, draft.row)

    def _product(self, layout: Layout, draft: Draft, plot: Plot, given: LotRow) -> Product | None:
        if not given.sku:
            return None
        product = self._products.get(given.sku)
        problem = product_problem(product, plot, given.sku)
        if problem is not None:
            self.blame(layout, draft, "sku", given.sku, Fault(problem.key, **problem.params))
        return product

    def _judge(
        self,
        layout: Layout,
        draft: Draft,
        plot: Plot,
        given: LotRow,
        there: Sequence[Lot],
    ) -> None:
        """The rules of the form: the day, a second lot of a plot's day, what a plot can bear."""
        try:
            check_day(given.harvested_on, self.task.now)
        except Invalid as invalid:
            self.blame_fields(layout, draft, {}, invalid)
        if not given.another:
            self.is_first(layout, draft, "plot_of", given.plot_of, given.harvested_on)
            if there:
                twin = {"lot": there[-1].code, "kg": kilograms(there[-1].weight_g), "plot": plot.name}
                fault = Fault("imp.lot.twin", date=given.harvested_on, **twin)
                self.blame(layout, draft, "plot_of", given.plot_of, fault)
        try:
            self._season.refuse_over(plot, given)
        except Refused as refused:
            fault = Fault(refused.key, **refused.params)
            self.blame(layout, draft, "picked_g", kilograms(given.weight_g), fault)


_ANOTHER = next(column for column in COLUMNS if column.name == "another")


class Season:
    """How much was harvested of plots and growing areas, and how much the rules expect, asked in one go."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rules: Sequence[YieldRule] = ()
        self._areas: Mapping[int, GrowingArea] = {}
        self._sums: Counter[tuple[str, int, int]] = Counter()
        self._known: set[tuple[str, int, int]] = set()

    def learn(self, plots: Any, years: set[int]) -> None:
        """Sums of the years for plots not met before; what this file brought is in ``add``."""
        found = list(plots)
        self._rules = rules.yield_rules(self._session, {plot.crop for plot in found})
        areas = {plot.growing_area_id for plot in found if plot.growing_area_id}
        for some in portions(areas):
            rows = self._session.execute(select(GrowingArea).where(col(GrowingArea.id).in_(some))).scalars()
            self._areas = {**self._areas, **{row.id: row for row in rows}}
        for year in years:
            self._learn("plot", col(Lot.plot_id), {plot.id for plot in found}, year)
            self._learn("area", col(Lot.growing_area_id), areas, year)

    def _learn(self, what: str, column: Any, ids: set[int], year: int) -> None:
        new = {number for number in ids if (what, number, year) not in self._known}
        self._known |= {(what, number, year) for number in new}
        for some in portions(new):
            for number, grams in gates.year_sums(self._session, column, some, year):
                self._sums[what, number, year] += grams

    def add(self, plot: Plot, year: int, grams: int) -> None:
        """A lot of this file that is counted by now."""
        self._sums["plot", plot.id, year] += grams
        if plot.growing_area_id:
            self._sums["area", plot.growing_area_id, year] += grams

    def refuse_over(self, plot: Plot, given: LotRow) -> None:
        """Raises ``Refused``: more than the plot or its growing area usually gives, and no reason."""
        year = given.harvested_on.year
        rule = rules.yield_rule_among(self._rules, plot.crop, plot.variety, given.harvested_on)
        if rule is None:
            return
        area = self._areas.get(plot.growing_area_id or 0)
        plot_g, area_g = (
            self._sums[what, number or 0, year] + given.weight_g
            for what, number in (("plot", plot.id), ("area", plot.growing_area_id))
        )
        over_limit(gates.yield_figures(plot, area, rule, plot_g, area_g), given.yield_reason)
