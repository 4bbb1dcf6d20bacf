"""A month closed once stays what it was; whatever rows tell later stands beside it, row by row."""

import json
import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text, update
from sqlmodel import Session, select

from tests import world
from tests.services import figures_oracle as oracle
from tests.services.figures_world import Estate, Maker, _order
from tests.services.test_figures import figure, world_of
from tests.services.test_statistics import make_listing, make_order, make_shop
from trace.db import Database, reading, transaction
from trace.errors import Invalid, NotAllowed, Refused
from trace.records.account import Role
from trace.records.event import LogLeaf
from trace.records.market_order import MarketOrder, MarketOrderLine, OrderStatus
from trace.records.month_closing import FigureRevision, FrozenFigure, FrozenRows, MonthClosing
from trace.records.open_row import OpenRow
from trace.records.organisation import Organisation
from trace.records.shop import Listing, Shop
from trace.records.sums import ShopMonth
from trace.row_writes import RowsAreFinal
from trace.services.admission import Actor
from trace.services.figures.asking import Dimension
from trace.services.figures.catalogue import BY_NAME, MEASURES
from trace.services.month_closing import freezing, kept, proving, revising, showing
from trace.services.month_closing.comparing import standings, value_today
from trace.services.month_closing.shares import has_past, places
from trace.services.recounting import recount

