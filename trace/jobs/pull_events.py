"""Pulling a marketplace's queue of events into the inbox of pushes, where the orders they name are read.

The bookmark and what it confirms are one transaction: a worker that dies leaves the events to the next one.
"""

from marketplaces.interface import EventQueue, MarketplaceError
from trace.db import reading
from trace.jobs.shop_run import ShopRun
from trace.records.shop import Shop
from trace.services import market_pushes

MOST_PULLS = 20


def pull_events(run: ShopRun) -> None:
    """Until the queue is empty; twenty pulls at most, the next job goes on.

    Raises:
        MarketplaceError: the marketplace has no queue.
    """
    queue = run.adapter
    if not isinstance(queue, EventQueue):
        raise MarketplaceError("this marketplace has no queue of events", permanent=True, kind="setup")
    with reading() as session:
        shop = session.get_one(Shop, run.shop_id)
    bookmark = shop.events_bookmark
    for _pull in range(MOST_PULLS):
        events = queue.pull_events(bookmark)
        if events.bookmark == bookmark and not events.hints:
            return
        bookmark = events.bookmark
        with run.writing() as session:
            for hint in events.hints:
                market_pushes.take_in(session, shop.marketplace, shop.ext_shop_id, hint, run.desk.now())
            session.get_one(Shop, run.shop_id, with_for_update=True).events_bookmark = bookmark
        run.add(events=len(events.hints))
        if not events.hints:
            return
        run.pause_point()
