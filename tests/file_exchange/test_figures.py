"""The figures of a shop kept by files equal what its seller centre knows, whatever the files are like."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from marketplaces.simulators.files.centre import BUYERS, Centre
from marketplaces.simulators.files.dialects import DIALECTS, WORDS
from tests.file_exchange.booth import NOW, Booth, everything_written, faults, open_booth, shop_day
from trace.db import Database, open_database, transaction, use_database
from trace.services.file_exchange import cells, reports
from trace.services.file_exchange.vanishing import VANISHED
from trace.standards.fault import Fault

JUNE = (date(2026, 6, 1), date(2026, 6, 30))


@pytest.fixture
def booth(database: Database, now: datetime, tmp_path: Path) -> Booth:
    return open_booth(now, tmp_path)


def lived(days: int, seed: int = 7) -> Centre:
    centre = Centre()
    centre.chance.seed(seed)
    for _ in range(days):
        centre.pass_time()
    return centre


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
def test_counts_equal_the_truth_after_shuffles_repeats_and_later_cancellations(
    booth: Booth, dialect: str
) -> None:
    centre = Centre()
    paths = []
    for _ in range(6):
        centre.pass_time()
        paths.append(booth.report(dialect, centre, *JUNE))
        centre.now += timedelta(hours=3)
    booth.speak(dialect, paths[0])
    centre.chance.shuffle(paths)
    for path in [*paths, *paths[:2]]:
        booth.take(path)
    by_name = dialect == "semicolon"
    assert booth.figures(by_name=by_name) == centre.truth(by_name=by_name)
    assert booth.held() == {}
    assert faults() == []


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
def test_nothing_of_a_buyer_is_written_anywhere(booth: Booth, dialect: str) -> None:
    path = booth.report(dialect, lived(5), *JUNE)
    booth.map_columns(path, is_full=True)
    booth.take(path)
    booth.learn({"Đã hủy": "cancelled"})
    said = everything_written()
    assert "DH1001" in said
    for name, phone, address in BUYERS:
        for secret in (name, phone, phone.replace(" ", ""), address, address[:12]):
            assert secret not in said
    assert "hành chính" not in said


def test_an_order_that_a_full_list_no_longer_tells_is_marked_and_not_counted_and_may_come_back(
    booth: Booth,
) -> None:
    centre = lived(5)
    first = booth.report("english", centre, *JUNE)
    booth.speak("english", first)
    booth.take(first, as_of=NOW - timedelta(days=3))
    code, gone = next((code, one) for code, one in centre.orders.items() if one.parts[0].state == "placed")
    del centre.orders[code]
    report = booth.take(booth.report("english", centre, *JUNE), as_of=NOW - timedelta(days=2))
    assert report.vanished == 1
    assert booth.figures() == centre.truth()
    centre.orders[code] = gone
    booth.take(booth.report("english", centre, *JUNE), as_of=NOW - timedelta(days=1))
    assert booth.figures() == centre.truth()
    assert faults() == []


def test_no_word_of_a_report_says_that_an_order_vanished(booth: Booth) -> None:
    """Whoever writes our own mark into a file would keep its order out of every later comparison."""
    head = "Mã đơn;Ngày tạo;Tình trạng;Mã hàng;Số lượng;Giá bán"
    rows = [f"A{n};05/06/2026;{VANISHED.strip('@')};S;1;1000" for n in (1, 2)]
    path = booth.csv(head, *rows)
    booth.map_columns(path, is_full=True)
    booth.learn({"vanished": "placed"})
    booth.take(path, as_of=NOW - timedelta(days=2))
    assert booth.take(booth.csv(head, rows[0]), as_of=NOW - timedelta(days=1)).vanished == 1
    assert shop_day(booth.shop, date(2026, 6, 5)) == (1, 0, 1, 1_000)
    with pytest.raises(Fault):
        cells.status_word(VANISHED)


def test_an_older_full_list_read_late_makes_nothing_vanish(booth: Booth) -> None:
    centre = lived(3)
    older = booth.report("merged", centre, *JUNE)
    for _ in range(3):
        centre.pass_time()
    newer = booth.report("merged", centre, *JUNE)
    booth.speak("merged", newer)
    booth.take(newer)
    assert booth.take(older).vanished == 0
    assert booth.figures() == centre.truth()


@pytest.mark.parametrize("changes", [False, True])
def test_full_lists_read_in_any_order_lead_to_the_same_figures(booth: Booth, changes: bool) -> None:
    """“A1” is in the older list only: whichever is read first, the newer one has the last word."""
    head = "Mã đơn;Ngày tạo;Tình trạng;Mã hàng;Số lượng;Giá bán" + (";Cập nhật" if changes else "")
    end = ";05/06/2026 10:00" if changes else ""
    rows = [f"A{n};05/06/2026;Mới;S;1;1000{end}" for n in (1, 2, 3)]
    older, newer = booth.csv(head, *rows), booth.csv(head, *rows[1:])
    booth.map_columns(older, is_full=True)
    booth.learn({"Mới": "placed"})
    booth.take(newer, as_of=NOW - timedelta(days=1))
    assert booth.take(older, as_of=NOW - timedelta(days=2)).vanished == 0
    assert shop_day(booth.shop, date(2026, 6, 5)) == (2, 0, 2, 2_000)
    assert faults() == []


def test_an_order_in_a_row_of_its_own_keeps_its_goods_to_itself(booth: Booth) -> None:
    path = booth.csv(
        "Mã đơn;Ngày tạo;Tình trạng;Mã hàng;Số lượng;Giá bán",
        "A1;05/06/2026;Mới;S;1;1000",
        "A1;05/06/2026;Mới;;;",  # a row that only repeats the order is no order without goods
        "A2;05/06/2026;Mới;;;",
        ";;;T;2;500",
        "A3;05/06/2026;Mới;;;",
        "Lập bảng: kế toán;;;;;",
    )
    booth.map_columns(path, is_full=True)
    booth.learn({"Mới": "placed"})
    assert booth.take(path).vanished == 0
    assert shop_day(booth.shop, date(2026, 6, 5)) == (2, 0, 3, 2_000)
    assert booth.held() == {"A3": "file.row.nameless"}


def test_an_order_of_an_unknown_state_is_not_counted_until_its_word_is_learned(booth: Booth) -> None:
    centre = lived(4)
    path = booth.report("english", centre, *JUNE)
    booth.map_columns(path, is_full=False)
    report = booth.take(path)
    assert report.held == len(centre.orders)
    assert booth.figures() == {}
    words = {word: state for state, word in WORDS["english"].items()}
    booth.learn(words)
    assert booth.figures() == centre.truth()
    assert booth.held() == {}


def test_a_word_learned_wrongly_may_be_corrected(booth: Booth) -> None:
    centre = lived(4)
    path = booth.report("english", centre, *JUNE)
    booth.map_columns(path, is_full=False)
    booth.learn(dict.fromkeys(WORDS["english"].values(), "cancelled"))
    booth.take(path)
    assert booth.figures() == {}
    assert booth.learn({word: state for state, word in WORDS["english"].items()}) == 1
    assert booth.figures() == centre.truth()
    assert faults() == []


def test_the_newest_telling_holds_when_words_are_learned_after_several_reports(booth: Booth) -> None:
    centre = Centre()
    paths = []
    for _ in range(4):
        centre.pass_time()
        paths.append(booth.report("merged", centre, *JUNE))
    booth.map_columns(paths[0], is_full=True)
    for path in reversed(paths):
        booth.take(path)
    booth.learn({word: state for state, word in WORDS["merged"].items()})
    assert booth.figures() == centre.truth()


HEAD = "Mã đơn;Ngày tạo;Tình trạng;Mã hàng;Số lượng;Giá bán;Ghi chú"


def test_a_row_that_can_not_be_read_holds_its_order_back_and_a_better_file_brings_it(booth: Booth) -> None:
    bad = booth.csv(HEAD, "A1;05/06/2026;Mới;S1;hai;35.000đ;", "A2;05/06/2026;Mới;S1;1;35.000đ;")
    booth.map_columns(bad, is_full=False)
    booth.learn({"Mới": "placed"})
    booth.take(bad)
    assert booth.held() == {"A1": "file.cell.pieces"}
    assert booth.figures() == {("S1", date(2026, 6, 5)): (1, 0, 1, 35_000)}
    booth.take(booth.csv(HEAD, "A1;05/06/2026;Mới;S1;2;35.000đ;"))
    assert booth.held() == {}
    assert booth.figures() == {("S1", date(2026, 6, 5)): (2, 0, 3, 105_000)}


def test_a_shifted_row_says_nothing_of_the_buyer_that_slipped_into_other_columns(booth: Booth) -> None:
    path = booth.csv(
        HEAD,
        "A1;05/06/2026;Mới;S1;1;35.000đ;giao cho chị Lụa;0912345678",
        "A2;05/06/2026;Mới;Chị Mẫu 0987654321;1;35.000đ;",
        "A3;05/06/2026;Anh Giả 0903111222;S1;1;35.000đ;",
        "0912345678;05/06/2026;Mới;S1;1;35.000đ;",
    )
    booth.map_columns(path, is_full=False)
    booth.take(path)
    said = everything_written()
    assert not [one for one in ("Lụa", "Mẫu", "Giả", "0912345678", "0987654321", "0903111222") if one in said]
    assert sorted(booth.held().values()) == [
        "file.cell.order", "file.cell.personal", "file.cell.status", "file.row.shifted",
    ]  # fmt: skip


def test_a_line_the_order_is_told_without_has_nothing_left(booth: Booth) -> None:
    first = booth.csv(HEAD, "A1;05/06/2026;Mới;S1;1;10000;", "A1;05/06/2026;Mới;S2;1;20000;")
    booth.map_columns(first, is_full=False)
    booth.learn({"Mới": "placed"})
    booth.take(first)
    booth.take(booth.csv(HEAD, "A1;05/06/2026;Mới;S2;1;20000;"))
    day = date(2026, 6, 5)
    assert booth.figures() == {("S1", day): (1, 0, 0, 0), ("S2", day): (1, 0, 1, 20_000)}


def test_the_same_file_twice_is_one_report(booth: Booth) -> None:
    path = booth.csv(HEAD, "A1;05/06/2026;Mới;S1;1;10000;")
    booth.map_columns(path, is_full=False)
    booth.learn({"Mới": "placed"})
    first, again = booth.take(path), booth.take(path, now=NOW + timedelta(days=1))
    assert (first.id, first.taken_at) == (again.id, again.taken_at)
    assert booth.figures() == {("S1", date(2026, 6, 5)): (1, 0, 1, 10_000)}


def test_another_shop_may_be_told_the_same_order_numbers(booth: Booth, now: datetime, tmp_path: Path) -> None:
    other = open_booth(now, tmp_path)
    path = booth.csv(HEAD, "A1;05/06/2026;Mới;S1;1;10000;")
    for one in (booth, other):
        one.map_columns(path, is_full=False)
        one.learn({"Mới": "placed"})
        one.take(path)
    assert booth.figures() == other.figures() != {}


def test_orders_of_the_future_are_held_and_not_lost(booth: Booth) -> None:
    path = booth.csv(HEAD, "A1;05/06/2036;Mới;S1;1;10000;")
    booth.map_columns(path, is_full=False)
    booth.learn({"Mới": "placed"})
    booth.take(path)
    assert booth.held() == {"A1": "file.order.unfit"}


def test_a_report_says_up_to_when_its_news_go(booth: Booth) -> None:
    centre = lived(3)
    path = booth.report("merged", centre, *JUNE)
    booth.speak("merged", path)
    report = booth.take(path)
    local = datetime(2026, 6, centre.now.day, centre.now.hour, centre.now.minute, tzinfo=UTC) - timedelta(
        hours=7
    )
    assert report.as_of == local
    assert (report.since, report.until) == JUNE
    with transaction() as session:
        shop = session.get_one(type(booth.shop), booth.shop.id)
        assert shop.orders_cursor == local
    assert reports.digest(path) == report.sha256


def test_two_people_and_the_folder_taking_the_same_files_at_once_count_them_once(
    booth: Booth, database_url: str
) -> None:
    centre = lived(4)
    paths = [booth.report("merged", centre, *JUNE)]
    centre.pass_time()
    paths.append(booth.report("merged", centre, *JUNE))
    booth.speak("merged", paths[0])
    children = []
    for at in range(4):
        child = os.fork()
        if child == 0:
            end = 1
            try:
                use_database(open_database(database_url))
                for path in paths if at % 2 else reversed(paths):
                    booth.take(path)
                end = 0
            finally:
                os._exit(end)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * 4
    assert booth.figures() == centre.truth()
    assert faults() == []
