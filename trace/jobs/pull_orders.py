"""Reading a shop's orders: window by window, page by page; a page and its progress are one transaction.

The cursor moves only after the last page of a window is kept, and stays two minutes behind now; every
reading reaches back half an hour or more over the last one. An empty window moves it to its end. A job
that the marketplace failed leaves its progress to the next one (``schedules.add_job``).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlmodel import Session

from marketplaces.interface import Capabilities
from marketplaces.values import Page, Window
from trace.db import reading
from trace.jobs.shop_run import ShopRun
from trace.records.shop import Shop
from trace.services import bad_records, selling
from trace.services.selling import Tally

LAG = timedelta(minutes=2)
OVERLAP = timedelta(minutes=30)
LONGEST_WINDOW = timedelta(days=15)
DISTRUST = timedelta(days=7)
"""How far to reach back when the cursor lies ahead of now: some clock was wrong meanwhile."""


def plan(
    cursor: datetime | None, now: datetime, can: Capabilities, first_reach: timedelta
) -> Iterator[Window]:
    """The windows from the cursor to now, oldest first, none longer than the marketplace allows."""
    if cursor is None:
        since = now - first_reach
    elif cursor > now:
        since = now - DISTRUST
    else:
        since = cursor - max(OVERLAP, can.min_overlap)
    # Marketplaces count whole seconds: fractions would cost a request more for each window.
    whole = Window(since.replace(microsecond=0), now.replace(microsecond=0))
    return whole.split(min(LONGEST_WINDOW, can.max_window))


def pull_orders(run: ShopRun) -> None:
    """Read every order changed since the cursor; goes on after the page a stopped run kept last."""
    now = run.desk.now()
    with reading() as session:
        cursor = session.get_one(Shop, run.shop_id).orders_cursor
    run.stats["cursor_before"] = told = cursor.isoformat() if cursor else None
    # Progress made from another cursor is out of date: some other job has read on meanwhile.
    if run.payload.get("until") and run.payload["cursor"] == told:
        window = Window(*(datetime.fromisoformat(run.payload[name]) for name in ("since", "until")))
        read_window(run, window, run.payload["progress"])
        cursor = window.until
    reach = timedelta(days=run.desk.settings.sync_first_days)
    for window in plan(cursor, now, run.adapter.capabilities, reach):
        read_window(run, window, "")


def read_window(run: ShopRun, window: Window, progress: str) -> None:
    """One window to its end; then, and only then, the cursor moves."""
    run.add(windows=1)
    span = {"since": window.since.isoformat(), "until": window.until.isoformat()}
    for page in run.adapter.orders(window, progress):
        with run.writing() as session:
            count(run, record_page(session, run.shop_id, page, run.desk.now()))
            cursor = session.get_one(Shop, run.shop_id).orders_cursor
            told = cursor.isoformat() if cursor else None
            run.keep(session, **span, cursor=told, progress=page.progress)
        run.pause_point()
    with run.writing() as session:
        move_cursor(session, run, window)
        run.keep(session)


def move_cursor(session: Session, run: ShopRun, window: Window) -> None:
    """To the window's end, but not nearer to now than the lag."""
    shop = session.get_one(Shop, run.shop_id, with_for_update=True)
    shop.orders_cursor = min(window.until, run.desk.now() - LAG)
    run.stats["cursor_after"] = shop.orders_cursor.isoformat()


def record_page(session: Session, shop_id: int, page: Page, now: datetime) -> Tally:
    """A page's orders, and its bad records as work of their own."""
    tally = selling.record_orders(session, shop_id, page.orders, now)
    faulty = {fault.ext_order_id for fault in tally.bad}
    good = [order.ext_order_id for order in page.orders if order.ext_order_id not in faulty]
    bad_records.resolve(session, shop_id, good, now)
    tally.bad += page.bad
    bad_records.note(session, shop_id, tally.bad, now)
    return tally


def count(run: ShopRun, tally: Tally) -> None:
    """Add a page to the run's figures."""
    run.add(
        pages=1,
        seen=tally.seen,
        new=tally.new,
        changed=tally.changed,
        unchanged=tally.unchanged,
        failed=len(tally.bad),
    )


def retry_bad_records(run: ShopRun) -> None:
    """Ask again for the orders that could not be taken in and are due."""
    with reading() as session:
        numbers = bad_records.due(session, run.shop_id, run.desk.now())
    if not numbers:
        return
    page = run.adapter.read_orders(numbers)
    with run.writing() as session:
        tally = record_page(session, run.shop_id, page, run.desk.now())
    run.add(retried=len(numbers), retried_failed=len(tally.bad))
