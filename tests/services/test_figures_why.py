"""Why a figure changed, how fresh it is, and how it follows what is told later."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from sqlmodel import Session, select

from tests import world
from tests.services import figures_oracle as oracle
from tests.services import lot_world
from tests.services.figures_world import FIRST, LAST
from tests.services.test_figures import ASK, OFFICE, value, world_of
from tests.services.test_statistics import make_listing, make_order, make_shop
from tests.units import HA_BAC, THANH_HA
from trace.db import Database, transaction
from trace.records.account import Role
from trace.records.allocation import Allocation
from trace.records.certificate import Certificate, CertificateScope, Scheme
from trace.records.file_exchange import DayTotal
from trace.records.lot import LotKind
from trace.records.market_order import MarketOrder, OrderStatus, OrderStatusChange
from trace.records.scan import Scan
from trace.records.shop import Shop, ShopState
from trace.records.training import TrainingSession
from trace.services import training
from trace.services.admission import Actor
from trace.services.figures.answering import answer
from trace.services.figures.asking import IN_TIME, Ask, Dimension
from trace.services.figures.catalogue import BY_NAME, MEASURES
from trace.services.figures.counting import Timing, quantile, swapped
from trace.services.figures.freshness import freshness
from trace.services.figures.row_listing import every_row
from trace.services.figures.why import why
from trace.services.recounting import recount

MIDDLE = FIRST + timedelta(days=14)
LATER, EARLIER = Ask(MIDDLE, LAST), Ask(FIRST, MIDDLE - timedelta(days=1))
DAY = date(2026, 6, 10)
HARVEST, POOL, PACK, HALF = LotKind.HARVEST, LotKind.POOL, LotKind.PACK, Fraction(1, 2)
JUNE = Ask(date(2026, 6, 1), date(2026, 6, 30))


def mixed(now: list, part: list, old: list, share: float | None) -> int | None:
    """A count of which one part is as it was: entries for a level, numbers for a sum."""
    if share is None:
        return oracle.number_of(now, None) - oracle.number_of(part, None) + oracle.number_of(old, None)
    kept = Counter((entry.id, entry.amount) for entry in now)
    kept.subtract(Counter((entry.id, entry.amount) for entry in part))
    known = {(entry.id, entry.amount): entry for entry in now}
    rest = [known[key] for key, n in kept.items() if n > 0]
    return oracle.number_of([*rest, *old], share)


@pytest.mark.parametrize("name", ["revenue", "orders", "price", "returned", "price_spread", "scan_reach"])
def test_an_effect_is_the_whole_less_the_whole_with_that_part_as_before(sqlite: Database, name: str) -> None:
    with transaction() as session:
        world_of(session, 12)
        books = [oracle.Books(session, ask.since, ask.until) for ask in (LATER, EARLIER)]
        now, before = (oracle.counts_of(one, name) for one in books)
        found = why(session, OFFICE, BY_NAME[name], LATER, EARLIER)
        moved = 0
        for by in BY_NAME[name].dimensions - IN_TIME:
            told = {move.now.key: move.effect for move in found.of(by)}
            parts = [[oracle.cut(entries, by) for entries, _ in counts] for counts in (now, before)]
            for key in set().union(*parts[0], *parts[1]):
                changed = [
                    mixed(entries, parts[0][n].get(key, []), parts[1][n].get(key, []), share)
                    for n, (entries, share) in enumerate(now)
                ]
                without = value(name, changed)
                whole = value(name, [oracle.number_of(*count) for count in now])
                assert told.pop(key, 0) == (whole - without if None not in (whole, without) else 0), (by, key)
            assert not told
            moved += len(found.of(by))
        assert moved
        assert found.moves == tuple(sorted(found.moves, key=lambda one: -abs(one.effect)))


def test_effects_of_one_cut_of_a_sum_make_the_whole_change(database: Database) -> None:
    with transaction() as session:
        world_of(session, 3)
        found = why(session, OFFICE, BY_NAME["revenue"], LATER, EARLIER)
        change = found.now.value - found.before.value
        assert change != 0
        for by in (Dimension.COOPERATIVE, Dimension.PRODUCT, Dimension.MARKETPLACE, Dimension.OLD_COMMUNE):
            assert sum(move.effect for move in found.of(by)) == change


def test_every_figure_says_why_on_both_databases_and_one_of_today_has_no_past(database: Database) -> None:
    with transaction() as session:
        world_of(session, 4)
        for measure in MEASURES:
            found = why(session, OFFICE, measure, LATER, EARLIER)
            if measure.timing is Timing.TODAY:
                assert found.moves == ()
            if measure.top.behind(LATER):
                assert found.now.value == answer(session, OFFICE, measure, LATER).whole.value


def test_a_part_is_taken_out_of_a_level_and_put_back() -> None:
    whole, now, before = Counter({1: 2, 9: 1}), Counter({9: 1}), Counter({4: 3})
    assert swapped(whole, now, before) == Counter({1: 2, 4: 3})
    assert swapped(Counter({9: 1}), Counter({9: 1}), None) is None
    assert swapped(10, 4, None) == 6
    assert quantile([(1, 2), (4, 3)], 0.5) == 4


@pytest.fixture
def shelf(database: Database, now: datetime) -> tuple[world.Coop, Shop]:
    """A cooperative's connected shop with one listing."""
    with transaction() as session:
        coop = world.make_coop(session, now)
        shop = make_shop(session, now, coop, "shopee", "1")
        coop.extra["listing"] = make_listing(session, now, shop, "a", product_id=coop.product.id, unit_g=500)
        return coop, shop


