"""Orders in another currency: the rate of their day, revenue that comes with it, figures that follow."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import Session

from marketplaces.values import Order, OrderLine
from tests import world
from trace.db import Database, reading, transaction
from trace.errors import Invalid, NotAllowed
from trace.records.account import Role
from trace.records.exchange_rate import ExchangeRate
from trace.records.market_order import MarketOrder, MarketOrderLine
from trace.records.shop import Shop
from trace.records.sums import SalesDay, ShopDay
from trace.services import exchange_rates, recounting, selling
from trace.services.admission import Actor
from trace.services.rate_input import RateIn, read_file, read_rate
from trace.services.statistics import Dimension, Question, sales
from trace.standards.fault import Fault

DAY = date(2026, 6, 2)
AT = datetime(2026, 6, 2, 3, tzinfo=UTC)
OFFICE = Actor(account_id=None, role=Role.OFFICE)


@pytest.fixture
def shop(database: Database, now: datetime) -> Shop:
    with transaction() as session:
        org = world.make_org(session, now)
        row = Shop(org_id=org.id, marketplace="alibaba", ext_shop_id="1", name="Shop", created_at=now)
        return world.add(session, row)


def sold(number: str = "O1", cents: int = 220, quantity: int = 3, day: int = 0, **more: object) -> Order:
    line = OrderLine("L1", "1601", "", "VAI", "Lychee", quantity, 0, 0, 0, unit_price_minor=cents)
    at = AT + timedelta(days=day)
    made = Order(number, "undeliver", "placed", at, at, "USD", (line,))
    return replace(made, **more)  # type: ignore[arg-type]


def rate(day: date = DAY, dong: int = 25_412_5000, currency: str = "USD") -> RateIn:
    return RateIn(currency=currency, day=day, dong=dong, source="Vietcombank")


def record(shop: Shop, now: datetime, *orders: Order) -> selling.Tally:
    with transaction() as session:
        return selling.record_orders(session, shop.id, orders, now)


def declare(now: datetime, *rates: RateIn, holds: int = 5) -> tuple[int, int]:
    with transaction() as session:
        return exchange_rates.declare(session, OFFICE, rates, holds, now, is_sure=True)


def agrees(session: Session) -> bool:
    return exchange_rates.settle(session, check=True) == 0 and recounting.recount(session, check=True) == []


def stored(number: str = "O1") -> tuple[MarketOrder, list[MarketOrderLine]]:
    with reading() as session:
        order = session.execute(select(MarketOrder).where(MarketOrder.ext_order_id == number)).scalar_one()
        lines = select(MarketOrderLine).where(MarketOrderLine.order_id == order.id)
        found = order, list(session.execute(lines).scalars())
        assert agrees(session)
        return found


def day_sums() -> list[tuple[int, int, int, int]]:
    with reading() as session:
        rows = session.execute(select(ShopDay).where(ShopDay.orders > 0).order_by(ShopDay.day)).scalars()
        return [(row.orders, row.quantity, row.revenue_vnd, row.unpriced) for row in rows]


def test_an_order_keeps_its_currency_and_amount_and_names_the_rate_that_priced_it(
    shop: Shop, now: datetime
) -> None:
    declare(now, rate())
    record(shop, now, sold())
    order, [line] = stored()
    with reading() as session:
        used = session.get_one(ExchangeRate, order.rate_id)
    assert (order.currency, order.is_priced, used.dong_e4, used.source) == (
        "USD",
        True,
        254_125_000,
        "Vietcombank",
    )
    assert (line.unit_price_minor, line.revenue_minor) == (220, 660)
    # 6.60 USD x 25,412.5 = 167,722.5, half up; three times the price of one would be 167,724
    assert (line.unit_price_vnd, line.revenue_vnd) == (55_908, 167_723)
    assert day_sums() == [(1, 3, 167_723, 0)]


def test_without_a_rate_it_counts_and_earns_nothing_until_the_rate_comes(shop: Shop, now: datetime) -> None:
    record(shop, now, sold())
    assert stored()[0].is_priced is False
    assert day_sums() == [(1, 3, 0, 1)]
    assert declare(now, rate()) == (1, 1)
    assert stored()[0].is_priced is True
    assert day_sums() == [(1, 3, 167_723, 0)]
    with reading() as session:
        assert [(row.revenue_vnd, row.unpriced) for row in session.execute(select(SalesDay)).scalars()] == [
            (167_723, 0)
        ]


@pytest.mark.parametrize("by", list(Dimension))
def test_statistics_say_how_many_orders_are_not_priced(shop: Shop, now: datetime, by: Dimension) -> None:
    record(shop, now, sold("O1"), sold("O2", day=1))
    declare(now, rate(DAY + timedelta(days=1)))
    with reading() as session:
        total = sales(session, OFFICE, Question(DAY, DAY + timedelta(days=5), by)).total
    assert (total.orders, total.unpriced, total.quantity, total.revenue_vnd) == (2, 1, 6, 167_723)


@pytest.mark.parametrize(
    ("days_before", "holds", "is_priced"), [(0, 1, True), (3, 3, True), (4, 3, False), (-1, 3, False)]
)
def test_a_rate_serves_its_own_day_and_so_many_more(
    shop: Shop, now: datetime, days_before: int, holds: int, is_priced: bool
) -> None:
    declare(now, rate(DAY - timedelta(days=days_before)), holds=holds)
    record(shop, now, sold())
    assert stored()[0].is_priced is is_priced


def test_the_nearest_rate_counts_whichever_was_entered_first(shop: Shop, now: datetime) -> None:
    record(shop, now, sold())
    declare(now, rate(DAY - timedelta(days=1), 24_000_0000))
    assert day_sums() == [(1, 3, 158_400, 0)]
    declare(now, rate(DAY, 25_000_0000))
    assert day_sums() == [(1, 3, 165_000, 0)]
    declare(now, rate(DAY - timedelta(days=2), 20_000_0000))
    assert day_sums() == [(1, 3, 165_000, 0)]


def test_a_rate_typed_wrong_is_followed_by_another_of_the_same_day(shop: Shop, now: datetime) -> None:
    record(shop, now, sold())
    declare(now, rate(DAY, 2_500_0000))
    assert declare(now, rate(DAY, 25_000_0000)) == (1, 1)
    assert day_sums() == [(1, 3, 165_000, 0)]
    with reading() as session:
        assert len(exchange_rates.all_rates(session, OFFICE)) == 2


def test_a_rate_that_was_corrected_serves_no_day_any_more(shop: Shop, now: datetime) -> None:
    """It was to hold for longer than the one that follows it: then there is none, and not the wrong one."""
    declare(now, rate(dong=254_125_0000), holds=5)
    record(shop, now, sold(), sold("O2", day=3))
    declare(now, rate(), holds=1)
    assert day_sums() == [(1, 3, 167_723, 0), (1, 3, 0, 1)]
    record(shop, now, sold("O3", day=4))
    assert day_sums()[2] == (1, 3, 0, 1)
    assert stored("O3")[0].rate_id is None


@pytest.mark.parametrize("is_rate_first", [True, False])
def test_no_rate_gives_a_revenue_to_an_order_whose_lines_nobody_told(
    shop: Shop, now: datetime, is_rate_first: bool
) -> None:
    acts = [
        lambda: declare(now, rate()),
        lambda: record(shop, now, sold(lines=(), caution="no_detail")),
    ]
    for act in acts if is_rate_first else reversed(acts):
        act()
    assert day_sums() == [(1, 0, 0, 1)]
    with reading() as session:
        assert exchange_rates.waiting_days(session) == []
    record(shop, now, sold(modified_at=AT + timedelta(hours=1)))
    assert day_sums() == [(1, 3, 167_723, 0)]


@pytest.mark.parametrize("dong", [25_41_2500, 254_125_0000])
def test_a_rate_far_from_the_last_one_is_entered_only_by_who_is_sure(
    shop: Shop, now: datetime, dong: int
) -> None:
    """“25,41” for “25.412,5” would make a season's revenue a thousandth of itself."""
    declare(now, rate())
    record(shop, now, sold())
    with transaction() as session, pytest.raises(Invalid, match="is_sure"):
        exchange_rates.declare(session, OFFICE, [rate(dong=dong)], 5, now)
    assert day_sums() == [(1, 3, 167_723, 0)]
    assert declare(now, rate(dong=dong)) == (1, 1)


