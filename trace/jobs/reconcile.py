"""Every night a shop's last 7 days (Sundays: 45) are read again, compared, told and mended."""

from datetime import timedelta

from marketplaces.values import Window
from trace.db import reading
from trace.jobs.pull_orders import LONGEST_WINDOW, OVERLAP, count, record_page
from trace.jobs.shop_run import ShopRun
from trace.records.shop import Shop
from trace.services import reconciling, shops
from trace.services.reconciling import Comparison

NIGHTLY = timedelta(days=7)
WEEKLY = timedelta(days=45)


def reconcile(run: ShopRun) -> None:
    """Compare what was changed up to the last reading; later changes are the next reading's."""
    with reading() as session:
        cursor = session.get_one(Shop, run.shop_id).orders_cursor
    if cursor is None:
        run.stats["skipped"] = "never read"
        return
    until = cursor - OVERLAP
    reach = WEEKLY if shops.is_weekly(run.desk.now()) else NIGHTLY
    found = Comparison(Window(until - reach, until))
    for window in found.period.split(min(LONGEST_WINDOW, run.adapter.capabilities.max_window)):
        read_again(run, window, found)
    with run.writing() as session:
        reconciling.note_ours(session, run.shop_id, found)
        reconciling.report(session, run.shop_id, found, run.desk.now())
    run.stats |= {"ours": len(found.ours), "theirs": len(found.theirs), "differences": found.differences}


def read_again(run: ShopRun, window: Window, found: Comparison) -> None:
    """One window: compared first, then taken in like any other reading."""
    for page in run.adapter.orders(window):
        with run.writing() as session:
            reconciling.compare_page(session, run.shop_id, page.orders, found, run.desk.now())
            count(run, record_page(session, run.shop_id, page, run.desk.now()))
        run.pause_point()
