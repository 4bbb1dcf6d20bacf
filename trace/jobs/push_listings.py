"""Sending what we want the shop to show: only what is not confirmed, only absolute values, a result each."""

from itertools import islice

from marketplaces.interface import Marketplace, MarketplaceError
from trace.db import reading
from trace.jobs.desk import Desk
from trace.jobs.shop_run import ShopRun
from trace.services import listing_offers, listings, new_listing_sending
from trace.services.listing_offers import DueOffer
from trace.services.listing_text import Face
from trace.services.market_access import limit_of

BATCH = 50


def push_listings(run: ShopRun) -> None:
    """Send every due offer; called after the orders were read, so that what is sold is not offered."""
    pause_ended(run)
    with reading() as session:
        due = iter(listing_offers.offers_due(session, run.shop_id, face_of(run), run.desk.now()))
    while batch := list(islice(due, BATCH)):
        send(run, batch)
        run.pause_point()


def pause_ended(run: ShopRun) -> None:
    """What has no good lot any more goes off sale before anything else is sent."""
    with run.writing() as session:
        paused = listing_offers.pause_ended(session, run.shop_id, run.desk.now())
    if paused:
        run.add(paused=paused)


def face_of(run: ShopRun) -> Face:
    """What the offers of this shop need to know."""
    return shop_face(run.desk, run.marketplace, run.adapter)


def shop_face(desk: Desk, marketplace: str, adapter: Marketplace) -> Face:
    """As ``face_of``, where there is no run."""
    longest = limit_of(desk.settings, marketplace, adapter.capabilities, "longest_description")
    return Face(desk.settings.public_url, longest, adapter.capabilities.currency)


def send(run: ShopRun, batch: list[DueOffer]) -> None:
    """One batch; what was finished before a failure is kept."""
    try:
        results = run.adapter.publish([one.offer for one in batch])
    except MarketplaceError as error:
        with run.writing() as session:
            listing_offers.record_results(session, batch, error.results, run.desk.now())
        raise
    with run.writing() as session:
        counts = listing_offers.record_results(session, batch, results, run.desk.now())
    run.add(**{f"push_{outcome}": number for outcome, number in counts.items()})


def read_shelf(run: ShopRun) -> None:
    """What the shop shows now: names, codes, what is gone, what was asked for and is there."""
    shown = list(run.adapter.listings())
    with run.writing() as session:
        found = listings.record_shelf(session, run.shop_id, shown, run.desk.now())
        taken = new_listing_sending.take_over(session, run.shop_id, run.desk.now())
    run.add(listings=found, **({"new_taken": taken} if taken else {}))
