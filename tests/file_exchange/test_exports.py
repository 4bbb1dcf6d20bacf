"""Changes written into the shop's own template: only what is not confirmed, in the shape it asks for."""

import io
import os
import signal
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from marketplaces.simulators.files import template as centre
from tests import world
from tests.file_exchange.booth import NOW, Booth, open_booth
from trace.crashpoint import arm
from trace.db import Database, open_database, transaction, use_database
from trace.errors import Invalid, Refused
from trace.records.allocation import Allocation
from trace.records.file_export import FileExport
from trace.records.product import Product, ProductImage
from trace.records.shop import Listing, Shop
from trace.services import listing_offers
from trace.services.file_exchange import exports, filling, opening, templates
from trace.services.file_exchange.filling import fill_csv, fill_xlsx
from trace.services.file_exchange.layouts import layout_of
from trace.services.file_exchange.templates import Column, TemplateChoices
from trace.services.listing_text import Face
from trace.standards.local_time import local_day

FACE = Face("https://vai.example")


@pytest.fixture
def booth(database: Database, now, tmp_path: Path) -> Booth:
    return open_booth(now, tmp_path)


def blank(booth: Booth, content: bytes, name: str, *, is_new: bool = False) -> None:
    path = booth.folder / name
    path.write_bytes(content)
    given_blank = templates.read_blank(path, name)
    with transaction() as session:
        templates.keep_blank(session, booth.shop.id, given_blank, is_new=is_new, account_id=None, now=NOW)


def mapped(booth: Booth, *, first_row: int = 5, **changes: Column) -> None:
    """Believe the guesses, with the category as a fixed text."""
    with transaction() as session:
        layout = layout_of(session, booth.shop.id, "template")
        columns = {**templates.columns_of(layout), 2: Column(fixed="Trái cây")}
        columns |= {int(place): column for place, column in changes.items()}
        templates.confirm_template(layout, columns, TemplateChoices(first_row), None, NOW)


def sell(booth: Booth, price: int = 65_000, stock: int = 40, *, on_sale: bool = True) -> Listing:
    with transaction() as session:
        shop = session.get_one(Shop, booth.shop.id)
        listing = exports.add_goods(session, booth.coop.boss, shop, booth.coop.product.public_id, NOW)
        wish = listing_offers.Wish(price, stock, on_sale)
        return listing_offers.wish(session, booth.coop.boss, shop.id, listing.id, wish, NOW)


def make(booth: Booth, later: int = 0) -> int:
    with transaction() as session:
        shop = session.get_one(Shop, booth.shop.id)
        return exports.make(session, shop, FACE, None, NOW + timedelta(minutes=later)).id


def confirm(booth: Booth, number: int) -> None:
    with transaction() as session:
        exports.confirm(session, opening.row_of(session, booth.shop.id, FileExport, number), None, NOW)


def downloaded(booth: Booth, number: int) -> tuple[str, bytes, list[str]]:
    with transaction() as session:
        export = opening.row_of(session, booth.shop.id, FileExport, number)
        return centre.look_at_zip(exports.as_zip(session, export).read())


def change(booth: Booth, **values: object) -> None:
    with transaction() as session:
        product = session.get_one(Product, booth.coop.product.id)
        for name, value in values.items():
            setattr(product, name, value)


def picture(booth: Booth) -> None:
    with transaction() as session:
        told = {"media_type": "image/jpeg", "width": 1, "height": 1, "data": b"\xff\xd8x"}
        row = ProductImage(product_id=booth.coop.product.id, sha256="", created_at=NOW, **told)
        import hashlib

        row.sha256 = hashlib.sha256(row.data).hexdigest()
        world.add(session, row)


