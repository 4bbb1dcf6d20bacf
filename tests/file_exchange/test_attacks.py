"""Files made to harm: bombs, formulas, odd shapes, huge ones; refused or read as text, never more."""

import io
import random
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplaces.simulators.files import template as centre
from tests.file_exchange.booth import Booth, everything_written, open_booth
from trace.db import Database, reading
from trace.errors import Refused
from trace.services.file_exchange import cleaning, reports, templates
from trace.services.file_exchange.cleaning import MOST_ROWS, CleanRow
from trace.services.file_exchange.telling import tell
from trace.services.importing.reading import opened

HEAD = "Mã đơn;Ngày tạo;Tình trạng;Mã hàng;Số lượng;Giá bán"


@pytest.fixture
def booth(sqlite: Database, now, tmp_path: Path) -> Booth:
    """These tests' subject is not the database."""
    one = open_booth(now, tmp_path)
    one.map_columns(one.csv(HEAD, "A1;05/06/2026;Mới;S1;1;1000"), is_full=False)
    one.learn({"Mới": "placed"})
    return one


def bomb(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    return path


def test_a_bomb_is_refused_as_report_and_as_template(booth: Booth) -> None:
    path = bomb(booth.folder / "bom.xlsx")
    with pytest.raises(Refused, match=r"imp\.bomb"):
        booth.take(path)
    with pytest.raises(Refused, match=r"imp\.bomb"):
        templates.read_blank(path, "bom.xlsx")


def test_a_report_of_more_rows_than_one_reads_at_once_is_refused(booth: Booth) -> None:
    rows = [f"A{n};05/06/2026;Mới;S1;1;1000" for n in range(MOST_ROWS + 20)]
    with pytest.raises(Refused, match=r"imp\.big"):
        booth.take(booth.csv(HEAD, *rows))


def test_a_report_as_large_as_one_may_be_is_counted_whole(booth: Booth) -> None:
    rows = [f"A{n};05/06/2026;Mới;S1;1;1000" for n in range(MOST_ROWS - 10)]
    booth.take(booth.csv(HEAD, *rows))
    assert booth.figures() == {
        ("S1", date(2026, 6, 5)): (MOST_ROWS - 10, 0, MOST_ROWS - 10, (MOST_ROWS - 10) * 1000)
    }


def test_formulas_in_a_report_are_text(booth: Booth) -> None:
    booth.take(
        booth.csv(
            HEAD, 'A1;05/06/2026;Mới;=HYPERLINK("http://x.test");1;1000', "=1+1;05/06/2026;Mới;S1;1;1000"
        )
    )
    assert list(booth.figures().values()) == [(1, 0, 1, 1_000)]
    assert list(booth.held().values()) == ["file.cell.order"]


def test_a_row_ends_only_where_a_csv_ends_it(booth: Booth) -> None:
    """Whoever may write a name writes no rows: signs that other programs take for an end of line are none."""
    for sign in ("\u2028", "\x85", "\x0b", "\x1c"):
        booth.take(booth.csv(HEAD, f"A1;05/06/2026;Mới;S1{sign}A9;1;1000"))
        assert list(booth.figures().values()) == [(1, 0, 1, 1_000)]
        assert booth.held() == {}


def test_what_stands_over_the_headings_does_not_say_what_parts_the_cells(booth: Booth) -> None:
    path = booth.csv("Báo cáo; từ ngày 01/06/2026", HEAD.replace(";", ","), "A1,05/06/2026,Mới,S1,1,1000")
    booth.take(path)
    assert list(booth.figures().values()) == [(1, 0, 1, 1_000)]


def test_a_template_whose_sheet_is_a_document_type_of_its_own_is_filled_as_bytes(booth: Booth) -> None:
    """No XML of a stranger is parsed where templates are filled, so no entity in it is ever expanded."""
    out = io.BytesIO()
    lol = b'<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    with zipfile.ZipFile(io.BytesIO(centre.blank_xlsx())) as source, zipfile.ZipFile(out, "w") as made:
        for member in source.infolist():
            data = source.read(member)
            if member.filename == "xl/worksheets/sheet1.xml":
                data = data.replace(b"?>", b"?>" + lol, 1)
            made.writestr(member, data)
    path = booth.folder / "la.xlsx"
    path.write_bytes(out.getvalue())
    try:
        blank = templates.read_blank(path, "la.xlsx")
    except Refused:
        return
    assert len(templates.filling.fill_xlsx(blank.content, centre.SHEET, [["a", 1]], 5)) < 100_000


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.lists(st.text(max_size=40).filter(lambda said: "\0" not in said), min_size=1, max_size=6))
def test_whatever_stands_in_a_row_is_read_or_held_and_its_words_stay_out(
    booth: Booth, words: list[str]
) -> None:
    secret = "Nguyễn Thị Bí Mật 0912345678"
    noise = ";".join(word.replace("\n", " ").replace("\r", " ") for word in words)
    path = booth.folder / "la.csv"
    path.write_text(
        f"{HEAD}\n{noise};{secret}\nA1;05/06/2026;Mới;S1;1;1000\n", encoding="utf-8", errors="replace"
    )
    with reading() as session:
        layout = reports.ready_layout(session, booth.shop.id)
    try:
        cleaned = cleaning.clean(path, "la.csv", layout)
    except Refused:
        return
    kept = cleaning.unpack(cleaning.pack(cleaned.rows))
    assert "0912345678" not in repr(kept)


