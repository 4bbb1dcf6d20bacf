"""Organisations from a sheet: each row is the input model of the office's form."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from trace.records.organisation import Organisation, OrgKind
from trace.services.importing import cells
from trace.services.importing.columns import Column, Kind, Layout
from trace.services.importing.farm_columns import COMMUNE, OLD_COMMUNE
from trace.services.importing.farm_memory import Task
from trace.services.importing.house_rows import GLN
from trace.services.importing.model_rows import ModelRows
from trace.services.importing.report import Draft, Report
from trace.services.importing.things import ORGANISATION
from trace.services.lineage import portions
from trace.services.organisations import OrganisationIn, add_organisation, callable_number, edit_organisation
from trace.standards.fault import Fault
from trace.standards.search_key import fold_vi

COLUMNS = (
    Column("org_kind", ("loai don vi", "loai", "loai hinh", "kind"), required=True, example="Hợp tác xã",
           choices=tuple(OrgKind), labels="org."),
    Column("org_name", ("ten don vi", "don vi", "ten hop tac xa", "ten htx", "ten doanh nghiep",
                        "ten to chuc", "organisation", "organization"), required=True,
           example="HTX vải thiều Thanh Hà"),
    Column("name_en", ("ten tieng anh", "english name")),
    Column("tax_code", ("ma so thue", "mst", "ma so doanh nghiep", "tax")),
    GLN,
    Column("org_phone", ("dien thoai cong khai", "dien thoai", "so dien thoai", "sdt", "hotline"),
           example="0220 3812 345"),
    COMMUNE,
    OLD_COMMUNE,
)  # fmt: skip
KINDS = (Kind("organisation", ("org_name",), required=("org_kind", "org_name", "commune")),)
_BY_COLUMN = {column.name: column for column in COLUMNS}
_SAID = ("kind", "name", "name_en", "tax_code", "gln", "phone")


class OrganisationRows(ModelRows[OrganisationIn]):
    """Takes the rows of a sheet of organisations.

    One that is there is known by its tax code, else its GLN, else its name in its commune.
    """

    model = OrganisationIn
    marked = "org_name"
    aside = ("commune", "old_commune")
    fields = {"org_kind": "kind", "org_name": "name", "org_phone": "phone"}  # noqa: RUF012 - as inherited

    def __init__(self, task: Task, report: Report) -> None:
        super().__init__(task, report)
        self._by: dict[str, dict[str, Organisation]] = {}
        self._by_name: dict[str, list[Organisation]] = {}

    def prepare(self, layout: Layout, draft: Draft, row: dict[str, Any]) -> dict[str, Any]:
        """Where it lies."""
        said = self.place(layout, draft, row, self.task.setting.home)
        if not said and not draft.problems:
            self.blame(layout, draft, "commune", "", Fault("imp.required", column="commune"))
        return said

    def typed(self, layout: Layout, name: str, cell: Any) -> Any:
        """Text; a telephone is one that can be called, because buyers are told it."""
        said = cells.text(cell)
        if name == "org_kind":
            return _BY_COLUMN["org_kind"].choice(said)
        return callable_number(said) if name == "org_phone" else said

    def learn(self, batch: Sequence[tuple[Draft, OrganisationIn]]) -> None:
        """Organisations of these tax codes, GLNs and names."""
        rules = (
            (col(Organisation.tax_code), {given.tax_code for _, given in batch if given.tax_code}),
            (col(Organisation.gln), {given.gln for _, given in batch if given.gln}),
            (col(Organisation.search_key), {fold_vi(given.name) for _, given in batch}),
        )
        self._by, self._by_name = {"tax_code": {}, "gln": {}}, {}
        found: dict[int, Organisation] = {}
        for column, wanted in rules:
            for some in portions(wanted):
                rows = self.task.session.execute(select(Organisation).where(column.in_(some))).scalars()
                found |= {row.id: row for row in rows}
        for row in found.values():
            for name, index in self._by.items():
                if getattr(row, name):
                    index[getattr(row, name)] = row
            self._by_name.setdefault(row.search_key, []).append(row)

    def write(self, layout: Layout, draft: Draft, given: OrganisationIn) -> None:
        """Store an organisation, or change the one that is meant."""
        stored = self._meant(layout, draft, given)
        self._refuse_twice(layout, draft, given)
        for name, index in self._by.items():
            number = getattr(given, name)
            if number and index.get(number) not in (None, stored):
                self.blame(layout, draft, name, number, Fault("field.taken"))
        if draft.problems:
            return
        whole = given if stored is None else _whole(stored, given)
        same = stored is not None and _says(stored, whole)
        created, updated = stored is None, stored is not None and not same
        self.report.count("organisation", created=created, updated=updated, same=same)
        if self.task.writes and not same:
            self._keep(draft, whole, stored)

    def _keep(self, draft: Draft, whole: OrganisationIn, stored: Organisation | None) -> None:
        task = self.task
        if stored is None:
            row = add_organisation(task.session, task.actor, whole, task.now)
            task.note_made(ORGANISATION, row.id, draft.row)
            return
        task.note_changes(ORGANISATION, stored.id, draft.row)
        edit_organisation(task.session, task.actor, stored.public_id, whole, task.now)

    def _meant(self, layout: Layout, draft: Draft, given: OrganisationIn) -> Organisation | None:
        by_tax = self._by["tax_code"].get(given.tax_code or "")
        by_gln = self._by["gln"].get(given.gln or "")
        if by_tax is not None or (by_gln is not None and _may_be(by_gln, given)):
            return by_tax or by_gln
        here = [
            one
            for one in self._by_name.get(fold_vi(given.name), ())
            if one.commune_code == given.commune and _may_be(one, given)
        ]
        if len(here) > 1:
            self.blame(layout, draft, "org_name", given.name, Fault("imp.org.several"))
        return here[0] if len(here) == 1 else None

    def _refuse_twice(self, layout: Layout, draft: Draft, given: OrganisationIn) -> None:
        """A tax code, a GLN, or a name in a commune that stands for another row of the file already."""
        for name in ("tax_code", "gln"):
            if getattr(given, name):
                self.is_first(layout, draft, name, getattr(given, name))
        if not given.tax_code:
            self.is_first(layout, draft, "org_name", fold_vi(given.name), given.commune)


def _may_be(one: Organisation, given: OrganisationIn) -> bool:
    """Whether the tax codes do not speak against it."""
    return None in (one.tax_code, given.tax_code) or one.tax_code == given.tax_code


def _whole(stored: Organisation, given: OrganisationIn) -> OrganisationIn:
    """The row, and for its empty cells what is stored."""
    said = given.model_dump(exclude_unset=True)
    if given.old_commune is None and given.commune == stored.commune_code:
        said["old_commune"] = stored.old_commune_code
    return OrganisationIn(**{**{name: getattr(stored, name) for name in _SAID}, **said})


def _says(stored: Organisation, whole: OrganisationIn) -> bool:
    places = (stored.commune_code, stored.old_commune_code) == (whole.commune, whole.old_commune)
    return places and all(getattr(stored, name) == getattr(whole, name) for name in _SAID)
