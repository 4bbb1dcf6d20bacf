"""Products from a sheet: each row is the input model of the form, so the rules are the same."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from trace.errors import Invalid
from trace.records.product import Product
from trace.services.company_prefixes import require_owned
from trace.services.importing import cells
from trace.services.importing.columns import Column, Kind, Layout, unit_in
from trace.services.importing.farm_columns import ORG
from trace.services.importing.farm_memory import Task
from trace.services.importing.problems import in_words, of_field
from trace.services.importing.report import Draft, Report, problem
from trace.services.intake import read
from trace.services.product_gtins import note_gtin, require_free
from trace.services.products import ProductIn, product_key
from trace.services.public_id import new_public_id
from trace.services.registering import change
from trace.standards.fault import Fault
from trace.standards.local_time import local_day
from trace.standards.search_key import fold_vi

COLUMNS = (
    ORG,
    Column("sku", ("ma san pham", "ma sp", "ma hang", "product code"), required=True, example="VT-2KG"),
    Column("name", ("ten san pham", "ten hang", "san pham", "ten sp", "product name"), required=True,
           example="Vải thiều Thanh Hà hộp 2 kg"),
    Column("name_en", ("ten tieng anh", "english name"), example="Thanh Ha lychee, 2 kg box"),
    Column("name_zh", ("ten tieng trung", "ten tieng trung quoc", "chinese name"), example="鲜荔枝"),
    Column("name_ja", ("ten tieng nhat", "ten tieng nhat ban", "japanese name"), example="生鮮ライチ"),
    Column("gtin", ("ma vach", "ma gtin", "ma vach gtin", "barcode", "ean"), example=""),
    Column("crop", ("cay trong", "cay", "loai cay"), required=True, example="Vải"),
    Column("variety", ("giong", "giong cay"), example="thiều"),
    Column("unit_g", ("khoi luong tinh", "khoi luong", "net weight", "trong luong", "kl tinh"), required=True,
           example="2"),
    Column("shelf_life_days", ("han su dung", "so ngay su dung", "shelf life", "hsd"), example="7"),
    Column("brand", ("nhan hieu", "thuong hieu"), example=""),
    Column("standards", ("tieu chuan", "tieu chuan ap dung"), example="VietGAP"),
    Column("ocop_group", ("nhom ocop", "nhom"), choices=("1", "2", "3", "4", "5", "6"), example="1"),
    Column("description", ("mo ta", "gioi thieu"), example=""),
)  # fmt: skip
KINDS = (Kind("product", ("sku", "name"), required=("sku", "name", "crop", "unit_g")),)
EXAMPLE = ("vi du", "example")


class ProductRows:
    """Takes the rows of a sheet of products; ``report`` tells how it went."""

    def __init__(self, task: Task, report: Report) -> None:
        self._task, self._report = task, report
        self._seen: dict[tuple[int, str, str], tuple[int, int]] = {}

    def take(self, layout: Layout, rows: Sequence[tuple[int, list[Any]]]) -> None:
        """Judge a batch and write its good rows."""
        for number, row in rows:
            cells_by_name = {name: row[place] for name, place in layout.places.items() if place < len(row)}
            sku = cells_by_name.get("sku", "")
            if isinstance(sku, str) and fold_vi(sku[:20]) in EXAMPLE:
                continue
            self._report.checked += 1
            draft = self._judged(layout, number, cells_by_name)
            if draft.problems:
                self._report.refuse(draft.problems)

    def finish(self) -> None:
        """Nothing is left to say."""

    def _judged(self, layout: Layout, number: int, row: dict[str, Any]) -> Draft:
        draft = Draft(number, {})
        given = self._read(layout, draft, row)
        if given is not None and not draft.problems:
            self._write(layout, draft, given, int(str(draft.values["org"])))
        return draft

    def _read(self, layout: Layout, draft: Draft, row: dict[str, Any]) -> ProductIn | None:
        values: dict[str, Any] = {}
        try:
            draft.values["org"] = self._task.setting.tenants.org_id(cells.text(row.pop("org", "")))
        except Fault as fault:
            self._blame(layout, draft, "org", row.get("org", ""), fault)
        for name, cell in row.items():
            try:
                values[name] = _typed(name, cell, layout)
            except Fault as fault:
                self._blame(layout, draft, name, cell, fault)
        try:
            return read(ProductIn, {name: value for name, value in values.items() if value != ""})
        except Invalid as invalid:
            blamed = {one.column for one in draft.problems}
            for one in invalid.problems:
                if layout.heading(one.field) not in blamed:
                    cell = row.get(one.field, "")
                    key, params = of_field(one, cell)
                    where = (layout.name, draft.row)
                    draft.problems.append(problem(where, layout.heading(one.field), cell, key, params))
            return None

    def _write(self, layout: Layout, draft: Draft, given: ProductIn, org: int) -> None:
        stored = self._stored(layout, draft, given, org)
        if draft.problems:
            return
        values = given.model_dump(exclude_unset=True)
        values["search_key"] = product_key(given.sku, given.name)
        same = stored is not None and all(getattr(stored, name) == value for name, value in values.items())
        new, changed = stored is None, stored is not None and not same
        self._report.count("product", created=new, updated=changed, same=same)
        if not self._task.writes or same:
            return
        before = stored.gtin if stored is not None else None
        if stored is None:
            own: dict[str, Any] = {
                "org_id": org,
                "public_id": new_public_id(),
                "import_id": self._task.import_id,
            }
            stored = Product(created_at=self._task.now, **own, **values)
            self._task.session.add(stored)
        else:
            change(stored, values)
        self._task.session.flush()
        note_gtin(self._task.session, self._task.account_id, stored, before, self._task.now)

    def _stored(self, layout: Layout, draft: Draft, given: ProductIn, org: int) -> Product | None:
        """The product of this code, where neither code nor GTIN is used twice."""
        session = self._task.session
        by_sku = select(Product).where(col(Product.org_id) == org, col(Product.sku) == given.sku)
        stored: Product | None = session.execute(by_sku).scalar_one_or_none()
        for name, value in (("sku", given.sku), ("gtin", given.gtin)):
            if value is None:
                continue
            here = (layout.sheet, draft.row)
            before = self._seen.setdefault((org if name == "sku" else 0, name, value), here)
            if before != here:
                self._blame(layout, draft, name, value, Fault("imp.dup.file", row2=before[1]))
        if given.gtin is not None and not draft.problems:
            self._judge_gtin(layout, draft, given.gtin, org, stored)
        return stored

    def _judge_gtin(self, layout: Layout, draft: Draft, gtin: str, org: int, stored: Product | None) -> None:
        """The rules of the form about whose number it is."""
        if stored is not None and stored.gtin == gtin:
            return
        try:
            require_owned(self._task.session, org, gtin, local_day(self._task.now))
            require_free(self._task.session, gtin, stored.id if stored else None)
        except Invalid as invalid:
            for one in invalid.problems:
                self._blame(layout, draft, "gtin", gtin, Fault(one.key, **one.params))

    def _blame(self, layout: Layout, draft: Draft, name: str, cell: object, fault: Fault) -> None:
        key, params = in_words(fault, name, cell)
        where = (layout.name, draft.row)
        draft.problems.append(problem(where, layout.heading(name), cell, key, params))


def _typed(name: str, cell: Any, layout: Layout) -> Any:
    """What the input model reads: text, and a bare weight with the unit of its heading."""
    if name == "unit_g" and not isinstance(cell, dict):
        unit = unit_in(layout.headings["unit_g"])
        said = str(cell).replace(".", ",") if isinstance(cell, int | float) else cells.text(cell)
        return f"{said} {unit if unit in ('g', 'kg', 'gam') else 'kg'}" if said[-1:].isdigit() else said
    return cells.text(cell)