def sell(session: Session, coop: world.Coop, shop: Shop, status: str, price: int = 1000) -> MarketOrder:
    make_order(session, shop, DAY, status, [(coop.extra["listing"], 2, price)])
    recount(session)
    return session.exec(select(MarketOrder).order_by(MarketOrder.id.desc())).first()


def figure(session: Session, name: str, ask: Ask = JUNE) -> Fraction | None:
    return answer(session, OFFICE, BY_NAME[name], ask).whole.value


def test_a_cancelled_or_returned_order_leaves_the_figures_it_was_in(shelf: tuple[world.Coop, Shop]) -> None:
    coop, shop = shelf
    with transaction() as session:
        order = sell(session, coop, shop, OrderStatus.COMPLETED)
        sell(session, coop, shop, OrderStatus.PLACED)
        names = ("transactions", "orders", "revenue", "returned", "cancelled")
        assert [figure(session, name) for name in names] == [1, 2, 4000, 0, 0]
        order.status = OrderStatus.RETURNED
        session.flush()
        recount(session)
        assert [figure(session, name) for name in names] == [0, 1, 2000, 1, 0]
        order.status = OrderStatus.CANCELLED
        session.flush()
        recount(session)
        assert [figure(session, name) for name in names] == [0, 1, 2000, None, Fraction(1, 2)]


def test_an_order_of_two_products_counts_for_each_and_once_in_all(shelf: tuple[world.Coop, Shop]) -> None:
    coop, shop = shelf
    with transaction() as session:
        other = world.make_product(session, datetime.now(UTC), coop.org, variety="u_hong")
        second = make_listing(session, datetime.now(UTC), shop, "b", product_id=other.id, unit_g=500)
        lines = [(coop.extra["listing"], 1, 10), (coop.extra["listing"], 1, 10), (second, 1, 10)]
        make_order(session, shop, DAY, OrderStatus.COMPLETED, lines)
        make_order(session, shop, DAY, OrderStatus.COMPLETED, [])
        recount(session)
        found = answer(session, OFFICE, BY_NAME["transactions"], replace(JUNE, by=Dimension.PRODUCT))
        assert {part.key: part.top for part in found.parts} == {
            coop.product.public_id: 1,
            other.public_id: 1,
            "": 1,
        }
        assert found.whole.top == 2


