"""Season plans from a sheet: a row is a plan; the same season of the same place once more is corrected."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from trace.errors import Invalid
from trace.records.season_plan import SeasonPlan
from trace.services.crops import CROPS
from trace.services.importing import cells
from trace.services.importing.columns import Column, Kind, Layout, unit_in
from trace.services.importing.farm_memory import Task, place_columns
from trace.services.importing.model_rows import ModelRows, with_unit
from trace.services.importing.report import Draft, Report
from trace.services.plan_clashes import refuse_overlap, standing
from trace.services.season_plans import PlanIn, correct_plan, record_plan, words_of
from trace.standards import quantity
from trace.standards.fault import Fault

COLUMNS = (
    Column("commune", ("xa", "xa phuong", "phuong xa", "xa moi", "ten xa", "ma xa", "ward"), required=True,
           example="xã Thanh Hà"),
    Column("old_commune", ("xa cu", "xa truoc 7 2025", "xa phuong cu", "ten xa cu", "former commune")),
    Column("crop", ("cay trong", "cay", "loai cay"), required=True, example="Vải", choices=tuple(CROPS),
           labels="crop."),
    Column("variety", ("giong", "giong cay"), example="thiều"),
    Column("first_day", ("tu ngay", "ngay dau", "ngay bat dau", "bat dau vu", "from", "begins"),
           required=True, example="20/05/2026"),
    Column("last_day", ("den ngay", "ngay cuoi", "ngay ket thuc", "ket thuc vu", "to", "ends"),
           required=True, example="10/06/2026"),
    Column("weight_g", ("san luong", "san luong ke hoach", "khoi luong", "harvest", "weight"), required=True,
           example="1200"),
    Column("area_m2", ("dien tich", "dien tich ke hoach", "area"), required=True, example="120"),
    Column("price_vnd_kg", ("gia", "gia ke hoach", "gia moi kg", "don gia", "price"), example="25000"),
    Column("note", ("ghi chu", "can cu", "remark", "source"), example=""),
)  # fmt: skip
_REQUIRED = tuple(column.name for column in COLUMNS if column.required and column.name != "commune")
KINDS = (Kind("plan", ("crop", "first_day", "weight_g"), required=_REQUIRED),)
_WEIGHTS = ("g", "kg", "ta", "tan")
_AREAS = ("m2", "ha", "sao", "mau")


class PlanRows(ModelRows[PlanIn]):
    """Takes the rows of a sheet of season plans."""

    model = PlanIn
    marked = "commune"
    aside = ("commune", "old_commune")

    def __init__(self, task: Task, report: Report) -> None:
        super().__init__(task, report)
        self._rows: dict[tuple[str, str], list[SeasonPlan]] = defaultdict(list)
        self._corrected: set[int] = set()
        self._standing: Mapping[tuple[str, str], Sequence[SeasonPlan]] = {}

    def prepare(self, layout: Layout, draft: Draft, row: dict[str, Any]) -> dict[str, Any]:
        """The codes of the commune, by its name of today or of before."""
        try:
            said = [cells.text(row.get(name, "")) for name in self.aside]
            if not any(said):
                raise Fault("imp.required", column="commune")
            new, old = self.task.setting.gazetteer.resolve(said[0], said[1], self.task.setting.home)
        except Fault as fault:
            self.blame(layout, draft, "commune", row.get("commune", ""), fault)
            return {}
        return {"commune": new, "old_commune": old or ""}

    def typed(self, layout: Layout, name: str, cell: Any) -> Any:
        """Days of any year; tonnes and hectares where the heading names no other unit."""
        unit = unit_in(layout.headings[name])
        if name in ("first_day", "last_day"):
            return quantity.day(cells.text(cell), self.task.setting.today).isoformat()
        if name == "weight_g":
            return with_unit(cell, unit, _WEIGHTS, "tan")
        if name == "area_m2":
            return with_unit(cell, unit, _AREAS, "ha")
        if name == "price_vnd_kg" and isinstance(cell, float):
            return str(round(cell))
        return cells.text(cell)

    def learn(self, batch: Sequence[tuple[Draft, PlanIn]]) -> None:
        """The plans that count in these communes, in the days this batch speaks of."""
        if batch:
            plans = [given for _, given in batch]
            first, last = min(one.first_day for one in plans), max(one.last_day for one in plans)
            communes = {str(one.commune) for one in plans}
            self._standing = standing(self.task.session, communes, first, last)

    def write(self, layout: Layout, draft: Draft, given: PlanIn) -> None:
        """Store a plan, or correct the one of this place, crop and first day."""
        try:
            place = place_columns((str(given.commune), given.old_commune))
            values = words_of(given) | place
            stored = self._stored(values)
            self._refuse_clash(SeasonPlan(**values, recorded_at=self.task.now), stored)
            same = stored is not None and all(getattr(stored, name) == one for name, one in values.items())
            if self.task.writes and not same:
                self.task.note_act("plan", self._keep(given, stored).id, draft.row)
        except Invalid as invalid:
            self.blame_fields(layout, draft, {}, invalid)
            return
        changed = stored is not None and not same
        self.report.count("plan", created=stored is None, updated=changed, same=same)

    def _keep(self, given: PlanIn, stored: SeasonPlan | None) -> SeasonPlan:
        task = self.task
        if stored is None:
            return record_plan(task.session, task.actor, given, task.now, task.import_id)
        why = f"Excel/CSV {task.import_id}"
        row = correct_plan(task.session, task.actor, stored.id, given, why, task.now)
        row.import_id = task.import_id
        return row

    def _stored(self, values: dict[str, Any]) -> SeasonPlan | None:
        alike = self._standing.get((values["commune_code"], values["crop"]), ())
        names = ("old_commune_code", "variety", "first_day")
        same = (one for one in alike if all(getattr(one, name) == values[name] for name in names))
        return next((one for one in same if one.org_id is None and one.ended_at is None), None)

    def _refuse_clash(self, row: SeasonPlan, stored: SeasonPlan | None) -> None:
        """Against the other rows of this file, and against plans that stand and are not corrected by it."""
        if stored is not None:
            self._corrected.add(stored.id)
        place = row.commune_code, row.crop
        alike = self._rows[place]
        others = [*alike, *(one for one in self._standing.get(place, ()) if one.id not in self._corrected)]
        refuse_overlap(row, others)
        alike.append(row)
