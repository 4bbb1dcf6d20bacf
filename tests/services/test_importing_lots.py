"""Harvest lots from files: the rules of the form, what is there already, and the way back."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from tests import world
from tests.services import farm, sheets
from trace.db import Database, reading, transaction
from trace.errors import NotAllowed, Refused
from trace.records.event import Event
from trace.records.lot import Hold, Lot, LotState
from trace.records.plot import Plot, SiteStatusChange
from trace.services import diary, harvest_figures, harvesting, packing, releasing
from trace.services.importing.error_files import problem_line, problem_text
from trace.services.importing.report import Report
from trace.services.importing.runs import ImportOrder, Outcome, import_file
from trace.services.importing.undoing import look, undo
from trace.services.logging_acts import body_of

HEAD = ("Mã vườn", "Ngày hái", "Khối lượng (kg)", "Mã sản phẩm", "Số sọt", "Lý do", "Lô khác cùng ngày")
DAY = date(2026, 6, 10)


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        return farm.found(session, now)


def row(coop: world.Coop, day: date = DAY, kg: Any = 100, *more: Any) -> tuple[Any, ...]:
    return (coop.plot.code, f"{day:%d/%m/%Y}", kg, *more)


def bring(coop: world.Coop, folder: Path, now: datetime, *rows: Any, dry_run: bool = False) -> Outcome:
    path = sheets.xlsx(folder / "lo.xlsx", A=(HEAD, *rows))
    with transaction() as session:
        return import_file(session, coop.boss, ImportOrder("lots", path, path.name, dry_run=dry_run), now)


def told(report: Report) -> list[tuple[int, str, str]]:
    for one in report.problems:
        for lang in ("vi", "en"):
            assert "{" not in problem_text(one, lang)
    return [(one.row, one.column, one.key) for one in report.problems]


def lots() -> list[Lot]:
    with reading() as session:
        return list(session.execute(select(Lot).order_by(Lot.id)).scalars())


def sums_agree() -> bool:
    with reading() as session:
        return not list(harvest_figures.differences(session))


def stays(coop: world.Coop, outcome: Outcome, now: datetime) -> list[str]:
    assert outcome.run
    with reading() as session:
        return [line.why for line in look(session, coop.boss, outcome.run.id, now).kept]


def test_lots_of_a_file_are_as_those_of_the_form(coop: world.Coop, tmp_path: Path, now: datetime) -> None:
    outcome = bring(
        coop,
        tmp_path,
        now,
        row(coop, DAY, "1,2 tạ", coop.product.sku, 12),
        row(coop, DAY - timedelta(days=1), 80.5),
    )
    assert (outcome.report.good, outcome.report.bad) == (2, 0)
    first, second = lots()
    assert (first.weight_g, first.crates, first.product_id) == (120_000, 12, coop.product.id)
    assert (second.weight_g, second.product_id, second.harvested_on) == (
        80_500,
        None,
        DAY - timedelta(days=1),
    )
    assert {first.state, second.state} == {LotState.OPEN}
    assert first.code.endswith("-0610-01")
    assert sums_agree()


def test_what_the_form_refuses_is_told_by_row_and_column(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    with transaction() as session:
        carrots = world.make_product(session, now, coop.org, crop="carrot").sku
    plot = coop.plot.code
    report = bring(
        coop,
        tmp_path,
        now,
        ("V-KHONG-CO", "10/06/2026", 5),
        (plot, "13/06/2027", 5),
        (plot, "01/06/2024", 5),
        (plot, "09/06/2026", "nhiều"),
        (plot, "08/06/2026", 5, "SP-KHONG-CO"),
        (plot, "07/06/2026", 5, carrots),
        (plot, "06/06/2026", 5, "", "ba"),
        dry_run=True,
    ).report
    assert [(line, column) for line, column, _ in told(report)] == [
        (2, "Mã vườn"),
        (3, "Ngày hái"),
        (4, "Ngày hái"),
        (5, "Khối lượng (kg)"),
        (6, "Mã sản phẩm"),
        (7, "Mã sản phẩm"),
        (8, "Số sọt"),
    ]
    assert lots() == []


def test_another_lot_of_a_plots_day_is_asked_about(coop: world.Coop, tmp_path: Path, now: datetime) -> None:
    bring(coop, tmp_path, now, row(coop))
    again = bring(coop, tmp_path, now, row(coop), row(coop, DAY, 70))
    assert told(again.report) == [(3, "Mã vườn", "imp.lot.twin")]
    yes = "", "", "", "Có"
    third = bring(coop, tmp_path, now, row(coop), row(coop, DAY, 70, *yes), row(coop, DAY, 70, *yes))
    assert (third.report.good, third.report.bad) == (3, 0)
    assert [lot.weight_g for lot in lots()] == [100_000, 70_000, 70_000]
    mended = bring(
        coop,
        tmp_path,
        now,
        row(coop),
        row(coop, DAY, 70, *yes),
        row(coop, DAY, 70, *yes),
        row(coop, DAY, 9, *yes),
    )
    assert mended.report.good == 4
    assert [lot.weight_g for lot in lots()] == [100_000, 70_000, 70_000, 9_000]


def test_two_rows_of_a_plots_day_in_one_file_are_asked_about(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    report = bring(coop, tmp_path, now, row(coop), row(coop, DAY, 70)).report
    assert told(report) == [(3, "Mã vườn", "imp.dup.file")]


def test_more_than_a_plot_bears_needs_a_reason_and_the_rows_before_count(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    with transaction() as session:
        session.get_one(Plot, coop.plot.id).area_m2 = 1_000
    days = [row(coop, DAY - timedelta(days=n), 900) for n in range(3)]
    checked = bring(coop, tmp_path, now, *days, dry_run=True).report
    written = bring(coop, tmp_path, now, *days).report
    assert told(checked) == told(written)
    assert [(line, column) for line, column, _ in told(checked)] == [
        (3, "Khối lượng (kg)"),
        (4, "Khối lượng (kg)"),
    ]
    with_reason = bring(coop, tmp_path, now, *[(*one, "", "", "Cây được mùa") for one in days]).report
    assert (with_reason.good, with_reason.bad) == (3, 0)
    with reading() as session:
        assert session.execute(select(Hold)).scalars().first() is not None


def test_a_plot_of_another_cooperative_is_nobodys(coop: world.Coop, tmp_path: Path, now: datetime) -> None:
    with transaction() as session:
        other = world.make_coop(session, now)
    report = bring(coop, tmp_path, now, row(other)).report
    assert told(report) == [(2, "Mã vườn", "imp.link.plot")]


def test_lots_go_back_but_for_those_somebody_went_on_with(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    outcome = bring(
        coop, tmp_path, now, *[row(coop, DAY - timedelta(days=n), 50, coop.product.sku) for n in range(3)]
    )
    out, packed, _ = lots()
    with transaction() as session:
        releasing.release_lot(session, coop.boss, out.public_id, now)
        packing.pack_lot(session, coop.boss, farm.pack_in(packed, units=10), now)
    assert stays(coop, outcome, now) == ["changed", "hangs_lots"]
    assert outcome.run
    with transaction() as session:
        run = undo(session, coop.boss, outcome.run.id, now)
        assert (run.rows_back, run.rows_kept) == (1, 2)
    assert [lot.state for lot in lots()][2] == LotState.DESTROYED
    assert sums_agree()
    again = bring(
        coop, tmp_path, now, *[row(coop, DAY - timedelta(days=n), 50, coop.product.sku) for n in range(3)]
    )
    assert (again.report.good, len(lots())) == (3, 5)


def test_whoever_works_for_no_cooperative_brings_no_lots(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    path = sheets.xlsx(tmp_path / "lo.xlsx", A=(HEAD, row(coop)))
    with transaction() as session, pytest.raises(NotAllowed):
        import_file(session, farm.OFFICE, ImportOrder("lots", path, path.name), now)


def test_a_row_tells_what_the_form_tells(coop: world.Coop, tmp_path: Path, now: datetime) -> None:
    given = farm.lot_in(coop.plot, 120, harvested_on=DAY, product=coop.product.public_id)
    with transaction() as session:
        harvesting.register_lot(session, coop.boss, given.model_copy(update={"crates": 6}), now)
    bring(coop, tmp_path, now, row(coop, DAY, 121, coop.product.sku, 6, "", "Có"))
    typed, filed = lots()
    aside = {"id", "public_id", "code", "search_key", "request_id", "weight_g"}
    assert typed.model_dump(exclude=aside) == filed.model_dump(exclude=aside)
    assert (typed.code, filed.code) == ("VT-0610-01", "VT-0610-02")
    with reading() as session:
        events = session.execute(select(Event).order_by(col(Event.id))).scalars().all()
        assert [(one.act, one.subject_id) for one in events] == [("harvest", typed.id), ("harvest", filed.id)]
        first, second = (body_of(one) for one in events)
    assert first.keys() == second.keys()
    assert all(first[name] == second[name] for name in ("bizStep", "bizLocation", "eventTime", "ilmd"))


def test_a_lot_within_the_waiting_time_is_told_before_it_is_put_on_hold(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    with transaction() as session:
        other = world.make_plot(session, now, coop.household)
        for plot in (coop.plot, other):
            spray = farm.spray_in(plot, DAY - timedelta(days=2))
            diary.write_entry(session, coop.boss, spray, now)
    (warning,) = bring(coop, tmp_path, now, row(coop), dry_run=True).report.warnings
    said = problem_line(warning, "vi")
    assert said.startswith("Dòng 2, cột “Ngày hái”: Vẫn ghi được, nhưng lô sẽ bị tạm giữ. Thửa ")
    assert "phun Abamectin ngày 08/06/2026" in said
    outcome = bring(coop, tmp_path, now, row(coop))
    with transaction() as session:
        harvesting.register_lot(session, coop.boss, farm.lot_in(other, 100, harvested_on=DAY), now)
    filed, typed = lots()
    assert (filed.state, filed.version) == (typed.state, typed.version) == (LotState.HOLD, 2)
    with reading() as session:
        first, second = session.execute(select(Hold).order_by(col(Hold.id))).scalars()
        acts = select(Event.act, Event.subject_id).order_by(col(Event.id))
        told = [tuple(one) for one in session.execute(acts)]
    assert (first.rule, first.reason) == (second.rule, second.reason.replace(other.name, coop.plot.name))
    assert told == [("harvest", filed.id), ("hold", filed.id), ("harvest", typed.id), ("hold", typed.id)]
    assert stays(coop, outcome, now) == ["lot_held"]


def test_a_growing_area_that_was_suspended_on_the_day_holds_the_lot(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    with transaction() as session:
        area = world.make_growing_area(session, now, coop.org)
        plot = session.get_one(Plot, coop.plot.id)
        plot.growing_area_id = area.id
        fallen = {"status": "suspended", "since": DAY, "reason": "Kiểm tra lại", "recorded_at": now}
        session.add(SiteStatusChange(growing_area_id=area.id, **fallen))
    bring(coop, tmp_path, now, row(coop, DAY - timedelta(days=1)), row(coop))
    assert [lot.state for lot in lots()] == [LotState.OPEN, LotState.HOLD]


def test_a_code_a_refused_row_would_have_had_is_given_to_the_next(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    with transaction() as session:
        small, next_to_it = (
            world.make_plot(session, now, coop.household, area_m2=area_m2).code for area_m2 in (100, 900)
        )
    day = f"{DAY:%d/%m/%Y}"
    bring(coop, tmp_path, now, row(coop), (small, day, 5_000), (next_to_it, day, 50))
    assert [lot.code for lot in lots()] == ["VT-0610-01", "VT-0610-02"]


def test_the_form_does_not_ask_about_a_lot_that_was_a_mistake(
    coop: world.Coop, tmp_path: Path, now: datetime
) -> None:
    outcome = bring(coop, tmp_path, now, row(coop))
    given = farm.lot_in(coop.plot, 100, harvested_on=DAY, ask_twin=True)
    with transaction() as session, pytest.raises(Refused):
        harvesting.register_lot(session, coop.boss, given, now)
    assert outcome.run
    with transaction() as session:
        undo(session, coop.boss, outcome.run.id, now)
        assert harvesting.register_lot(session, coop.boss, given, now).state == LotState.OPEN