def test_what_was_typed_in_counts_and_stands_behind_until_a_report_ends_it(
    shelf: tuple[world.Coop, Shop],
) -> None:
    coop, shop = shelf
    with transaction() as session:
        at = datetime.now(UTC)
        bare = make_listing(session, at, shop, "tong-ngay")
        sums = {"orders": 7, "transactions": 5, "quantity": 9, "revenue_vnd": 900_000, "picture": b"x"}
        known = {"shop_id": shop.id, "listing_id": bare.id, "day": DAY, "entered_at": at}
        total = world.add(session, DayTotal(**known, **sums))
        sell_other_day(session, coop, shop)
        for name, wanted in (("orders", 8), ("transactions", 6), ("revenue", 902_000)):
            behind = BY_NAME[name].top.behind(JUNE)
            rows = [row for one in behind for row in every_row(session, OFFICE, one, JUNE)]
            assert figure(session, name) == sum(row[-1] for row in rows) == wanted
            assert len(rows) == 2
        by_product = answer(session, OFFICE, BY_NAME["orders"], replace(JUNE, by=Dimension.PRODUCT))
        assert {part.key: part.top for part in by_product.parts} == {"": 7, coop.product.public_id: 1}
        total.ended_at = at
        session.flush()
        recount(session)
        by_product = answer(session, OFFICE, BY_NAME["orders"], replace(JUNE, by=Dimension.PRODUCT))
        assert {part.key: part.top for part in by_product.parts} == {coop.product.public_id: 1}
        assert figure(session, "orders") == 1


def sell_other_day(session: Session, coop: world.Coop, shop: Shop) -> None:
    lines = [(coop.extra["listing"], 2, 1000)]
    make_order(session, shop, DAY + timedelta(days=1), OrderStatus.COMPLETED, lines)
    recount(session)


def test_when_a_cooperative_moves_its_history_moves_with_it(shelf: tuple[world.Coop, Shop]) -> None:
    coop, shop = shelf
    by = replace(JUNE, by=Dimension.COMMUNE)
    with transaction() as session:
        sell(session, coop, shop, OrderStatus.COMPLETED)
        moved = []
        for code in (THANH_HA, HA_BAC):
            session.merge(coop.org).commune_code = code
            session.flush()
            officer = Actor(2, Role.COMMUNE_OFFICER, commune_code=HA_BAC)
            parts = answer(session, OFFICE, BY_NAME["orders"], by).parts
            seen = answer(session, officer, BY_NAME["orders"], JUNE).whole.top
            moved.append(([part.key for part in parts], seen))
        assert moved == [([THANH_HA], 0), ([HA_BAC], 1)]


def test_orders_in_another_currency_count_and_are_left_out_of_the_price(
    shelf: tuple[world.Coop, Shop],
) -> None:
    coop, shop = shelf
    with transaction() as session:
        sell(session, coop, shop, OrderStatus.COMPLETED, price=50_000)
        waiting = sell(session, coop, shop, OrderStatus.COMPLETED, price=0)
        waiting.is_priced, waiting.currency = False, "USD"
        session.flush()
        recount(session)
        assert [figure(session, name) for name in ("orders", "unpriced", "revenue")] == [2, 1, 100_000]
        assert figure(session, "price") == 100_000


def test_what_orders_told_after_the_day_is_counted(shelf: tuple[world.Coop, Shop]) -> None:
    coop, shop = shelf
    after = datetime(2026, 7, 2, tzinfo=UTC)
    with transaction() as session:
        late = sell(session, coop, shop, OrderStatus.PLACED)
        off = sell(session, coop, shop, OrderStatus.CANCELLED)
        for _ in range(2):
            sell(session, coop, shop, OrderStatus.COMPLETED)
        late.first_seen_at = after
        change = {"status_raw": "x", "status": OrderStatus.CANCELLED, "ext_modified_at": after}
        world.add(session, OrderStatusChange(order_id=off.id, learned_at=after, **change))
        july = Ask(date(2026, 7, 1), date(2026, 7, 31))
        told = why(session, OFFICE, BY_NAME["orders"], july, JUNE)
        assert (told.told_before.late, told.told_before.called_off) == (1, 1)
        assert (told.told_now.late, told.told_now.called_off) == (0, 0)
        assert why(session, OFFICE, BY_NAME["scans"], july, JUNE).told_now is None


