"""A marketplace's queue of events: pulled into the inbox, confirmed only together with what it led to."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from tests.jobs.forks import dies, take_over
from tests.jobs.market import Market, Stand, credentials, figures, figures_follow_facts, open_stand, orders
from tests.marketplaces.stalls import MARKETS
from trace.db import Database, reading, transaction
from trace.records.job import Job, Schedule
from trace.records.market_push import MarketPush
from trace.services import shops

TIKI = MARKETS["tiki"]


@pytest.fixture
def tiki(sqlite: Database, market_of_session: Market, tmp_path: Path) -> Stand:
    return open_tiki(market_of_session, tmp_path)


def open_tiki(market_of_session: Market, folder: Path) -> Stand:
    market = Market(market_of_session.root, TIKI)
    market.control("reset")
    return open_stand(market, folder)


def unread() -> int:
    with reading() as session:
        return len(session.execute(select(MarketPush).where(col(MarketPush.read_at).is_(None))).all())


def pull(stand: Stand) -> Job:
    return stand.run(shops.EVENTS)


def test_orders_are_in_the_figures_by_their_events_and_no_list_is_read(
    database: Database, market_of_session: Market, tmp_path: Path
) -> None:
    tiki = open_tiki(market_of_session, tmp_path)
    assert pull(tiki).state == "done"
    first, second = tiki.market.order(), tiki.market.order()
    tiki.market.control("complete", order=first)
    tiki.market.control("cancel", order=second)
    assert pull(tiki).state == "done"
    assert {number: row.status for number, row in orders().items()} == {
        first: "completed",
        second: "cancelled",
    }
    assert figures() == tiki.market.truth() != {}
    assert tiki.again().orders_cursor is None
    assert unread() == 0


def pulled(stand: Stand) -> int:
    job = pull(stand)
    assert job.state == "done"
    return int(job.figures.get("events", 0))


def test_what_was_pulled_and_kept_is_not_pulled_again(tiki: Stand) -> None:
    assert pulled(tiki) == 0
    tiki.market.order()
    assert [pulled(tiki), pulled(tiki)] == [1, 0]


@pytest.mark.parametrize("commits", range(9))
def test_a_worker_that_dies_at_any_commit_loses_no_event(tiki: Stand, sqlite_url: str, commits: int) -> None:
    pull(tiki)
    numbers = {tiki.market.order() for _ in range(3)}
    number = tiki.due(shops.EVENTS)
    dies(tiki, sqlite_url, number, commits)
    take_over(tiki, number)
    pull(tiki)
    assert set(orders()) == numbers
    assert figures() == tiki.market.truth() != {}
    assert figures_follow_facts()
    assert unread() == 0


def test_a_faulty_pull_keeps_its_bookmark_and_the_next_one_goes_on(tiki: Stand) -> None:
    pull(tiki)
    number = tiki.market.order()
    bookmark = tiki.again().events_bookmark
    tiki.market.control("fault", kind="500", share=1.0, on="pull")
    assert pull(tiki).state == "failed"
    assert tiki.again().events_bookmark == bookmark
    tiki.market.control("fault", kind="none")
    assert pulled(tiki) == 1
    assert set(orders()) == {number}


def test_only_a_shop_whose_marketplace_has_a_queue_is_scheduled_for_it(
    sqlite: Database, market_of_session: Market, tmp_path: Path
) -> None:
    shop = open_stand(market_of_session, tmp_path)
    assert shops.EVENTS not in kinds(shop)
    assert shop.run(shops.EVENTS).state == "failed"
    tiki = open_tiki(market_of_session, tmp_path)
    pair = credentials(tiki.market.control("seed", name="HTX Vải Thanh Hà"), tiki.now())
    with transaction() as session:
        new = shops.NewShop("tiki", "Tiki", pair, has_event_queue=True)
        shops.connect(session, tiki.coop.boss, new, 300, tiki.now())
    assert kinds(tiki)[shops.EVENTS] == 60


def kinds(stand: Stand) -> dict[str, int]:
    with reading() as session:
        rows = session.execute(select(Schedule).where(col(Schedule.shop_id) == stand.shop.id)).scalars()
        return {row.kind: row.every_s for row in rows}