@pytest.mark.parametrize(("kind", "first"), [("xlsx", 5), ("csv", 2)])
def test_the_seller_centre_finds_its_own_template_with_our_goods(booth: Booth, kind: str, first: int) -> None:
    picture(booth)
    blank(booth, centre.blank_xlsx() if kind == "xlsx" else centre.blank_csv(), f"mau.{kind}")
    mapped(booth, first_row=first)
    sell(booth)
    name, content, wrong = downloaded(booth, make(booth))
    assert wrong == []
    assert name.endswith(f".{kind}")
    seen = centre.look_at_xlsx(content) if kind == "xlsx" else centre.look_at_csv(content)
    assert seen.faults == []
    sku = booth.coop.product.sku
    assert list(seen.goods) == [sku]
    goods = seen.goods[sku]
    assert [int(float(goods[one])) for one in ("Giá bán (*)", "Tồn kho (*)", "Khối lượng (g)")] == [
        65_000, 40, booth.coop.product.unit_g,
    ]  # fmt: skip
    assert goods["Ngành hàng (*)"] == "Trái cây"
    assert goods["Hình ảnh"] == f"{sku}-1.jpg"


def test_goods_put_on_the_shelf_bring_the_lots_of_what_was_sold_under_their_code_before(
    booth: Booth,
) -> None:
    """The report came first, and its listing was nobody's product yet."""
    product = booth.coop.product
    sold = booth.csv(
        "Mã đơn;Ngày tạo;Tình trạng;Mã hàng;Số lượng;Giá bán", f"A1;20/06/2026;Mới;{product.sku};3;1000"
    )
    booth.map_columns(sold, is_full=False)
    booth.learn({"Mới": "placed"})
    booth.take(sold)
    with transaction() as session:
        world.make_lot(session, NOW, booth.coop.plot, product, harvested_on=local_day(NOW), packed_on=None)
        shop = session.get_one(Shop, booth.shop.id)
        exports.add_goods(session, booth.coop.boss, shop, product.public_id, NOW)
        [share] = session.execute(select(Allocation)).scalars()
        assert (share.pieces, share.lot_id is not None) == (3, True)


def test_only_what_changed_since_the_last_confirmed_export_is_written(booth: Booth) -> None:
    blank(booth, centre.blank_xlsx(), "mau.xlsx")
    mapped(booth)
    sell(booth)
    first = make(booth)
    assert make(booth, later=1) != first  # nobody said that it was uploaded
    confirm(booth, first)
    with pytest.raises(Refused, match=r"file\.export\.nothing"):
        make(booth, later=2)
    sell(booth, price=70_000)
    seen = centre.look_at_xlsx(downloaded(booth, make(booth, later=3))[1])
    assert [int(row["Giá bán (*)"]) for row in seen.goods.values()] == [70_000]


def test_what_changed_after_an_export_was_made_is_in_the_next_one(booth: Booth) -> None:
    blank(booth, centre.blank_xlsx(), "mau.xlsx")
    mapped(booth)
    sell(booth)
    first = make(booth)
    sell(booth, stock=7)
    confirm(booth, first)
    seen = centre.look_at_xlsx(downloaded(booth, make(booth, later=1))[1])
    assert [int(row["Tồn kho (*)"]) for row in seen.goods.values()] == [7]


def test_an_older_export_can_not_be_confirmed_after_a_later_one(booth: Booth) -> None:
    blank(booth, centre.blank_xlsx(), "mau.xlsx")
    mapped(booth)
    sell(booth)
    first, second = make(booth), make(booth, later=1)
    confirm(booth, second)
    confirm(booth, second)
    with pytest.raises(Refused, match=r"file\.export\.older"):
        confirm(booth, first)


def test_a_death_while_an_export_is_made_leaves_nothing_of_it(booth: Booth, database_url: str) -> None:
    blank(booth, centre.blank_csv(), "mau.csv")
    mapped(booth, first_row=2)
    sell(booth)
    child = os.fork()
    if child == 0:
        try:
            use_database(open_database(database_url))
            arm("export made")
            make(booth)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    with transaction() as session:
        assert exports.listed_with_people(session, booth.shop.id) == []
    assert make(booth)


def test_names_that_read_as_formulas_are_neutralised(booth: Booth) -> None:
    for kind, name, first in (("xlsx", '=HYPERLINK("http://x.test")', 5), ("csv", "@SUM(A1)", 2)):
        blank(booth, centre.blank_xlsx() if kind == "xlsx" else centre.blank_csv(), f"m.{kind}", is_new=True)
        mapped(booth, first_row=first)
        change(booth, name=name)
        sell(booth, price=1_000 + first)
        content = downloaded(booth, make(booth, later=first))[1]
        seen = centre.look_at_xlsx(content) if kind == "xlsx" else centre.look_at_csv(content)
        assert seen.faults == []
        assert [row["Tên sản phẩm (*)"] for row in seen.goods.values()] == [f"'{name}"]


