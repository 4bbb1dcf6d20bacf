"""Packing houses from a sheet: each row is the input model of the form, of the account's own cooperative."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from trace.records.plot import PackingHouse
from trace.services.admission import own_org
from trace.services.importing import cells
from trace.services.importing.columns import Column, Kind, Layout
from trace.services.importing.farm_columns import COMMUNE, MARKET, OLD_COMMUNE
from trace.services.importing.farm_memory import Task, place_columns
from trace.services.importing.model_rows import ModelRows
from trace.services.importing.report import Draft, Report, problem
from trace.services.importing.things import HOUSE
from trace.services.lineage import portions
from trace.services.registering import change
from trace.services.sites import PackingHouseIn, add_packing_house, code_doubt
from trace.standards.fault import Fault

GLN = Column("gln", ("ma gln", "ma dia diem", "ma dia diem toan cau", "gln code"))
COLUMNS = (
    Column("house_code", ("ma so co so dong goi", "ma co so dong goi", "ma so csdg", "ma csdg", "ma dong goi",
                          "phc", "packing house code"), required=True, example="VN-HDPH-012"),
    MARKET,
    Column("house_name", ("ten co so dong goi", "co so dong goi", "ten co so", "ten csdg", "packing house"),
           required=True, example="Cơ sở đóng gói Thanh Hà"),
    GLN,
    COMMUNE,
    OLD_COMMUNE,
)  # fmt: skip
KINDS = (Kind("house", ("house_code", "market"), required=("house_code", "market", "house_name")),)


class HouseRows(ModelRows[PackingHouseIn]):
    """Takes the rows of a sheet of packing houses; a code is one a market, whoever has it."""

    model = PackingHouseIn
    marked = "house_code"
    aside = ("commune", "old_commune")
    fields = {"house_code": "code", "house_name": "name"}  # noqa: RUF012 - declared where it is inherited

    def __init__(self, task: Task, report: Report) -> None:
        super().__init__(task, report)
        self._org = own_org(task.actor)
        self._houses: dict[tuple[str, str], PackingHouse] = {}

    def prepare(self, layout: Layout, draft: Draft, row: dict[str, Any]) -> dict[str, Any]:
        """Where it lies; nothing said means the cooperative's own commune, or where it lay before."""
        return self.place(layout, draft, row, self.task.setting.tenants.homes[self._org])

    def typed(self, layout: Layout, name: str, cell: Any) -> Any:
        """Text as it stands."""
        return cells.text(cell)

    def learn(self, batch: Sequence[tuple[Draft, PackingHouseIn]]) -> None:
        """Whoever's packing houses have these codes."""
        for some in portions({given.code for _, given in batch}):
            question = select(PackingHouse).where(col(PackingHouse.code).in_(some))
            found = self.task.session.execute(question).scalars()
            self._houses |= {(row.code, row.market): row for row in found}

    def write(self, layout: Layout, draft: Draft, given: PackingHouseIn) -> None:
        """Store a packing house, or change the one of this code and market."""
        stored = self._houses.get((given.code, given.market))
        self.is_first(layout, draft, "house_code", given.code, given.market)
        if stored is not None and stored.org_id != self._org:
            self.blame(layout, draft, "house_code", given.code, Fault("field.taken"))
        if draft.problems:
            return
        values = given.model_dump(exclude_unset=True, exclude={"commune", "old_commune"})
        if given.commune is not None and not _lies_there(stored, given):
            values |= place_columns((given.commune, given.old_commune))
        same = stored is not None and all(getattr(stored, name) == value for name, value in values.items())
        self.report.count("house", created=stored is None, updated=stored is not None and not same, same=same)
        self._doubt(layout, draft, given)
        if self.task.writes and not same:
            self._keep(layout, draft, given, stored, values)

    def _keep(
        self,
        layout: Layout,
        draft: Draft,
        given: PackingHouseIn,
        stored: PackingHouse | None,
        values: dict[str, Any],
    ) -> None:
        task = self.task
        if stored is not None:
            task.note_changes(HOUSE, stored.id, draft.row)
            change(stored, values)
            return
        row = add_packing_house(task.session, task.actor, given, task.now)
        task.note_made(HOUSE, row.id, draft.row)

    def _doubt(self, layout: Layout, draft: Draft, given: PackingHouseIn) -> None:
        """Tell of a code unlike its market's others, as the page of the house does."""
        doubt = code_doubt(PackingHouse, given.code, given.market)
        if doubt is not None:
            where, heading = (layout.name, draft.row), layout.heading("house_code")
            self.report.warnings.append(problem(where, heading, given.code, doubt.key, doubt.params))


def _lies_there(stored: PackingHouse | None, given: PackingHouseIn) -> bool:
    """Whether a house lies in the commune that is said; an old one that is not said stays."""
    here = stored is not None and stored.commune_code == given.commune
    return here and given.old_commune is None