OFFICE = Actor(None, Role.OFFICE)
JULY = datetime(2026, 7, 2, 3, tzinfo=UTC)
LATER = JULY + timedelta(days=9)
JUNE, DAYS = "2026-06", (date(2026, 6, 1), date(2026, 6, 30))
RANDOM = settings(
    max_examples=2,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
SEEDS = st.integers(0, 2**32)
KEPT = ("closing_look", "figure_revision", "frozen_rows", "frozen_figure", "open_row")


def close(month: str = JUNE, now: datetime = JULY) -> MonthClosing:
    with reading() as session:
        made = freezing.draft(session, OFFICE, month, now)
    with transaction() as session:
        return freezing.keep(session, OFFICE, made)[0]


def look(closing: MonthClosing, now: datetime) -> int:
    with reading() as session:
        found = revising.find(session, OFFICE, closing)
    with transaction() as session:
        return revising.note(session, closing, found, now)


def begin_anew(database: Database) -> None:
    """No month is closed: as whoever has the database would do it, past the program."""
    with database.writer.begin() as connection:
        for table in (*KEPT, "month_closing"):
            connection.execute(text(f"DELETE FROM {table}"))


def frozen_state() -> list[Any]:
    with reading() as session:
        figures = session.exec(select(FrozenFigure).order_by(FrozenFigure.id)).all()
        rows = session.exec(select(FrozenRows).order_by(FrozenRows.id)).all()
        told = session.exec(select(OpenRow).order_by(OpenRow.id)).all()
        return [one.model_dump() for one in (*figures, *rows, *told)]


def disturb(session: Session, estates: list[Estate], chance: Random) -> set[int]:
    """Late orders, cancels, corrected money, lines written anew; the orders that say something else now."""
    touched = set()
    for order in session.exec(select(MarketOrder).order_by(MarketOrder.id)).all():
        what = chance.choice(("cancel", "price", "anew", "", "", ""))
        lines = session.exec(select(MarketOrderLine).where(MarketOrderLine.order_id == order.id)).all()
        if what == "cancel":
            order.status = OrderStatus.CANCELLED
            touched.add(order.id)
        elif what == "price":
            for line in lines:
                line.revenue_vnd += 1_000
            touched.add(order.id)
        elif what == "anew":
            session.exec(delete(MarketOrderLine).where(MarketOrderLine.order_id == order.id))
            for line in lines:
                session.add(MarketOrderLine(**line.model_dump(exclude={"id"})))
    for estate in estates:
        for _ in range(3):
            _order(Maker(session, chance), estate)
    session.flush()
    known = max(touched, default=0)
    touched |= {one for one in session.exec(select(MarketOrder.id)).all() if one > known}
    recount(session)
    return touched


def expected(session: Session, closing: MonthClosing) -> dict[str, Fraction | None]:
    """The figures by plain loops over today's rows, but for counts that stand today."""
    books, ask = oracle.Books(session, *DAYS), freezing.ask_of(JUNE, closing.closed_at)
    found = {}
    for name, frozen in kept.wholes_of(session, closing).items():
        numbers = [oracle.number_of(*one) for one in oracle.counts_of(books, name)]
        for (side, _), count, rows in places(BY_NAME[name], ask):
            if not has_past(count, rows):
                numbers[("top", "bottom").index(side)] = getattr(frozen, side)
        found[name] = BY_NAME[name].value(numbers[0], numbers[1] if len(numbers) > 1 else None)
    return found


@RANDOM
@given(seed=SEEDS)
def test_what_was_frozen_equals_the_rows_of_its_day_and_never_moves(database: Database, seed: int) -> None:
    begin_anew(database)
    with transaction() as session:
        estates = world_of(session, seed)
    with reading() as session:
        books = oracle.Books(session, *DAYS)
        hand = {one.name: figure(one.name, oracle.counts_of(books, one.name)) for one in MEASURES}
    closing = close()
    before = frozen_state()
    with reading() as session:
        wholes = kept.wholes_of(session, closing)
        told = {name: kept.read_value(one.value) for name, one in wholes.items() if name != "sync_age"}
        assert told == {name: value for name, value in hand.items() if name != "sync_age"}
        assert list(proving.faults(session, closing)) == []
        for _, one in standings(session, OFFICE, closing):
            assert (one.changed, one.mark) == (0, ""), one.measure.name
    with transaction() as session:
        touched = disturb(session, estates, Random(seed))
    with reading() as session:
        by_hand = expected(session, closing)
        for frozen, one in standings(session, OFFICE, closing):
            name = one.measure.name
            assert one.value == by_hand[name], name
            assert value_today(session, OFFICE, closing, frozen, LATER) == one.value, name
            if name in ("orders", "transactions", "revenue", "cancelled"):
                assert {change.id for change in one.first if change.source == 0} <= touched, name
                moved = sum((c.now or 0) - (c.was or 0) for c in one.first if c.side == "top")
                assert moved == (one.top or 0) - (frozen.top or 0), name
        assert list(proving.faults(session, closing)) == []
    look(closing, LATER)
    close(now=LATER)
    assert frozen_state() == before


@dataclass
class Stall:
    """A shop with one order of June."""

    shop: Shop
    listing: Listing
    order: MarketOrder = field(init=False)

    def sell(self, session: Session, revenue: int, day: date = date(2026, 6, 12)) -> MarketOrder:
        make_order(session, self.shop, day, OrderStatus.COMPLETED, [(self.listing, 1, revenue)])
        recount(session)
        return newest(session)


@pytest.fixture
def stall(database: Database, now: datetime) -> Stall:
    with transaction() as session:
        coop = world.make_coop(session, now)
        shop = make_shop(session, now, coop, "shopee", "1")
        listing = make_listing(session, now, shop, "a", product_id=coop.product.id, unit_g=500)
        made = Stall(shop, listing)
        made.order = made.sell(session, 120_000)
    return made


def newest(session: Session) -> MarketOrder:
    return session.exec(select(MarketOrder).order_by(MarketOrder.id.desc())).first()


def set_status(order: MarketOrder, status: OrderStatus) -> None:
    with transaction() as session:
        session.get_one(MarketOrder, order.id).status = status
        recount(session)


def revisions(name: str) -> list[FigureRevision]:
    with reading() as session:
        own = select(FigureRevision).where(FigureRevision.measure == name)
        return list(session.exec(own.order_by(FigureRevision.number)).all())


def test_later_changes_are_revisions_with_their_rows_and_the_way_back_is_one_too(stall: Stall) -> None:
    closing = close()
    assert look(closing, JULY + timedelta(days=1)) == 0
    with transaction() as session:
        late = stall.sell(session, 50_000)
    set_status(stall.order, OrderStatus.CANCELLED)
    assert look(closing, JULY + timedelta(days=2)) > 0
    assert look(closing, JULY + timedelta(days=3)) == 0
    with transaction() as session:
        session.get_one(MarketOrder, late.id).status = OrderStatus.CANCELLED
    set_status(stall.order, OrderStatus.COMPLETED)
    look(closing, JULY + timedelta(days=4))
    first, back = revisions("revenue")
    assert (first.value, first.changed, back.value, back.changed) == ("50000", 2, "120000", 0)
    assert (first.unchanged_at, first.noted_at) == (JULY + timedelta(days=1), JULY + timedelta(days=2))
    assert json.loads(first.rows) == [
        ["top", 0, stall.order.id, 120_000, None],
        ["top", 0, late.id, None, 50_000],
    ]
    with reading() as session:
        told = showing.changed_rows(session, BY_NAME["revenue"], closing, first)
        assert [str(one.cells[0][1]) for one in told] == [stall.order.ext_order_id, late.ext_order_id]


def test_changes_that_cancel_out_are_still_seen(stall: Stall) -> None:
    closing = close()
    with transaction() as session:
        stall.sell(session, 120_000)
    set_status(stall.order, OrderStatus.CANCELLED)
    look(closing, LATER)
    (one,) = revisions("revenue")
    assert (one.value, one.changed) == ("120000", 2)


def test_an_order_told_anew_with_the_same_figures_is_no_change(stall: Stall) -> None:
    closing = close()
    with transaction() as session:
        (line,) = session.exec(select(MarketOrderLine)).all()
        session.exec(delete(MarketOrderLine))
        session.add(MarketOrderLine(**line.model_dump(exclude={"id"}), id=line.id + 7))
    assert look(closing, LATER) == 0


def test_what_stands_today_is_frozen_as_it_stood_and_never_revised(
    stall: Stall, database: Database, now: datetime
) -> None:
    closing = close()
    with transaction() as session:
        org = session.get_one(Organisation, stall.shop.org_id)
        world.make_household(session, now, org)
    look(closing, LATER)
    assert revisions("households_on_platforms") == revisions("active_sellers") == []
    with reading() as session:
        line = showing.line(session, OFFICE, closing, "households_on_platforms", LATER)
        assert (line.value, line.today, line.is_of_today) == (1, 2, True)


def test_a_formula_of_a_new_version_is_said_and_its_rows_are_not_compared(
    stall: Stall, monkeypatch: pytest.MonkeyPatch
) -> None:
    closing = close()
    newer = replace(BY_NAME["orders"], version=2, top=BY_NAME["cancelled"].top)
    monkeypatch.setitem(BY_NAME, "orders", newer)
    look(closing, LATER)
    (one,) = revisions("orders")
    assert (one.version, one.value, one.changed) == (2, "0", 0)
    with reading() as session:
        line = showing.line(session, OFFICE, closing, "orders", LATER)
        assert (line.has_new_formula, line.value, line.frozen.version) == (True, 1, 1)
        assert list(proving.faults(session, closing)) == []


def test_eight_who_close_at_once_close_once(stall: Stall) -> None:
    drafts = []
    for _ in range(8):
        with reading() as session:
            drafts.append(freezing.draft(session, OFFICE, JUNE, JULY))
    firsts, barrier = [], threading.Barrier(8)

    def run(made: freezing.Draft) -> None:
        barrier.wait()
        with transaction() as session:
            firsts.append(freezing.keep(session, OFFICE, made)[1])

    threads = [threading.Thread(target=run, args=(made,)) for made in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(firsts) == [False] * 7 + [True]
    with reading() as session:
        assert len(session.exec(select(MonthClosing)).all()) == 1
        wholes = session.exec(select(FrozenFigure).where(FrozenFigure.dimension == "")).all()
        assert len(wholes) == len(MEASURES)
        leaves = session.exec(select(LogLeaf).where(LogLeaf.kind == "month_closed")).all()
        assert len(leaves) == 1


def test_two_who_look_at_once_note_a_change_once(stall: Stall) -> None:
    closing = close()
    set_status(stall.order, OrderStatus.CANCELLED)
    with reading() as session:
        found = revising.find(session, OFFICE, closing)
    for _ in range(2):
        with transaction() as session:
            revising.note(session, closing, found, LATER)
    with transaction() as session:
        assert revising.note(session, closing, found, LATER - timedelta(days=1)) == 0
    assert len(revisions("revenue")) == 1


def test_nothing_of_a_closing_can_be_written_anew(stall: Stall) -> None:
    close()
    for table in (MonthClosing, FrozenFigure, FrozenRows):
        with pytest.raises(RowsAreFinal), transaction() as session:
            session.exec(update(table).values(id=table.id))
        with pytest.raises(RowsAreFinal), transaction() as session:
            session.delete(session.exec(select(table)).first())
    with pytest.raises(RowsAreFinal), transaction() as session:
        session.exec(select(FrozenFigure)).first().value = "77"


def test_a_frozen_figure_edited_past_the_program_does_not_come_out_of_its_rows(
    stall: Stall, database: Database
) -> None:
    closing = close()
    with database.writer.begin() as connection:
        sql = "UPDATE frozen_figure SET top = 3, value = '3' WHERE measure = 'orders' AND dimension = ''"
        connection.execute(text(sql))
    with reading() as session:
        assert [one.measure for one in proving.faults(session, closing)] == ["orders"]


def test_parts_are_kept_by_commune_cooperative_product_and_marketplace(stall: Stall) -> None:
    closing = close()
    with reading() as session:
        for by in (Dimension.COMMUNE, Dimension.COOPERATIVE, Dimension.PRODUCT, Dimension.MARKETPLACE):
            (part,) = showing.parts(session, closing, "revenue", by)
            assert (part.value, bool(part.key)) == ("120000", True), by


def test_sums_that_are_not_their_rows_close_nothing(stall: Stall) -> None:
    with transaction() as session:
        session.exec(update(ShopMonth).values(revenue_vnd=ShopMonth.revenue_vnd + 1))
    with pytest.raises(Refused, match="rows_differ"), reading() as session:
        freezing.draft(session, OFFICE, JUNE, JULY)


@pytest.mark.parametrize("month", ["2026-13", "2026-6", "06/2026", "1999-01", "２０２６-06", ""])
def test_what_is_no_month_is_refused(sqlite: Database, month: str) -> None:
    with pytest.raises(Invalid), reading() as session:
        freezing.draft(session, OFFICE, month, JULY)


def test_a_month_ends_at_midnight_in_vietnam(sqlite: Database) -> None:
    last = datetime(2026, 6, 30, 16, 59, tzinfo=UTC)
    with pytest.raises(Refused, match="not_over"), reading() as session:
        freezing.draft(session, OFFICE, JUNE, last)
    with reading() as session:
        assert freezing.draft(session, OFFICE, JUNE, last + timedelta(minutes=1)).figures


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OFFICE])
def test_only_the_office_closes(sqlite: Database, role: Role) -> None:
    with pytest.raises(NotAllowed), reading() as session:
        freezing.draft(session, Actor(1, role, org_id=1), JUNE, JULY)