def test_a_name_too_long_is_refused_and_a_description_is_cut(booth: Booth) -> None:
    blank(booth, centre.blank_xlsx(), "mau.xlsx")
    change(booth, name="V" * 121, description="M" * 200)
    sell(booth)
    mapped(booth, **{"0": Column("name", most=120), "7": Column("description", most=50)})
    with pytest.raises(Invalid):
        make(booth)
    change(booth, name="Vải")
    seen = centre.look_at_xlsx(downloaded(booth, make(booth))[1])
    assert [row["Mô tả"] for row in seen.goods.values()] == ["M" * 49 + "…"]


def test_a_template_with_other_headings_is_refused_until_somebody_calls_it_new(booth: Booth) -> None:
    blank(booth, centre.blank_csv(), "mau.csv")
    mapped(booth, first_row=2)
    other = centre.blank_csv().replace("Tồn kho (*)".encode(), "Số lượng (*)".encode())
    with pytest.raises(Refused, match=r"file\.template\.changed") as refused:
        blank(booth, other, "moi.csv")
    assert (refused.value.params["lost"], refused.value.params["new"]) == ("Tồn kho (*)", "Số lượng (*)")
    blank(booth, centre.blank_csv(), "mau.csv")
    with transaction() as session:
        assert layout_of(session, booth.shop.id, "template").is_ready
    blank(booth, other, "moi.csv", is_new=True)
    sell(booth)
    with pytest.raises(Refused, match=r"file\.no_template"):
        make(booth)


def test_a_template_with_a_program_in_it_is_not_taken(booth: Booth) -> None:
    import zipfile

    out = io.BytesIO(centre.blank_xlsx())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    with pytest.raises(Refused, match=r"file\.template\.program"):
        blank(booth, out.getvalue(), "mau.xlsx")


def test_what_goes_nowhere_or_twice_is_said(booth: Booth) -> None:
    blank(booth, centre.blank_xlsx(), "mau.xlsx")
    with pytest.raises(Invalid):
        mapped(booth, first_row=3)
    with pytest.raises(Invalid):
        mapped(booth, **{"8": Column("price")})
    with pytest.raises(Invalid):
        mapped(booth, **{"4": Column()})


texts = st.text(max_size=30).map(lambda said: "".join(one for one in said if one.isprintable()))
cells = st.one_of(st.integers(0, 10**12), texts)


@given(st.lists(st.lists(cells, min_size=1, max_size=12), min_size=1, max_size=8))
def test_whatever_is_written_into_a_workbook_is_read_back_as_it_was(rows: list[list[str | int]]) -> None:
    made = fill_xlsx(centre.blank_xlsx(), centre.SHEET, rows, 5)
    sheet = openpyxl.load_workbook(io.BytesIO(made))[centre.SHEET]
    assert [cell.value for cell in sheet[3]][:9] == list(centre.HEADINGS)
    for at, row in enumerate(rows):
        got = [sheet.cell(5 + at, 1 + place).value for place in range(len(row))]
        assert [one if one is not None else "" for one in got] == [
            filling.safe_text(one) if isinstance(one, str) else one for one in row
        ]
        assert all(sheet.cell(5 + at, 1 + place).data_type != "f" for place in range(len(row)))


@given(st.lists(st.lists(cells, min_size=2, max_size=6), min_size=1, max_size=8))
def test_whatever_is_written_into_a_csv_is_read_back_as_it_was(rows: list[list[str | int]]) -> None:
    import csv

    made = fill_csv(centre.blank_csv(), rows, 2).decode("utf-8-sig")
    got = list(csv.reader(io.StringIO(made, newline=""), delimiter=";"))
    assert got[1:] == [
        [str(filling.safe_text(one) if isinstance(one, str) else one) for one in row] for row in rows
    ]
