"""Products from a sheet: each row is the input model of the form, so the rules are the same."""

from collections.abc import Mapping, Sequence
from typing import Any

from trace.errors import Invalid
from trace.records.product import Product
from trace.records.product_gtin import ProductGtin
from trace.services.company_prefixes import owned_digits, refuse_unowned
from trace.services.crops import CROPS
from trace.services.importing import cells
from trace.services.importing.columns import Column, Kind, Layout, unit_in
from trace.services.importing.farm_columns import ORG
from trace.services.importing.farm_memory import Task
from trace.services.importing.model_rows import ModelRows, with_unit
from trace.services.importing.report import Draft, Report, org_of
from trace.services.importing.things import PRODUCT
from trace.services.importing.writing import Key, rows_of
from trace.services.product_gtins import gtin_rows, note_gtin, refuse_taken
from trace.services.products import ProductIn, product_key
from trace.services.public_id import new_public_id
from trace.services.registering import change
from trace.standards.fault import Fault
from trace.standards.local_time import local_day

COLUMNS = (
    ORG,
    Column("sku", ("ma san pham", "ma sp", "ma hang", "product code"), required=True, example="VT-2KG"),
    Column("name", ("ten san pham", "ten hang", "san pham", "ten sp", "product name"), required=True,
           example="Vải thiều Thanh Hà hộp 2 kg"),
    Column("name_en", ("ten tieng anh", "english name"), example="Thanh Ha lychee, 2 kg box"),
    Column("name_zh", ("ten tieng trung", "ten tieng trung quoc", "chinese name"), example="鲜荔枝"),
    Column("name_ja", ("ten tieng nhat", "ten tieng nhat ban", "japanese name"), example="生鮮ライチ"),
    Column("gtin", ("ma vach", "ma gtin", "ma vach gtin", "barcode", "ean"), example=""),
    Column("crop", ("cay trong", "cay", "loai cay"), required=True, example="Vải", choices=tuple(CROPS),
           labels="crop."),
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


class ProductRows(ModelRows[ProductIn]):
    """Takes the rows of a sheet of products."""

    model = ProductIn
    marked = "sku"
    aside = ("org",)

    def __init__(self, task: Task, report: Report) -> None:
        super().__init__(task, report)
        self._products: dict[Key, Product] = {}
        self._gtins: dict[str, ProductGtin] = {}
        self._prefixes: Mapping[int, Sequence[str]] = {}

    def prepare(self, layout: Layout, draft: Draft, row: dict[str, Any]) -> dict[str, Any]:
        """Whose product it is."""
        self.owner(layout, draft, row)
        return {}

    def typed(self, layout: Layout, name: str, cell: Any) -> Any:
        """Text, and a bare weight with the unit of its heading."""
        if name == "unit_g" and not isinstance(cell, dict):
            return with_unit(cell, unit_in(layout.headings["unit_g"]), ("g", "kg", "gam"), "kg")
        return cells.text(cell)

    def learn(self, batch: Sequence[tuple[Draft, ProductIn]]) -> None:
        """The stored products of these codes, who has or had these GTINs, whose they may be."""
        session = self.task.session
        keys = {(org_of(draft), given.sku) for draft, given in batch}
        gtins = {given.gtin for _, given in batch if given.gtin is not None}
        self._products = rows_of(session, Product, "sku", keys)
        self._gtins = gtin_rows(session, gtins)
        self._prefixes = owned_digits(session, {org for org, _ in keys}, local_day(self.task.now))

    def write(self, layout: Layout, draft: Draft, given: ProductIn) -> None:
        """Store a product, or change the one of this code."""
        self._write(layout, draft, given, org_of(draft))

    def _write(self, layout: Layout, draft: Draft, given: ProductIn, org: int) -> None:
        stored = self._stored(layout, draft, given, org)
        if draft.problems:
            return
        values = given.model_dump(exclude_unset=True)
        values["search_key"] = product_key(given.sku, given.name)
        same = stored is not None and all(getattr(stored, name) == value for name, value in values.items())
        new, changed = stored is None, stored is not None and not same
        self.report.count("product", created=new, updated=changed, same=same)
        self.task.note_line("product", (org, given.sku), draft.row)
        if not self.task.writes or same:
            return
        before = stored.gtin if stored is not None else None
        if stored is None:
            own: dict[str, Any] = {
                "org_id": org,
                "public_id": new_public_id(),
                "import_id": self.task.import_id,
            }
            stored = Product(created_at=self.task.now, **own, **values)
            self.task.session.add(stored)
        else:
            self.task.note_before(PRODUCT, [stored.id])
            change(stored, values)
        self.task.session.flush()
        note_gtin(self.task.session, self.task.actor.account_id, stored, before, self.task.now)

    def _stored(self, layout: Layout, draft: Draft, given: ProductIn, org: int) -> Product | None:
        """The product of this code, where neither code nor GTIN is used twice."""
        stored = self._products.get((org, given.sku))
        for name, value in (("sku", given.sku), ("gtin", given.gtin)):
            if value is not None:
                self.is_first(layout, draft, name, value, org if name == "sku" else None)
        if given.gtin is not None and not draft.problems:
            self._judge_gtin(layout, draft, given.gtin, org, stored)
        return stored

    def _judge_gtin(self, layout: Layout, draft: Draft, gtin: str, org: int, stored: Product | None) -> None:
        """The rules of the form about whose number it is."""
        if stored is not None and stored.gtin == gtin:
            return
        try:
            refuse_unowned(self._prefixes.get(org, ()), gtin)
            refuse_taken(self._gtins.get(gtin), gtin, stored.id if stored else None)
        except Invalid as invalid:
            for one in invalid.problems:
                self.blame(layout, draft, "gtin", gtin, Fault(one.key, **one.params))
