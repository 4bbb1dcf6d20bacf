"""Sending what we want the shop to show: only what is not confirmed, only absolute values, a result each."""

from itertools import islice

from marketplaces.interface import MarketplaceError
from trace.db import reading
from trace.jobs.shop_run import ShopRun
from trace.services import listing_offers, listings
from trace.services.listing_offers import DueOffer

BATCH = 50


def push_listings(run: ShopRun) -> None:
    """Send every due offer; called after the orders were read, so that what is sold is not offered."""
    with reading() as session:
        due = iter(listing_offers.offers_due(session, run.shop_id))
    while batch := list(islice(due, BATCH)):
        send(run, batch)
        run.pause_point()


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
    """What the shop shows now: names, codes, what is gone."""
    shown = list(run.adapter.listings())
    with run.writing() as session:
        run.add(listings=listings.record_shelf(session, run.shop_id, shown, run.desk.now()))
