"""Closed months are read again where something was touched, whole from time to time; nothing is missed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import func, select
from sqlmodel import Session

from tests.jobs.closing_world import HOUR, JULY, JUNE, Stall, open_stall, scan
from tests.services.test_selling_figures import order, tellings
from trace.db import Database, reading, transaction
from trace.jobs import close_month
from trace.records.lot import Lot
from trace.records.market_order import MarketOrder
from trace.records.month_closing import MonthClosing, MonthTouch
from trace.records.shop import Listing, Shop
from trace.services import listings, month_touches, recounting
from trace.services.admission import Actor
from trace.services.clone_rules import clear_clone
from trace.services.figures.catalogue import BY_NAME
from trace.services.file_exchange import day_totals
from trace.services.month_closing import depending, freezing, kept, revising
from trace.services.product_images import Picture
from trace.services.scan_notes import store_notes
from trace.services.verdicts import State


@pytest.fixture
def stall(database: Database, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stall:
    made = open_stall(now, tmp_path)
    standing = close_month.revising.find

    def heard(session: Session, actor: Actor, closing: MonthClosing, touched: object = None) -> object:
        found = standing(session, actor, closing, touched)  # type: ignore[arg-type]
        made.asked.append({frozen.measure for frozen, _ in found})
        return found

    monkeypatch.setattr(close_month.revising, "find", heard)
    return made


def test_a_month_nobody_touched_is_read_for_nothing_that_notes_tell_of(stall: Stall) -> None:
    stall.close()
    assert stall.look()["months_whole"] == 1
    said = stall.look()
    assert (said["state"], said["months_whole"], said["revisions"]) == ("done", 0, 0)
    (names,) = stall.asked
    ask = freezing.ask_of("2026-06", JULY)
    assert names
    assert not [name for name in names if depending.subjects_of(BY_NAME[name], ask) is not None]
    with reading() as session:
        assert session.execute(select(func.count()).select_from(MonthTouch)).scalar_one() == 0


def test_figures_of_orders_and_scans_are_those_that_notes_tell_of() -> None:
    """What can change past every note is always read: a slip here would be a change that is missed."""
    ask = freezing.ask_of("2026-06", JULY)
    told = {name: depending.subjects_of(one, ask) for name, one in BY_NAME.items()}
    for name in ("orders", "revenue", "sold", "price", "price_spread", "cancelled", "duplicate_orders"):
        assert told[name] == {"sales"}, name
    for name in ("scans", "early_scans", "suspected_copies"):
        assert told[name] == {"scans"}, name
    for name in ("active_sellers", "harvested", "stamps_used", "scan_reach", "complete_lots", "trace_time"):
        assert told[name] is None, name


def _late(stall: Stall) -> None:
    stall.tell(order("S9", "completed", at=5))


def _returned(stall: Stall) -> None:
    stall.tell(order("S1", "returned", changed=700))


def _moved(stall: Stall) -> None:
    """Two orders that cancel each other out: no sum of the month is otherwise."""
    stall.tell(order("S1", "cancelled", changed=700), order("S7", "completed", at=3))


def _typed(stall: Stall) -> None:
    given = day_totals.TotalsIn(
        day="2026-06-20", orders="3", transactions="2", quantity="4", revenue_vnd="9000"
    )
    with transaction() as session:
        shop = session.get_one(Shop, stall.shop.id)
        day_totals.enter(session, shop, given, Picture(1, 1, b""), None, stall.at)


def _unit(stall: Stall) -> None:
    with transaction() as session:
        for listing in session.execute(select(Listing)).scalars():
            listings.set_product(session, listing, stall.coop.product.id, 700, stall.at)


def _unmapped(stall: Stall) -> None:
    with transaction() as session:
        for listing in session.execute(select(Listing)).scalars():
            listings.set_product(session, listing, None, None, stall.at)


def _lot(stall: Stall) -> None:
    with transaction() as session:
        session.get_one(Lot, stall.lot.id).weight_g += 5_000


def _looked_at(stall: Stall) -> None:
    with transaction() as session:
        store_notes(session, [scan(stall, 7, JUNE, State.NOT_ACTIVATED)], stall.at)


def _cleared(stall: Stall) -> None:
    with transaction() as session:
        clear_clone(session, stall.coop.boss, stall.kid, 5, "Hộp trưng bày ở hội chợ", stall.at)


def _past_the_program(stall: Stall) -> None:
    """Found by the nightly comparison and mended: the months of the mended sums are touched."""
    with transaction() as session:
        session.execute(select(MarketOrder).limit(1)).scalar_one().status = "cancelled"
        session.flush()
        assert recounting.recount(session)


@pytest.mark.parametrize(
    "change",
    [_late, _returned, _moved, _typed, _unit, _unmapped, _lot, _looked_at, _cleared, _past_the_program],
)
def test_whatever_changes_a_closed_month_is_noted_by_the_next_look(
    stall: Stall, change: Callable[[Stall], None]
) -> None:
    stall.close()
    stall.look()
    change(stall)
    said = stall.look()
    assert said["months_whole"] == 0
    assert said["revisions"] > 0
    assert stall.missed() == 0


def test_marks_of_a_run_that_breaks_off_are_there_for_the_next(
    stall: Stall, monkeypatch: pytest.MonkeyPatch
) -> None:
    stall.close()
    stall.look()
    _late(stall)
    with monkeypatch.context() as broken:
        broken.setattr(revising, "note", lambda *_given, **_more: 1 // 0)
        assert stall.look()["state"] != "done"
    said = stall.look()
    assert (said["months_whole"], said["revisions"] > 0) == (0, True)
    assert stall.missed() == 0


def test_a_note_written_while_the_months_are_read_is_left_for_the_next_look(stall: Stall) -> None:
    stall.close()
    stall.look()
    with reading() as session:
        seen = month_touches.seen(session)
    _late(stall)
    with transaction() as session:
        month_touches.forget(session, seen)
    assert stall.look()["revisions"] > 0
    assert stall.missed() == 0


def test_a_look_behind_a_clock_that_ran_ahead_leaves_its_notes_to_a_later_one(stall: Stall) -> None:
    stall.close()
    stall.look(after=24 * HOUR)
    stall.at -= 24 * HOUR
    _late(stall)
    assert stall.look()["revisions"] == 0
    assert stall.look(after=24 * HOUR)["revisions"] > 0
    assert stall.missed() == 0


def test_a_month_is_read_whole_when_its_proof_is_old_one_each_run(stall: Stall) -> None:
    stall.tell(order("S5", "completed", at=-24 * 20))
    stall.close()
    stall.close("2026-05")
    assert [stall.look()["months_whole"] for _ in range(3)] == [2, 0, 0]
    week = timedelta(days=7)
    assert [stall.look(after)["months_whole"] for after in (week, HOUR, HOUR)] == [1, 1, 0]


def test_a_formula_of_a_new_version_is_read_though_nothing_was_touched(
    stall: Stall, monkeypatch: pytest.MonkeyPatch
) -> None:
    stall.close()
    stall.look()
    monkeypatch.setitem(BY_NAME, "orders", replace(BY_NAME["orders"], version=2))
    assert stall.look()["revisions"] == 1
    assert stall.look()["revisions"] == 0


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=tellings.filter(bool))
def test_after_any_tellings_the_look_has_noted_all_that_reading_everything_finds(
    stall: Stall, told: list[object]
) -> None:
    with reading() as session:
        is_closed = bool(kept.all_closings(session))
    if not is_closed:
        stall.close()
        stall.look()
    for one in told:
        stall.tell(one)
    assert stall.look()["months_whole"] == 0
    assert stall.missed() == 0