def test_sales_are_as_fresh_as_the_shop_read_longest_ago(shelf: tuple[world.Coop, Shop], now) -> None:
    coop, shop = shelf
    with transaction() as session:
        shop = session.merge(shop)
        shop.last_success_at = now
        other = make_shop(session, now, coop, "lazada", "2")
        other.last_success_at = now - timedelta(hours=5)
        make_shop(session, now, coop, "tiki", "3")
        off = make_shop(session, now, coop, "tiki", "4")
        off.state, off.last_success_at = ShopState.DISABLED, now - timedelta(days=9)
        session.flush()
        found = freshness(session, OFFICE, BY_NAME["revenue"], JUNE)
        assert (found.at, found.shops, found.silent) == (now - timedelta(hours=5), 3, 1)
        shopee = replace(JUNE, only={Dimension.MARKETPLACE: "shopee"})
        assert freshness(session, OFFICE, BY_NAME["revenue"], shopee).at == now
        stranger = Actor(2, Role.COMMUNE_OFFICER, commune_code=HA_BAC)
        assert freshness(session, stranger, BY_NAME["revenue"], JUNE).at is None


def test_others_are_as_fresh_as_their_newest_row(database: Database, now: datetime) -> None:
    with transaction() as session:
        coop = world.make_coop(session, now)
        for hour in (1, 5, 3):
            at = datetime(2026, 6, 12, hour, tzinfo=UTC)
            world.add(session, Scan(kid=1, serial=hour, org_id=coop.org.id, scanned_at=at, state="SEEN"))
        assert freshness(session, OFFICE, BY_NAME["scans"], JUNE).at == datetime(2026, 6, 12, 5, tzinfo=UTC)
        assert freshness(session, OFFICE, BY_NAME["report_answer_time"], JUNE).at is None
        assert freshness(session, OFFICE, BY_NAME["scans"], ASK).shops == 0


def test_a_household_sells_by_what_its_harvest_became_however_many_steps_away(
    shelf: tuple[world.Coop, Shop], now: datetime
) -> None:
    coop, shop = shelf
    july = Ask(date(2026, 7, 1), date(2026, 7, 31), known={})
    with transaction() as session:
        idle = world.make_household(session, now, session.merge(coop.org))
        lots = [lot_world.bare(session, now, coop, kind, 1000) for kind in (HARVEST, POOL, POOL, PACK)]
        for parent, child in pairwise(lots):
            lot_world.link(session, parent, child, 1000)
        order = sell(session, coop, shop, OrderStatus.COMPLETED)
        part = {"order_id": order.id, "ext_line_id": "0", "product_id": coop.product.id, "unit_g": 500}
        world.add(session, Allocation(lot_id=lots[-1].id, pieces=2, **part))
        recount(session)
        assert figure(session, "active_sellers", replace(july, since=JUNE.since, until=JUNE.until)) == HALF
        assert figure(session, "active_sellers", july) == 0
        for home, day in ((coop.household, DAY - timedelta(days=90)), (idle, DAY)):
            course = world.add(
                session,
                TrainingSession(held_on=day, commune_code=THANH_HA, recorded_at=now, confirmed_at=now),
            )
            training.add_households(session, OFFICE, course, [session.merge(home)], now)
        assert figure(session, "trained_then_selling", Ask(date(2026, 1, 1), JUNE.until)) == HALF
        early = session.exec(select(TrainingSession).order_by(TrainingSession.held_on)).first()
        early.held_on = DAY - timedelta(days=91)
        session.flush()
        assert figure(session, "trained_then_selling", Ask(date(2026, 1, 1), JUNE.until)) == 0


def test_a_paper_over_one_plot_covers_that_plot_and_one_over_nothing_named_covers_all(
    database: Database, now: datetime
) -> None:
    with transaction() as session:
        coop = world.make_coop(session, now)
        second = world.make_plot(session, now, coop.household, area_m2=6_400)
        days = {"valid_from": date(2026, 1, 1), "valid_to": date(2026, 12, 31), "created_at": now}
        known = {"org_id": coop.org.id, "scheme": Scheme.VIETGAP, "confirmed_at": now, **days}
        paper = world.add(session, Certificate(number="1", **known))
        world.add(session, CertificateScope(certificate_id=paper.id, plot_id=second.id))
        found = answer(session, OFFICE, BY_NAME["certified_area"], JUNE).whole
        assert (found.top, found.bottom) == (6_400, 6_400)
        world.add(session, Certificate(number="2", **{**known, "confirmed_at": None}))
        found = answer(session, OFFICE, BY_NAME["certified_area"], JUNE).whole
        assert (found.top, found.bottom) == (6_400, 10_000)
