"""Harvest lots from a sheet: each row is a lot as the form takes it, its plot and product named by codes."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from sqlalchemy import select
from sqlmodel import col

from trace.errors import Invalid, Refused
from trace.records.lot import Lot
from trace.records.plot import Plot
from trace.records.product import Product
from trace.services.admission import Act, own_org, visible
from trace.services.gathered_facts import GatheredFacts
from trace.services.harvesting import (
    Harvest,
    LotIn,
    Picked,
    check_day,
    judged,
    new_lot,
    product_problem,
    twins_of,
    write_harvests,
)
from trace.services.holding import reason_of
from trace.services.importing import cells
from trace.services.importing.columns import Column, Kind, Layout, unit_in
from trace.services.importing.farm_memory import Task
from trace.services.importing.model_rows import ModelRows, with_unit
from trace.services.importing.report import Draft, Report, problem
from trace.services.importing.things import LOT
from trace.services.intake import line
from trace.services.lineage import portions
from trace.services.lot_codes import LotCodes, prefix_of
from trace.services.lot_states import lock_org
from trace.services.registering import own_code
from trace.standards.fault import Fault
from trace.texts.formats import kilograms

PLOT_OF = Column("plot_of", ("ma vuon", "ma thua", "ma thua vuon", "plot code", "plot"), required=True,
                   example="V-0001")  # fmt: skip
SKU = Column("sku", ("ma san pham", "ma sp", "san pham", "product code"), example="VT-2KG")
COLUMNS = (
    PLOT_OF,
    Column("harvested_on", ("ngay hai", "ngay thu hoach", "ngay thu", "harvest day", "harvested on"),
           required=True, example="12/06/2026"),
    Column("picked_g", ("khoi luong", "so can", "khoi luong hai", "san luong", "can nang", "weight"),
           required=True, example="850"),
    SKU,
    Column("crates", ("so sot", "so ro", "so thung", "sot", "crates"), example="40"),
    Column("yield_reason", ("ly do nhieu hon thuong le", "ly do nhieu hon", "ly do", "ly do vuot",
                            "why more than usual", "reason")),
    Column("another", ("lo khac cung ngay", "lo khac", "another lot of that day", "another lot"),
           choices=("yes",),
           labels="imp.answer."),
)  # fmt: skip
_REQUIRED = ("plot_of", "harvested_on", "picked_g")
WEIGHT_UNITS = ("g", "kg", "ta", "tan", "yen")
KINDS = (Kind("lot", ("plot_of", "harvested_on", "picked_g"), required=_REQUIRED),)
Place = tuple[int, date]
"""A plot and a day."""


class LotRow(Picked):
    """A lot of a sheet: what the form asks, with codes in the place of numbers."""

    plot_of: Annotated[str, line(24, 1)]
    sku: Annotated[str, line(48)] = ""
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
        self._facts = GatheredFacts(task.session)
        self._codes = LotCodes(task.session, self._org)
        self._made: list[tuple[int, Harvest]] = []
        self._own: set[int] = set()

    def take(self, layout: Layout, rows: Sequence[tuple[int, list[Any]]]) -> None:
        """Judge a batch, then write its good rows together."""
        super().take(layout, rows)
        made, self._made = self._made, []
        if not made or not self.task.writes:
            return
        write_harvests(self.task.session, self.task.actor, [one for _, one in made], self.task.now)
        for row, harvest in made:
            self._own.add(harvest.lot.id)
            self.task.note_act_on(LOT, harvest.lot.id, row)

    def prepare(self, layout: Layout, draft: Draft, row: dict[str, Any]) -> dict[str, Any]:
        """Nothing stands between the cells."""
        return {}

    def typed(self, layout: Layout, name: str, cell: Any) -> Any:
        """Codes as they are kept, a bare weight with the unit of its heading, a day that has been."""
        if name == "picked_g":
            return with_unit(cell, unit_in(layout.headings[name]), WEIGHT_UNITS, "kg")
        if name == "harvested_on":
            return cells.day(cell, self.task.setting.today).isoformat()
        if name == "another":
            return _ANOTHER.choice(cells.text(cell)) == "yes"
        return own_code(cells.code(cell)) if name in ("plot_of", "sku") else cells.text(cell)

    def learn(self, batch: Sequence[tuple[Draft, LotRow]]) -> None:
        """The plots and products the rows name, what was harvested there, what the gates will ask, and the
        codes there are.
        """
        rows = [given for _, given in batch]
        mine = visible(self.task.actor, Act.WRITE_FARM, Plot)
        self._plots = self._by_code(Plot, "code", {given.plot_of for given in rows}, mine)
        own = (col(Product.org_id) == self._org) & col(Product.is_active)
        self._products = self._by_code(Product, "sku", {given.sku for given in rows if given.sku}, own)
        self._learn_lots(rows)
        plots, days = self._plots.values(), {given.harvested_on for given in rows}
        self._facts.learn(plots, days)
        self._facts.learn_yields(plots, {day.year for day in days})
        kinds = {(plot.crop, plot.variety) for plot in plots}
        self._codes.learn(prefix_of(*kind, day) for kind in kinds for day in days)

    def _by_code(self, table: Any, column: str, codes: set[str], rule: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        code = getattr(table, column)
        for some in portions(codes):
            rows = self.task.session.execute(select(table).where(rule, code.in_(some))).scalars()
            found |= {getattr(row, column): row for row in rows}
        return found

    def _learn_lots(self, rows: Sequence[LotRow]) -> None:
        """Lots that were there before this file."""
        self._lots = {}
        days = [given.harvested_on for given in rows]
        for some in portions({plot.id for plot in self._plots.values()}):
            for lot in self.task.session.execute(twins_of(some, min(days), max(days))).scalars():
                if lot.id not in self._own:
                    self._lots.setdefault((lot.plot_id, lot.harvested_on), []).append(lot)

    def write(self, layout: Layout, draft: Draft, given: LotRow) -> None:
        """Judge a lot, or find that it is there."""
        plot = self._plots.get(given.plot_of)
        if plot is None:
            self.blame(layout, draft, "plot_of", given.plot_of, Fault("imp.link.plot"))
            return
        product = self._product(layout, draft, plot, given)
        there = self._lots.get((plot.id, given.harvested_on), ())
        if draft.problems:
            return
        if self._there_already(there, product, given) is not None:
            self.report.count("lot", same=1)
            return
        harvest = self._judge(layout, draft, plot, product, given)
        if harvest is not None:
            self.report.count("lot", created=1)
            self._facts.count(harvest.lot)
            self._made.append((draft.row, harvest))
            self._warn(layout, draft, harvest)

    def _there_already(self, there: Sequence[Lot], product: Product | None, given: LotRow) -> Lot | None:
        """The lot of a row where it is written down; each lot is that of one row."""
        said = given.weight_g, product.id if product else None
        found = (lot for lot in there if lot.id not in self._met and (lot.weight_g, lot.product_id) == said)
        same = next(found, None)
        if same is not None:
            self._met.add(same.id)
        return same

    def _product(self, layout: Layout, draft: Draft, plot: Plot, given: LotRow) -> Product | None:
        if not given.sku:
            return None
        product = self._products.get(given.sku)
        problem = product_problem(product, plot, given.sku)
        if problem is not None:
            self.blame(layout, draft, "sku", given.sku, Fault(problem.key, **problem.params))
        return product

    def _judge(
        self, layout: Layout, draft: Draft, plot: Plot, product: Product | None, given: LotRow
    ) -> Harvest | None:
        """The rules of the form: the day, a second lot of a plot's day, what a plot can bear."""
        try:
            check_day(given.harvested_on, self.task.now)
        except Invalid as invalid:
            self.blame_fields(layout, draft, {}, invalid)
        there = self._lots.get((plot.id, given.harvested_on), ())
        if not given.another:
            self.is_first(layout, draft, "plot_of", given.plot_of, given.harvested_on)
            if there:
                twin = {"lot": there[0].code, "kg": kilograms(there[0].weight_g), "plot": plot.name}
                fault = Fault("imp.lot.twin", date=given.harvested_on, **twin)
                self.blame(layout, draft, "plot_of", given.plot_of, fault)
        code = self._codes.next(plot.crop, plot.variety, given.harvested_on)
        form = self._as_form(layout, draft, plot, given)
        lot = new_lot(self.task.actor, plot, product, form, code, self.task.now)
        try:
            harvest = judged(self._facts, lot, plot)
        except Refused as refused:
            fault = Fault(f"imp.{refused.key}", **refused.params)
            self.blame(layout, draft, "picked_g", kilograms(given.weight_g), fault)
        if draft.problems:
            self._codes.give_back(code)
            return None
        return harvest

    def _as_form(self, layout: Layout, draft: Draft, plot: Plot, given: LotRow) -> LotIn:
        values = given.model_dump(include={"weight_g", "harvested_on", "crates", "yield_reason"})
        mark = f"import-{self.task.import_id or 0}-{layout.sheet}-{draft.row}"
        return LotIn(**values, plot_id=plot.id, request_id=mark)

    def _warn(self, layout: Layout, draft: Draft, harvest: Harvest) -> None:
        """What will put the lot on hold, told before anything is written."""
        where, day = (layout.name, draft.row), f"{harvest.lot.harvested_on:%d/%m/%Y}"
        for stop in harvest.stops:
            said = problem(
                where, layout.heading("harvested_on"), day, "imp.lot.held", {"reason": reason_of(stop)}
            )
            self.report.warnings.append(said)


_ANOTHER = next(column for column in COLUMNS if column.name == "another")
