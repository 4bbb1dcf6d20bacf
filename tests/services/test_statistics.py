"""Sales figures: equal to a plain recount of the rows, whatever is asked, and nobody else's."""

from datetime import UTC, date, datetime, timedelta
from itertools import product as combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from tests import world
from trace.db import Database, transaction
from trace.errors import NotAllowed
from trace.records.account import Role
from trace.records.market_order import MarketOrder, MarketOrderLine, OrderStatus
from trace.records.shop import Listing, Shop, ShopState
from trace.services.admission import Actor, actor_of
from trace.services.recounting import recount
from trace.services.statistics import COUNTED, Dimension, Figures, Question, sales

FIRST = date(2026, 6, 1)
LAST = date(2026, 6, 30)
OFFICE = Actor(1, Role.OFFICE)


def make_shop(session: Session, now: datetime, coop: world.Coop, marketplace: str, ext: str) -> Shop:
    return world.add(
        session,
        Shop(
            org_id=coop.org.id,
            marketplace=marketplace,
            ext_shop_id=ext,
            name=f"Gian hàng {ext}",
            state=ShopState.CONNECTED,
            created_at=now,
        ),
    )


def make_listing(session: Session, now: datetime, shop: Shop, ext: str, **given: object) -> Listing:
    values = {"shop_id": shop.id, "ext_listing_id": ext, "created_at": now, "updated_at": now}
    return world.add(session, Listing(**{**values, **given}))


def make_order(
    session: Session, shop: Shop, day: date, status: str, lines: list[tuple[Listing, int, int]]
) -> None:
    at = datetime(day.year, day.month, day.day, 3, tzinfo=UTC)
    order = world.add(
        session,
        MarketOrder(
            shop_id=shop.id,
            ext_order_id=f"o{next(world._numbers)}",
            ext_modified_at=at,
            status_raw=status,
            status=status,
            ordered_at=at,
            day=day,
            payload_hash="",
            first_seen_at=at,
            changed_at=at,
        ),
    )
    for place, (listing, quantity, price) in enumerate(lines):
        line = MarketOrderLine(order_id=order.id, ext_line_id=str(place), listing_id=listing.id)
        line.quantity = line.net_quantity = quantity
        line.unit_price_vnd, line.revenue_vnd = price, quantity * price
        session.add(line)


@pytest.fixture
def market(database: Database, now: datetime) -> tuple[world.Coop, world.Coop, list[tuple[Shop, Listing]]]:
    """Two cooperatives in two communes, three shops, a listing that is not mapped."""
    with transaction() as session:
        first = world.make_coop(session, now)
        second = world.make_coop(session, now, commune_code=world_habac())
        shelves = []
        for coop, marketplace, ext in (
            (first, "shopee", "1"),
            (first, "memory", "2"),
            (second, "shopee", "3"),
        ):
            shop = make_shop(session, now, coop, marketplace, ext)
            mapped = make_listing(session, now, shop, f"{ext}-a", product_id=coop.product.id, unit_g=1_000)
            twin = make_listing(session, now, shop, f"{ext}-b", product_id=coop.product.id, unit_g=5_000)
            bare = make_listing(session, now, shop, f"{ext}-c")
            shelves += [(shop, mapped), (shop, twin), (shop, bare)]
    return first, second, shelves


def world_habac() -> str:
    from tests.units import HA_BAC

    return HA_BAC


ORDERS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.integers(0, 29),
        st.sampled_from([status.value for status in OrderStatus]),
        st.lists(st.tuples(st.integers(0, 2), st.integers(0, 9), st.integers(0, 90_000)), max_size=4),
    ),
    max_size=25,
)


