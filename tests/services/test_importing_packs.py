"""Packed lots from files: the gates of the form, the sums over a whole file, what is there, the way back."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from tests import world
from tests.services import farm, sheets
from trace.db import Database, reading, transaction
from trace.records.event import Event
from trace.records.lot import Hold, Lot, LotKind, LotState
from trace.records.plot import PackingHouse, SiteStatus
from trace.records.product import Product
from trace.services import holding, packing, recalling, releasing, site_standing, sites
from trace.services.importing.error_files import problem_text
from trace.services.importing.report import Report
from trace.services.importing.runs import ImportOrder, Outcome, import_file
from trace.services.importing.undoing import look, undo
from trace.services.lineage import drawn_g
from trace.services.logging_acts import body_of
from trace.services.recalling import RecallIn

HEAD = ("Đóng từ lô", "Ngày đóng gói", "Mã sản phẩm", "Số hộp", "Khối lượng ra (kg)", "Mã cơ sở đóng gói",
        "Hạn dùng", "Lý do hao hụt", "Lần đóng khác giống hệt")  # fmt: skip
DAY = farm.DAY
WHOLE = f"{DAY:%d/%m/%Y}"


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        return farm.found(session, now)


def picked(coop: world.Coop, now: datetime, *weights: int, **given: Any) -> list[Lot]:
    with transaction() as session:
        return [farm.harvest(session, coop, now, kg=kg, **given) for kg in weights]


def bring(coop: world.Coop, folder: Path, now: datetime, *rows: Any, dry_run: bool = False) -> Outcome:
    path = sheets.xlsx(folder / "dong-goi.xlsx", A=(HEAD, *rows))
    with transaction() as session:
        return import_file(session, coop.boss, ImportOrder("packs", path, path.name, dry_run=dry_run), now)


def told(report: Report) -> list[tuple[int, str, str]]:
    for one in (*report.problems, *report.warnings):
        for lang in ("vi", "en"):
            assert "{" not in problem_text(one, lang)
    return [(one.row, one.column, one.key) for one in report.problems]


def packs() -> list[Lot]:
    with reading() as session:
        rows = session.execute(select(Lot).where(col(Lot.kind) == LotKind.PACK).order_by(col(Lot.id)))
        return list(rows.scalars())


def again(lot: Lot) -> Lot:
    with reading() as session:
        return session.get_one(Lot, lot.id)


def taken(lot: Lot) -> int:
    with reading() as session:
        return drawn_g(session, lot.id)


def told_of(lot: Lot) -> list[str]:
    with reading() as session:
        about = col(Event.subject_kind) == "lot", col(Event.subject_id) == lot.id
        return list(session.execute(select(col(Event.act)).where(*about).order_by(col(Event.id))).scalars())


def stays(coop: world.Coop, outcome: Outcome, now: datetime) -> list[str]:
    assert outcome.run
    with reading() as session:
        return [line.why for line in look(session, coop.boss, outcome.run.id, now).kept]


def test_a_row_packs_of_several_lots_as_the_form_does(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    first, second = picked(coop, now, 120, 80)
    outcome = bring(coop, tmp_path, now, (f"{first.code}: 120; {second.code}: 60", WHOLE, "", 175))
    assert (outcome.report.good, outcome.report.problems) == (1, [])
    (pack,) = packs()
    assert (pack.weight_g, pack.crates, pack.product_id) == (175_000, 175, coop.product.id)
    assert (pack.packed_on, pack.best_before) == (DAY, DAY + timedelta(days=7))
    assert (again(first).state, again(second).state) == (LotState.CONSUMED, LotState.OPEN)
    assert (taken(first), taken(second)) == (120_000, 60_000)
    assert (told_of(pack), told_of(first)) == (["pack"], ["harvest", "consume"])
    with reading() as session:
        about = col(Event.subject_id) == pack.id, col(Event.act) == "pack"
        body = body_of(session.execute(select(Event).where(*about)).scalar_one())
    assert [one["quantity"] for one in body["inputQuantityList"]] == [120, 60]


def test_a_lot_by_the_form_and_one_by_a_file_are_told_alike(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    by_form, by_file = picked(coop, now, 50, 50)
    with transaction() as session:
        packing.pack_lot(session, coop.boss, farm.pack_in(by_form, units=50), now)
    bring(coop, tmp_path, now, (by_file.code, WHOLE, "", 50))
    left, right = packs()
    own = {"id", "public_id", "code", "search_key", "request_id", "created_by", "acted_for"}
    assert left.model_dump(exclude=own) == right.model_dump(exclude=own)
    assert told_of(left) == told_of(right)
    assert told_of(by_form) == told_of(by_file)


def test_a_code_alone_gives_what_is_packed_and_several_give_all_that_is_left(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    one, two, three = picked(coop, now, 100, 30, 20)
    rows = ((one.code, WHOLE, "", 60), (f"{two.code}; {three.code}", WHOLE, "", "", "48,5"))
    assert bring(coop, tmp_path, now, *rows).report.bad == 0
    assert [taken(lot) for lot in (one, two, three)] == [60_000, 30_000, 20_000]


@pytest.mark.parametrize(
    "cell", ["{0}:20;{1}:10", "{0} = 20\n{1} = 10", "{0} 20 kg; {1} 0,1 tạ", "{0} (20); {1} (10 kg);"]
)
def test_inputs_are_read_as_people_write_them(
    coop: world.Coop, tmp_path: Path, now: datetime, cell: str
) -> None:
    lots = picked(coop, now, 100, 100)
    said = cell.format(lots[0].code.lower(), lots[1].code)
    assert told(bring(coop, tmp_path, now, (said, WHOLE, "", 30)).report) == []
    assert [taken(lot) for lot in lots] == [20_000, 10_000]


def test_what_the_form_refuses_is_told_by_row_and_column(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    with transaction() as session:
        carrots = world.make_product(session, now, coop.org, crop="carrot").sku
        other = farm.harvest(session, world.make_coop(session, now, name="HTX khác"), now)
        no_product = farm.harvest(session, coop, now, 500, product="")
        draft = farm.harvest(session, coop, now, 500, draft=True)
        recalled = farm.harvest(session, coop, now, 500)
        recalling.open_recall(
            session,
            farm.OFFICE,
            recalled.public_id,
            RecallIn(reason="Có phản ánh về lô này", phone="0220 3852 111", lots=1),
            now,
        )
    (lot,) = picked(coop, now, 500)
    code = lot.code
    rows = [
        ("VT-KHONG-CO: 5", WHOLE, "", 5),
        (f"{other.code}-khac: 5", WHOLE, "", 5),
        (f"{code}: nhiều", WHOLE, "", 5),
        (f"{code}: 5; {code}: 6", WHOLE, "", 11),
        (f"{code}: 0", WHOLE, "", 5),
        (f"{code}: 5", "13/06/2027", "", 5),
        (f"{code}: 5", f"{DAY - timedelta(days=1):%d/%m/%Y}", "", 5),
        (f"{code}: 5", WHOLE, "SP-KHONG-CO", 5),
        (f"{code}: 5", WHOLE, carrots, 5),
        (f"{code}: 5", WHOLE, "", ""),
        (f"{no_product.code}: 5", WHOLE, "", 5),
        (f"{code}: 5", WHOLE, "", 5, "", "PH-KHONG-CO"),
        (f"{code}: 5", WHOLE, "", 5, "", "", "01/01/2026"),
        (f"{code}: 501", WHOLE, "", 501),
        (f"{code}: 5", WHOLE, "", 6),
        (f"{code}: 5", WHOLE, "", "", 3),
        (f"{draft.code}: 5", WHOLE, "", 5),
        (f"{recalled.code}: 5", WHOLE, "", 5),
    ]  # fmt: skip
    report = bring(coop, tmp_path, now, *rows, dry_run=True).report
    where, house, weight = "Đóng từ lô", "Mã cơ sở đóng gói", "Khối lượng ra (kg)"
    assert told(report) == [
        (2, where, "imp.link.source"),
        (3, where, "imp.link.source"),
        (4, where, "imp.pack.source"),
        (5, where, "imp.pack.twice"),
        (6, where, "imp.pack.source"),
        (7, "Ngày đóng gói", "imp.date.future"),
        (8, "Ngày đóng gói", "imp.gate.date"),
        (9, "Mã sản phẩm", "lot.product_unknown"),
        (10, "Mã sản phẩm", "lot.product_crop"),
        (11, "Số hộp", "pack.how_much"),
        (12, "Mã sản phẩm", "pack.which_product"),
        (13, house, "imp.link.house"),
        (14, "Hạn dùng", "pack.best_before"),
        (15, where, "imp.gate.balance"),
        (16, "Số hộp", "imp.pool.over"),
        (17, weight, "imp.pool.loss"),
        (18, where, "imp.pack.state"),
        (19, where, "imp.gate.recalled"),
    ]
    assert packs() == []


def test_another_cooperatives_lot_is_not_packed(coop: world.Coop, tmp_path: Path, now: datetime) -> None:
    with transaction() as session:
        other = farm.harvest(session, world.make_coop(session, now, name="HTX khác"), now)
        other.code = "CUA-HTX-KHAC"
    assert told(bring(coop, tmp_path, now, (f"{other.code}: 5", WHOLE, "", 5)).report) == [
        (2, "Đóng từ lô", "imp.link.source")
    ]


def test_what_rows_take_of_a_lot_counts_for_the_rows_below_before_anything_is_written(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    (lot,) = picked(coop, now, 100)
    rows = [(f"{lot.code}: {kg}", WHOLE, "", kg) for kg in (60, 50, 40, 1)]
    tried = bring(coop, tmp_path, now, *rows, dry_run=True).report
    assert told(tried) == [(3, "Đóng từ lô", "imp.gate.balance"), (5, "Đóng từ lô", "imp.gate.balance")]
    said = problem_text(tried.problems[0], "vi").replace("\xa0", " ")
    assert said.startswith(
        f"Lô {lot.code} còn 40 kg, sau khi trừ 60 kg của các dòng trên; dòng này lấy 50 kg"
    )
    done = bring(coop, tmp_path, now, *rows).report
    assert (told(done), [pack.weight_g for pack in packs()]) == (told(tried), [60_000, 40_000])
    assert again(lot).state == LotState.CONSUMED


def test_a_large_loss_goes_in_with_its_reason(coop: world.Coop, tmp_path: Path, now: datetime) -> None:
    (lot,) = picked(coop, now, 100)
    row = (f"{lot.code}: 100", WHOLE, "", 60, "", "", "", "Dập do mưa đá")
    assert told(bring(coop, tmp_path, now, row).report) == []
    assert packs()[0].weight_g == 60_000


def test_a_row_twice_in_a_file_is_asked_about(coop: world.Coop, tmp_path: Path, now: datetime) -> None:
    (lot,) = picked(coop, now, 100)
    row = (f"{lot.code}: 20", WHOLE, "", 20)
    report = bring(coop, tmp_path, now, row, row, dry_run=True).report
    assert told(report) == [(3, "Đóng từ lô", "imp.dup.file")]
    more = (*row, "", "", "", "", "Có")
    assert bring(coop, tmp_path, now, row, more).report.made["pack.created"] == 2
    assert bring(coop, tmp_path, now, row, more, more).report.made == {
        "pack.created": 1, "pack.updated": 0, "pack.same": 2,
    }  # fmt: skip


def house_in(session: Any, coop: world.Coop, now: datetime, market: str = "CN") -> PackingHouse:
    given = sites.PackingHouseIn(code="VN-HDPH-012", market=market, name="Cơ sở Thanh Hà", commune="10813")
    return sites.add_packing_house(session, coop.boss, given, now)


def test_a_packing_house_is_named_by_its_code_and_by_its_market_where_several_know_it(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    (lot,) = picked(coop, now, 100)
    with transaction() as session:
        house = house_in(session, coop, now)
    row = (f"{lot.code}: 20", WHOLE, "", 20, "", "vn-hdph-012")
    assert told(bring(coop, tmp_path, now, row).report) == []
    assert packs()[0].packing_house_id == house.id
    with transaction() as session:
        second = house_in(session, coop, now, "US")
    rows = [(f"{lot.code}: 10", WHOLE, "", 10, "", code) for code in ("VN-HDPH-012", "VN-HDPH-012 US")]
    assert told(bring(coop, tmp_path, now, *rows).report) == [
        (2, "Mã cơ sở đóng gói", "imp.link.house.several")
    ]
    assert packs()[1].packing_house_id == second.id


def test_lots_that_will_be_on_hold_are_told_beforehand_and_follow_what_went_in(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    (stopped, free) = picked(coop, now, 100, 100)
    with transaction() as session:
        house = house_in(session, coop, now)
        change = sites.StatusIn(status=SiteStatus.SUSPENDED, since=DAY, reason="Phát hiện dư lượng")
        sites.change_status(session, coop.boss, PackingHouse, house.id, change, now)
        why = holding.HoldIn(reason="Chờ kết quả kiểm nghiệm")
        root = holding.hold_lot(session, farm.OFFICE, stopped.public_id, why, now)
    rows = [
        (f"{stopped.code}: 100", WHOLE, "", 100),
        (f"{free.code}: 10", WHOLE, "", 10, "", house.code),
        (f"{free.code}: 20", WHOLE, "", 20),
    ]
    tried = bring(coop, tmp_path, now, *rows, dry_run=True).report
    assert told(tried) == []
    assert [(one.row, one.column, one.key) for one in tried.warnings] == [
        (2, "Đóng từ lô", "imp.lot.held"),
        (3, "Mã cơ sở đóng gói", "imp.lot.held"),
    ]
    outcome = bring(coop, tmp_path, now, *rows)
    assert [pack.state for pack in packs()] == [LotState.HOLD, LotState.HOLD, LotState.OPEN]
    with reading() as session:
        order = select(Hold).where(col(Hold.lot_id) != stopped.id).order_by(col(Hold.id))
        holds = {hold.lot_id: hold for hold in session.execute(order).scalars()}
    first, second, _ = packs()
    assert (holds[first.id].rule, holds[first.id].cause_id) == ("gate.parent", root.id)
    assert holds[second.id].rule == site_standing.HOUSE_RULE
    assert (again(stopped).state, again(stopped).state_before_hold) == (LotState.HOLD, LotState.CONSUMED)
    assert stays(coop, outcome, now) == ["lot_held", "lot_held"]


def test_an_undo_gives_the_grams_back_and_says_why_a_lot_stays(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    one, two, three = picked(coop, now, 100, 30, 20)
    rows = [
        (f"{one.code}: 60; {two.code}: 30", WHOLE, "", 90),
        (f"{one.code}: 40", WHOLE, "", 40),
        (f"{three.code}: 20", WHOLE, "", 20),
    ]
    outcome = bring(coop, tmp_path, now, *rows)
    first, second, third = packs()
    with transaction() as session:
        releasing.release_lot(session, coop.boss, second.public_id, now)
        packing.pack_lot(session, coop.boss, farm.pack_in(third, units=5), now)
    assert stays(coop, outcome, now) == ["changed", "hangs_lots"]
    assert outcome.run
    with transaction() as session:
        done = undo(session, coop.boss, outcome.run.id, now)
    assert (done.rows_back, done.rows_kept) == (1, 2)
    assert again(first).state == LotState.DESTROYED
    assert (again(second).state, again(third).state) == (LotState.RELEASED, LotState.OPEN)
    assert [again(lot).state for lot in (one, two, three)] == [
        LotState.OPEN,
        LotState.OPEN,
        LotState.CONSUMED,
    ]
    assert (taken(one), taken(two)) == (40_000, 0)
    assert told_of(first) == ["pack", "withdraw"]
    assert told_of(two) == ["harvest", "consume", "reopen"]


def test_a_lot_stays_whose_grams_could_not_come_back(coop: world.Coop, tmp_path: Path, now: datetime) -> None:
    (lot,) = picked(coop, now, 100)
    outcome = bring(coop, tmp_path, now, (f"{lot.code}: 60", WHOLE, "", 60))
    with transaction() as session:
        session.get_one(Lot, lot.id).state = LotState.DESTROYED
    assert outcome.run
    with transaction() as session:
        done = undo(session, coop.boss, outcome.run.id, now)
    assert (done.rows_back, done.rows_kept) == (0, 1)
    assert packs()[0].state == LotState.OPEN


def test_a_file_without_a_product_takes_that_of_the_first_lot(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    (lot,) = picked(coop, now, 100)
    path = sheets.xlsx(tmp_path / "a.xlsx", A=((*HEAD[:2], "Số hộp"), (f"{lot.code}: 10", WHOLE, 10)))
    with transaction() as session:
        report = import_file(session, coop.boss, ImportOrder("packs", path, path.name), now).report
    assert told(report) == []
    with reading() as session:
        assert session.get_one(Product, packs()[0].product_id).sku == coop.product.sku
    assert isinstance(packs()[0].packed_on, date)