def test_entering_the_same_rate_twice_enters_it_once(shop: Shop, now: datetime) -> None:
    assert declare(now, rate()) == (1, 0)
    assert declare(now, rate()) == (0, 0)


def test_dong_orders_have_no_rate_and_are_not_touched(shop: Shop, now: datetime) -> None:
    line = OrderLine("L1", "1601", "", "VAI", "Vải", 2, 0, 0, 50_000)
    record(shop, now, sold(currency="VND", lines=(line,)))
    declare(now, rate())
    order, [row] = stored()
    assert (order.rate_id, order.is_priced, row.revenue_vnd, row.revenue_minor) == (None, True, 100_000, None)


def test_an_order_without_its_lines_counts_and_its_revenue_is_unknown(shop: Shop, now: datetime) -> None:
    declare(now, rate())
    record(shop, now, sold(currency="", lines=(), caution="no_detail"))
    order, lines = stored()
    assert (order.is_priced, order.caution, lines) == (False, "no_detail", [])
    assert day_sums() == [(1, 0, 0, 1)]
    record(shop, now, sold(modified_at=AT + timedelta(hours=1)))
    assert stored()[0].caution == ""
    assert day_sums() == [(1, 3, 167_723, 0)]


def test_lines_that_are_shown_no_longer_stay_and_follow_the_orders_state(shop: Shop, now: datetime) -> None:
    declare(now, rate())
    record(shop, now, sold())
    later = AT + timedelta(hours=1)
    bare = sold(currency="", lines=(), caution="no_detail", modified_at=later, status_raw="delivering")
    record(shop, now, bare)
    order, lines = stored()
    assert (order.currency, order.caution, order.is_priced, len(lines)) == ("USD", "no_detail", True, 1)
    assert day_sums() == [(1, 3, 167_723, 0)]
    gone = replace(bare, status="cancelled", status_raw="trade_close", modified_at=later + timedelta(hours=1))
    record(shop, now, gone)
    assert stored()[0].status == "cancelled"
    assert day_sums() == []


