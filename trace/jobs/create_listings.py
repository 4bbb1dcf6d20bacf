"""Making new listings: look at the shelf, take over what stands there, send what is due, look again."""

from trace.db import reading
from trace.jobs.push_listings import face_of, read_shelf
from trace.jobs.shop_run import ShopRun
from trace.services import market_categories, new_listing_sending


def create_listings(run: ShopRun) -> None:
    """Bring what managers asked for to the shop; each by itself, and nothing twice."""
    with reading() as session:
        if not new_listing_sending.is_anything_underway(session, run.shop_id):
            return
    read_shelf(run)
    with reading() as session:
        due = list(new_listing_sending.due_ids(session, run.shop_id, run.desk.now()))
    sent = [state for number in due if (state := make(run, number))]
    if "made" in sent:
        read_shelf(run)


def make(run: ShopRun, number: int) -> str:
    """One listing: that it goes out is kept before it goes, what came of it after; its state, or nothing.

    A failure leaves it in doubt, whatever the marketplace says: the next run looks on the shelf first.
    """
    run.pause_point()
    with run.writing() as session:
        now, can = run.desk.now(), run.adapter.capabilities
        due = new_listing_sending.begin(session, number, face_of(run), can, now)
    if due is None:
        return ""
    [result] = run.adapter.publish([due.offer])
    with run.writing() as session:
        state = new_listing_sending.record_result(session, due, result, run.desk.now())
    run.add(**{f"new_{state}": 1})
    return state


def read_categories(run: ShopRun) -> None:
    """The marketplace's shelves, whoever asks."""
    told = list(run.adapter.categories())
    with run.writing() as session:
        now = run.desk.now()
        run.add(categories=market_categories.record_categories(session, run.marketplace, told, now))


def renew_categories(run: ShopRun) -> None:
    """The same, once a week."""
    with reading() as session:
        is_due = market_categories.is_due(session, run.marketplace, run.desk.now())
    if is_due:
        read_categories(run)
