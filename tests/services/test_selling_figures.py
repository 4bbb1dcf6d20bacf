"""Whatever is told in whatever order and however often, the day figures equal a recount of the facts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update
from sqlmodel import Session, col

from marketplaces.values import Listing as Shown
from marketplaces.values import Order, OrderLine, OrderStatus
from tests import world
from trace.db import Database, transaction
from trace.records.market_order import MarketOrder, MarketOrderLine, OrderStatusChange
from trace.records.shop import Listing, Shop
from trace.records.sums import PriceDay, PriceMonth, SalesDay, SalesMonth, ShopDay, ShopMonth
from trace.services import listings, order_figures, recounting, selling
from trace.services.order_sums import COUNTED

START = datetime(2026, 6, 1, 16, 30, tzinfo=UTC)  # half past eleven at night in Vietnam


@pytest.fixture
def shop(database: Database, now: datetime) -> Shop:
    with transaction() as session:
        org = world.make_org(session, now)
        row = Shop(org_id=org.id, marketplace="shopee", ext_shop_id="1", name="Gian", created_at=now)
        return world.add(session, row)


def line(number: str, listing: str, quantity: int, gone: int = 0, price: int = 50_000) -> OrderLine:
    return OrderLine(number, listing, "", f"SKU-{listing}", "Vải", quantity, gone, 0, price)


def order(
    number: str,
    status: OrderStatus = "placed",
    lines: tuple[OrderLine, ...] = (line("1", "A", 2),),
    *,
    at: float = 0,
    changed: float = 0,
) -> Order:
    return Order(
        number,
        status.upper(),
        status,
        START + timedelta(hours=at),
        START + timedelta(hours=changed),
        "VND",
        lines,
    )


lines = st.lists(
    st.builds(
        lambda listing, quantity, gone: (listing, quantity, min(gone, quantity)),
        st.sampled_from("ABC"),
        st.integers(0, 5),
        st.integers(0, 5),
    ),
    min_size=1,
    max_size=3,
).map(lambda told: tuple(line(str(n), *one) for n, one in enumerate(told)))
statuses = st.sampled_from(["unpaid", "placed", "completed", "cancelled", "returned", "unmapped"])
tellings = st.lists(
    st.builds(
        lambda number, status, what, at, changed: order(number, status, what, at=at, changed=changed),
        st.sampled_from(["S1", "S2", "S3"]),
        statuses,
        lines,
        st.sampled_from([0, 1, 30]),
        st.integers(0, 6),
    ),
    max_size=12,
)


@contextmanager
def undone() -> Iterator[Session]:
    """A transaction whose work is taken back at the end: each example begins with no order."""
    with transaction() as session:
        yield session
        sums = (SalesDay, SalesMonth, ShopDay, ShopMonth, PriceDay, PriceMonth)
        for table in (*sums, MarketOrderLine, OrderStatusChange, MarketOrder, Listing):
            session.execute(delete(table))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=tellings, page=st.integers(1, 4))
def test_any_sequence_of_tellings_gives_the_figures_of_a_recount(
    shop: Shop, now: datetime, told: list[Order], page: int
) -> None:
    with undone() as session:
        for start in range(0, len(told), page):
            selling.record_orders(session, shop.id, told[start : start + page], now)
            assert recounting.recount(session, check=True) == []


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=tellings.filter(lambda all_: len({(o.ext_order_id, o.modified_at) for o in all_}) == len(all_)))
def test_told_backwards_or_twice_the_newest_wins(shop: Shop, now: datetime, told: list[Order]) -> None:
    newest = {o.ext_order_id: o for o in sorted(told, key=lambda o: o.modified_at)}
    for sequence in (told, told[::-1], told + told, told[::-1] + told):
        with undone() as session:
            for one in sequence:
                selling.record_orders(session, shop.id, [one], now)
            rows = session.execute(select(MarketOrder)).scalars().all()
            assert {row.ext_order_id: row.payload_hash for row in rows} == {
                number: one.payload_hash for number, one in newest.items()
            }
            counted = [one for one in newest.values() if one.status in COUNTED]
            assert (session.execute(select(func.sum(ShopDay.orders))).scalar() or 0) == len(counted)


def test_the_day_is_the_creation_day_in_vietnam(shop: Shop, now: datetime) -> None:
    with transaction() as session:
        selling.record_orders(session, shop.id, [order("S1", at=0), order("S2", at=1)], now)
        days = session.execute(select(ShopDay.day, ShopDay.orders).order_by(ShopDay.day)).all()
    assert [(day.isoformat(), count) for day, count in days] == [("2026-06-01", 1), ("2026-06-02", 1)]


def test_an_order_without_lines_leaves_the_day_it_was_of(shop: Shop, now: datetime) -> None:
    """A marketplace that shows no detail told the order under another day: it stayed counted in both."""
    with transaction() as session:
        for told in (order("S1", lines=()), order("S1", lines=(), at=48, changed=48)):
            selling.record_orders(session, shop.id, [told], now)
        assert recounting.recount(session, check=True) == []


def test_an_order_of_two_listings_is_one_order_of_the_shop_and_one_of_each_listing(
    shop: Shop, now: datetime
) -> None:
    both = order("S1", "completed", (line("1", "A", 2), line("2", "B", 1, 1), line("3", "A", 1)))
    with transaction() as session:
        selling.record_orders(session, shop.id, [both], now)
        of_shop = session.execute(select(ShopDay)).scalars().one()
        of_listings = session.execute(select(SalesDay).order_by(SalesDay.listing_id)).scalars().all()
    assert (of_shop.orders, of_shop.transactions, of_shop.quantity, of_shop.revenue_vnd) == (1, 1, 3, 150_000)
    assert [(row.orders, row.quantity) for row in of_listings] == [(1, 3), (1, 0)]


def test_history_keeps_every_status_that_was(shop: Shop, now: datetime) -> None:
    with transaction() as session:
        for step, status in enumerate(("unpaid", "placed", "completed", "placed", "cancelled")):
            selling.record_orders(session, shop.id, [order("S1", status, changed=step)], now)
        told = session.execute(select(OrderStatusChange.status).order_by(OrderStatusChange.id)).scalars()
        assert list(told) == ["unpaid", "placed", "completed", "placed", "cancelled"]


def test_an_older_telling_never_turns_an_order_back(shop: Shop, now: datetime) -> None:
    with transaction() as session:
        selling.record_orders(session, shop.id, [order("S1", "cancelled", changed=5)], now)
        tally = selling.record_orders(session, shop.id, [order("S1", "placed", changed=4)], now)
        assert (tally.unchanged, session.execute(select(MarketOrder.status)).scalar()) == (1, "cancelled")


@pytest.mark.parametrize(
    "strange",
    [
        order("X" * 65),
        order("S", lines=(line("1", "A", 2_000_000),)),
        order("S", lines=(line("1", "A", 1, price=10**15),)),
        order("S", lines=(line("1", "A", 1, 2),)),
        order("S", lines=(line("1", "A", 1), line("1", "B", 1))),
        order("S", at=24 * 365 * 20),
    ],
)
def test_an_order_that_cannot_be_true_is_set_aside_and_the_others_go_on(
    shop: Shop, now: datetime, strange: Order
) -> None:
    with transaction() as session:
        tally = selling.record_orders(session, shop.id, [order("GOOD"), strange], now)
        assert (tally.new, [bad.ext_order_id for bad in tally.bad]) == (1, [strange.ext_order_id[:64]])
        assert session.execute(select(ShopDay.orders)).scalar() == 1


def test_a_recount_finds_and_mends_a_figure_somebody_changed(shop: Shop, now: datetime) -> None:
    with transaction() as session:
        selling.record_orders(session, shop.id, [order("S1")], now)
        session.execute(update(SalesDay).values(orders=col(SalesDay.orders) + 1))
        (wrong,) = recounting.recount(session, check=True)
        assert (wrong.table, wrong.stored, wrong.facts) == (
            "sales_day",
            (2, 0, 2, 100_000, 0, 2, 100_000),
            (1, 0, 2, 100_000, 0, 2, 100_000),
        )
        recounting.recount(session)
        assert recounting.recount(session, check=True) == []


def test_counting_apart_from_the_facts_is_caught_by_the_recount(
    shop: Shop, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order_figures, "recompute", lambda *_given: None)
    with transaction() as session:
        selling.record_orders(session, shop.id, [order("S1")], now)
        assert len(recounting.recount(session, check=True)) == 6


def test_a_line_worth_more_than_a_thousand_billion_is_no_sale(shop: Shop, now: datetime) -> None:
    """Nine such lines would not fit the database's integers, and a season's sum would fail for everybody."""
    huge = [order(str(n), lines=(line("1", "A", 1_000_000, price=10**12),)) for n in range(12)]
    with transaction() as session:
        tally = selling.record_orders(session, shop.id, [*huge, order("tốt")], now)
    assert (len(tally.bad), tally.new) == (12, 1)
    assert "1000000000000000000" in tally.bad[0].reason
    with transaction() as session:
        assert session.execute(select(func.sum(SalesDay.revenue_vnd))).scalar_one() == 100_000


def test_a_number_too_long_to_keep_spoils_one_order_or_one_thing_on_the_shelf(
    shop: Shop, now: datetime
) -> None:
    """Else the whole reading of the shop would fail, and every later one with it."""
    long = replace(line("1", "A", 2), ext_model_id="m" * 63)
    with transaction() as session:
        tally = selling.record_orders(session, shop.id, [order("1", lines=(long,)), order("2")], now)
        assert ([bad.ext_order_id for bad in tally.bad], tally.new) == (["1"], 1)
    things = [
        Shown("x" * 65, "S", "Vải", 1, 1, "on_sale"),
        Shown("B", "S", "Vải", 1, 2**31, "on_sale"),
        Shown("C", "S", "Vải \u202eiảv", 1, 7, "on_sale"),
    ]
    with transaction() as session:
        assert listings.record_shelf(session, shop.id, things, now) == 1
        row = listings.shelf_of(session, shop.id)["C"]
        assert (row.stock, row.ext_name) == (7, "Vải iảv")