def test_lines_come_anew_when_one_batch_tells_an_order_without_and_with_them(
    shop: Shop, now: datetime
) -> None:
    record(shop, now, sold())
    bare = sold(lines=(), caution="no_detail", modified_at=AT + timedelta(hours=1))
    whole = sold(quantity=5, modified_at=AT + timedelta(hours=2))
    record(shop, now, bare, whole)
    assert [line.quantity for line in stored()[1]] == [5]


def test_an_order_told_under_a_masked_number_counts_once_when_its_own_comes(
    shop: Shop, now: datetime
) -> None:
    declare(now, rate())
    bare = {"currency": "", "lines": (), "caution": "no_detail"}
    record(shop, now, sold("2712**********8001@1", **bare), sold("2712**********8001@2", day=1, **bare))
    assert [row[0] for row in day_sums()] == [1, 1]
    record(shop, now, sold("271207727001028001", modified_at=AT + timedelta(hours=1)))
    assert day_sums() == [(1, 3, 167_723, 0), (1, 0, 0, 1)]
    assert stored("271207727001028001")[0].caution == ""


def test_an_amount_nobody_pays_is_a_bad_record(shop: Shop, now: datetime) -> None:
    tally = record(shop, now, sold(cents=10**10, quantity=2), sold("O2", cents=-1))
    assert {bad.ext_order_id for bad in tally.bad} == {"O1", "O2"}


@pytest.mark.parametrize(
    "wrong",
    [rate(currency="VND"), rate(currency="XXX"), rate(date(2026, 6, 30))],
    ids=lambda one: one.currency,
)
def test_a_rate_that_cannot_be_is_refused(shop: Shop, now: datetime, wrong: RateIn) -> None:
    with pytest.raises(Invalid):
        declare(now, wrong)


def test_a_cooperative_enters_no_rates(shop: Shop, now: datetime) -> None:
    manager = Actor(account_id=None, role=Role.COOP_MANAGER, org_id=shop.org_id)
    with transaction() as session, pytest.raises(NotAllowed):
        exchange_rates.declare(session, manager, [rate()], 5, now)


def test_rates_are_read_as_people_write_them_and_from_a_file() -> None:
    typed = {"currency": "usd", "day": "2/6/2026", "dong": "25.412,5", "source": "VCB"}
    assert read_rate(typed, DAY) == RateIn(currency="USD", day=DAY, dong=25_412_5000, source="VCB")
    file = "\ufeffcurrency,day,dong,source\nUSD,2026-06-02,25412.50,VCB\nJPY,2026-06-02,165.4350,VCB\n"
    assert [one.dong for one in read_file(file, DAY)] == [25_412_5000, 165_4350]
    with pytest.raises(Fault):
        read_file("currency,day\nUSD,2026-06-02\n", DAY)
    for name, text in (("dong", "25.412,50001"), ("dong", "nhiều"), ("day", "32/6"), ("currency", "DOLLAR")):
        with pytest.raises(Invalid):
            read_rate({**typed, name: text}, DAY)


def test_a_rate_entered_while_orders_are_being_read_reaches_them(shop: Shop, now: datetime) -> None:
    written, entered = threading.Event(), threading.Event()

    def enter() -> None:
        written.wait(30)
        declare(now, rate())
        entered.set()

    thread = threading.Thread(target=enter)
    thread.start()
    with transaction() as session:
        selling.record_orders(session, shop.id, [sold()], now)
        written.set()
        assert not entered.wait(0.5)  # it waits for the reading to end
    thread.join(60)
    assert stored()[0].is_priced is True
    assert day_sums() == [(1, 3, 167_723, 0)]


acts = st.lists(
    st.one_of(
        st.tuples(st.just("rate"), st.integers(-8, 8), st.integers(20_000_0000, 26_000_0000)),
        st.tuples(st.just("order"), st.integers(0, 8), st.integers(1, 5)),
        st.tuples(st.just("bare"), st.integers(0, 8), st.integers(1, 5)),
    ),
    max_size=10,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=acts)
def test_rates_and_orders_in_any_order_lead_to_the_same_figures(
    shop: Shop, now: datetime, told: list[tuple[str, int, int]]
) -> None:
    later = now + timedelta(days=30)
    with transaction() as session:
        before = session.begin_nested()
        for place, (what, day, figure) in enumerate(told):
            if what == "rate":
                exchange_rates.declare(session, OFFICE, [rate(DAY + timedelta(days=day), figure)], 3, later)
            else:
                more = {"lines": (), "caution": "no_detail"} if what == "bare" else {}
                at = AT + timedelta(minutes=place)
                made = sold(f"O{day}", quantity=figure, day=day, **more)
                selling.record_orders(session, shop.id, [replace(made, modified_at=at)], later)
            assert agrees(session)
        before.rollback()