rows_of_orders = st.lists(
    st.builds(
        CleanRow,
        row=st.integers(1, 999),
        code=st.sampled_from(["A", "B", "C"]),
        word=st.sampled_from(["moi", "huy", "la"]),
        created=st.just("2026-06-05T00:00:00+00:00"),
        changed=st.sampled_from(["", "2026-06-06T00:00:00+00:00", "2026-06-07T00:00:00+00:00"]),
        sku=st.sampled_from(["S1", "S2", ""]),
        name=st.just("Vải"),
        quantity=st.integers(0, 9),
        price_vnd=st.sampled_from([1_000, 2_000]),
    ),
    max_size=12,
)


@given(rows_of_orders)
def test_rows_told_twice_tell_the_same_orders(rows: list[CleanRow]) -> None:
    from datetime import UTC, datetime

    words = {"moi": "placed", "huy": "cancelled"}
    as_of = datetime(2026, 6, 8, tzinfo=UTC)
    gap = [CleanRow(0, "Z", "moi", "2026-06-05T00:00:00+00:00", sku="S1", quantity=1)]
    once, twice = tell(rows, words, as_of), tell([*rows, *gap, *rows], words, as_of)
    assert sorted(map(repr, once.orders)) == sorted(
        repr(one) for one in twice.orders if one.ext_order_id != "Z"
    )
    for order in once.orders:
        assert len({line.ext_line_id for line in order.lines}) == len(order.lines)


def test_a_neighbours_file_changes_nothing_of_ours(booth: Booth, now, tmp_path: Path) -> None:
    booth.take(booth.csv(HEAD, "A1;05/06/2026;Mới;S1;1;1000"))
    before = booth.figures()
    other = open_booth(now, tmp_path)
    other.map_columns(other.csv(HEAD, "A1;05/06/2026;Hủy;S1;9;1000"), is_full=True)
    other.learn({"Hủy": "cancelled", "Mới": "returned"})
    other.take(other.csv(HEAD, "A1;05/06/2026;Hủy;S1;9;1000", "A2;04/06/2026;Mới;S1;9;1000"))
    assert booth.figures() == before
    assert other.figures() == {}


def test_a_file_cut_off_anywhere_is_refused_or_read_as_far_as_it_goes(booth: Booth) -> None:
    whole = booth.csv(HEAD, *[f"A{n};05/06/2026;Mới;S1;1;1000" for n in range(40)]).read_bytes()
    chance = random.Random(4)
    for _ in range(6):
        path = booth.folder / "cut.csv"
        path.write_bytes(whole[: chance.randrange(1, len(whole))])
        try:
            with opened(path, "cut.csv") as book:
                assert book.heads
            booth.take(path)
        except Refused:
            continue
    (total,) = booth.figures().values() or [(0, 0, 0, 0)]
    assert total[0] <= 40
    assert "Mới" in everything_written()