def recounted(rows: list, keep, key) -> dict:
    """The oracle: plain loops over the orders as they were made."""
    found: dict = {}
    for shop, day, status, lines in rows:
        if status not in COUNTED:
            continue
        kept = [line for line in lines if keep(shop, line[0], day)]
        groups = {key(shop, listing, day) for listing, _q, _p in kept}
        for group in groups:
            mine = [line for line in kept if key(shop, line[0], day) == group]
            old = found.get(group, Figures())
            found[group] = Figures(
                old.orders + 1,
                old.transactions + (status == OrderStatus.COMPLETED),
                old.quantity + sum(q for _l, q, _p in mine),
                old.revenue_vnd + sum(q * p for _l, q, p in mine),
                old.weight_g + sum(q * (listing.unit_g or 0) for listing, q, _p in mine),
                old.weighed + sum(q for listing, q, _p in mine if listing.unit_g),
            )
    return found


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(orders=ORDERS)
def test_every_table_equals_a_recount_of_its_rows(market, orders) -> None:
    first, _second, shelves = market
    rows = []
    with transaction() as session:
        for place, day, status, lines in orders:
            shop = shelves[place * 3][0]
            chosen = [(shelves[place * 3 + which][1], q, p) for which, q, p in lines]
            if not chosen:
                continue
            at = FIRST + timedelta(days=day)
            make_order(session, shop, at, status, chosen)
            rows.append((shop, at, status, chosen))
        recount(session)
        keys = {
            Dimension.DAY: lambda shop, listing, day: day.isoformat(),
            Dimension.MARKETPLACE: lambda shop, listing, day: shop.marketplace,
            Dimension.COOPERATIVE: lambda shop, listing, day: shop.org_id,
            Dimension.PRODUCT: lambda shop, listing, day: listing.product_id,
        }
        for by, wanted in combinations(keys, (None, first.product)):
            question = Question(FIRST, LAST, by, product=wanted.public_id if wanted else None)
            found = sales(session, OFFICE, question)

            def keep(shop, listing, day, wanted=wanted) -> bool:
                return wanted is None or listing.product_id == wanted.id

            oracle = recounted(rows, keep, keys[by])
            assert sorted(map(_tuple, (row.figures for row in found.rows))) == sorted(
                map(_tuple, oracle.values())
            )
            total = recounted(rows, keep, lambda *_: "all").get("all", Figures())
            assert found.total == total
        session.rollback()


def _tuple(figures: Figures) -> tuple[int, ...]:
    return tuple(vars(figures).values())


def test_a_cooperative_sees_its_own_figures_only(market, now: datetime) -> None:
    first, second, shelves = market
    with transaction() as session:
        for place in (0, 6):
            make_order(
                session, shelves[place][0], FIRST, OrderStatus.PLACED, [(shelves[place][1], 1, 10_000)]
            )
        recount(session)
        question = Question(FIRST, LAST, Dimension.COOPERATIVE)
        mine = sales(session, first.boss, question)
        assert [row.key for row in mine.rows] == [first.org.public_id]
        asked_for_theirs = Question(FIRST, LAST, Dimension.COOPERATIVE, cooperative=second.org.public_id)
        assert sales(session, first.boss, asked_for_theirs).rows == ()
        assert sales(session, first.boss, asked_for_theirs).total == Figures()


def test_a_commune_officer_sees_the_commune(market, now: datetime) -> None:
    _first, second, shelves = market
    officer = Actor(9, Role.COMMUNE_OFFICER, commune_code=world_habac())
    with transaction() as session:
        for place in (0, 6):
            make_order(
                session, shelves[place][0], FIRST, OrderStatus.PLACED, [(shelves[place][1], 1, 10_000)]
            )
        recount(session)
        found = sales(session, officer, Question(FIRST, LAST, Dimension.COOPERATIVE))
    assert [row.key for row in found.rows] == [second.org.public_id]


def test_the_administrator_sees_no_figures(database: Database, now: datetime) -> None:
    with transaction() as session:
        admin = actor_of(world.make_account(session, now, Role.ADMIN))
        with pytest.raises(NotAllowed):
            sales(session, admin, Question(FIRST, LAST))
