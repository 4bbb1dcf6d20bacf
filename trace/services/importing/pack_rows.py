"""Packed lots from a sheet: each row is a lot as the form takes it, its inputs named by their codes."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from trace.errors import Invalid, Refused
from trace.records.lot import Lot
from trace.records.plot import PackingHouse
from trace.records.product import Product
from trace.services.holding import reason_of, reason_to_follow
from trace.services.importing import cells
from trace.services.importing.columns import Layout, unit_in
from trace.services.importing.farm_memory import Task
from trace.services.importing.lot_rows import WEIGHT_UNITS
from trace.services.importing.model_rows import ModelRows, with_unit
from trace.services.importing.pack_columns import AGAIN, PackRow, sources_in
from trace.services.importing.pack_memory import PackMemory
from trace.services.importing.report import Draft, Report, problem
from trace.services.importing.things import PACK
from trace.services.pack_inputs import Draw, PackIn
from trace.services.pack_writing import Packing, write_packs
from trace.services.packing import judged, new_pack, weight_of
from trace.services.registering import own_code
from trace.standards import quantity
from trace.standards.fault import Fault
from trace.texts.catalogs import Term
from trace.texts.formats import kilograms

Made = tuple[date, int | None, int]
"""Day, product and grams of a packed lot."""


class PackRows(ModelRows[PackRow]):
    """Takes the rows of a sheet of what the account's own cooperative packed.

    What rows take of a lot counts in the order of the file. A lot packed the same day from the same lots,
    of the same product and weight, is there already; the same row twice in a file is a question, answered
    in a column.
    """

    model = PackRow
    marked = "sources"
    fields = {"boxes": "units", "packed_g": "weight_g"}  # noqa: RUF012 - declared where it is inherited

    def __init__(self, task: Task, report: Report) -> None:
        super().__init__(task, report)
        self._known = PackMemory(task)
        self._made: list[tuple[int, Packing]] = []

    def take(self, layout: Layout, rows: Sequence[tuple[int, list[Any]]]) -> None:
        """Judge a batch, then write its good rows together."""
        super().take(layout, rows)
        made, self._made = self._made, []
        if not made or not self.task.writes:
            return
        write_packs(self.task.session, self.task.actor, [one for _, one in made], self.task.now)
        self._known.written(one.lot for _, one in made)
        for row, packing in made:
            self.task.note_act_on(PACK, packing.lot.id, row)

    def prepare(self, layout: Layout, draft: Draft, row: dict[str, Any]) -> dict[str, Any]:
        """Nothing stands between the cells."""
        return {}

    def typed(self, layout: Layout, name: str, cell: Any) -> Any:
        """Codes as they are kept, bare weights in the unit of their heading, a packing day that has been."""
        if name == "sources":
            return sources_in(cells.text(cell))
        if name == "packed_on":
            return cells.day(cell, self.task.setting.today).isoformat()
        if name == "best_before":
            return quantity.day(cells.text(cell), self.task.setting.today).isoformat()
        if name == "packed_g":
            return with_unit(cell, unit_in(layout.headings[name]), WEIGHT_UNITS, "kg")
        if name == "same_again":
            return AGAIN.choice(cells.text(cell)) == "yes"
        said = cells.code(cell) if name in ("packed_at", "sku") else cells.text(cell)
        return own_code(said) if name == "sku" else said

    def learn(self, batch: Sequence[tuple[Draft, PackRow]]) -> None:
        """Inputs and what is left of them, products, and what was packed of these inputs on these days."""
        if batch:
            self._known.learn([given for _, given in batch])

    def write(self, layout: Layout, draft: Draft, given: PackRow) -> None:
        """Judge a packed lot, or find that it is there."""
        lots = [lot for source in given.sources if (lot := self._input(layout, draft, source.lot))]
        house = self._house(layout, draft, given.packed_at) if given.packed_at else None
        if draft.problems:
            return
        product = self._known.product(given.sku, lots[0])
        if given.sku and product is None:
            self.blame(layout, draft, "sku", given.sku, Fault("lot.product_unknown"))
            return
        form = self._as_form(layout, draft, given, lots, product, house)
        try:
            made = form.packed_on, product.id if product else None, weight_of(product, form)
            if self._there_already(made, form, lots):
                self.report.count("pack", same=1)
            elif given.same_again or self.is_first(layout, draft, "sources", given.from_lots, made):
                self._keep(layout, draft, given, self._judge(lots, product, house, form))
        except Invalid as invalid:
            self._blame_form(layout, draft, invalid)
        except Refused as refused:
            self._refuse(layout, draft, given, refused)

    def _input(self, layout: Layout, draft: Draft, code: str) -> Lot | None:
        found = self._known.lots.get(code)
        if found is None:
            self.blame(layout, draft, "sources", code, Fault("imp.link.source"))
        return found

    def _house(self, layout: Layout, draft: Draft, said: str) -> PackingHouse | None:
        found = self._known.houses(said)
        if len(found) == 1:
            return found[0]
        key = "imp.link.house.several" if found else "imp.link.house"
        market = found[0].market if found else ""
        self.blame(layout, draft, "packed_at", said, Fault(key, market=market))
        return None

    def _as_form(
        self,
        layout: Layout,
        draft: Draft,
        given: PackRow,
        lots: Sequence[Lot],
        product: Product | None,
        house: PackingHouse | None,
    ) -> PackIn:
        values = given.model_dump(include={"units", "weight_g", "packed_on", "best_before", "loss_reason"})
        draws = [
            Draw(lot=lot.public_id, weight_g=source.weight_g)
            for lot, source in zip(lots, given.sources, strict=True)
        ]
        return PackIn(
            **values,
            parents=draws,
            product=product.public_id if product else "",
            packing_house_id=house.id if house else None,
            request_id=f"import-{self.task.import_id or 0}-{layout.sheet}-{draft.row}",
        )

    def _there_already(self, made: Made, form: PackIn, lots: Sequence[Lot]) -> bool:
        pairs = zip(lots, form.parents, strict=True)
        said = {lot.id: draw.weight_g for lot, draw in pairs if draw.weight_g is not None}
        return self._known.there_already((*made, frozenset(lot.id for lot in lots)), said)

    def _judge(
        self, lots: Sequence[Lot], product: Product | None, house: PackingHouse | None, form: PackIn
    ) -> Packing:
        known, task = self._known, self.task
        inputs = judged(task.session, lots, product, form, known.left, task.now)
        lot = new_pack(task.actor, known.org, inputs, product, house, form, known.codes, task.now)
        return Packing(lot, inputs, form.loss_reason, known.holds, known.stops(lot, house))

    def _keep(self, layout: Layout, draft: Draft, given: PackRow, packing: Packing) -> None:
        self.report.count("pack", created=1)
        self._known.take(packing.inputs)
        self._made.append((draft.row, packing))
        for parent, hold in packing.followed:
            self._warn(layout, draft, "sources", parent.code, reason_to_follow(parent, hold))
        for stop in packing.stops:
            self._warn(layout, draft, "packed_at", given.packed_at, reason_of(stop))

    def _warn(self, layout: Layout, draft: Draft, name: str, cell: str, reason: Term) -> None:
        """What will put the lot on hold, told before anything is written."""
        where, figures = (layout.name, draft.row), {"reason": reason}
        self.report.warnings.append(problem(where, layout.heading(name), cell, "imp.lot.held", figures))

    def _blame_form(self, layout: Layout, draft: Draft, invalid: Invalid) -> None:
        """What the form says of its fields, of the columns that stand for them."""
        for one in invalid.problems:
            name = {"product": "sku", "units": "boxes"}.get(one.field, one.field)
            name = name if name in layout.headings else "sources"
            self.blame(layout, draft, name, one.got or "", Fault(one.key, **one.params))

    def _refuse(self, layout: Layout, draft: Draft, given: PackRow, refused: Refused) -> None:
        """What the gates say, with what rows above took of the lot that has too little."""
        names = {"gate.date": "packed_on"} | dict.fromkeys(("pool.over", "pool.loss"), _weighed(given))
        short = self._known.lots.get(str(refused.params.get("lot", "")))
        figures = {"kg_above": kilograms(self._known.taken[short.id])} if short else {}
        fault = Fault(f"imp.{refused.key}", **refused.params, **figures)
        self.blame(layout, draft, names.get(refused.key, "sources"), given.from_lots, fault)


def _weighed(given: PackRow) -> str:
    """The column that says how much was packed."""
    return "boxes" if given.weight_g is None else "packed_g"
