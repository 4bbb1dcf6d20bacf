"""Every job there is, by the name it is queued and run under."""

from collections.abc import Callable

from trace.jobs.carrier_pushes import carrier_pushes
from trace.jobs.check_sums import check_sums
from trace.jobs.close_month import close_month, revise_months
from trace.jobs.create_listings import create_listings, read_categories, renew_categories
from trace.jobs.deliver_events import deliver_events, plan_deliveries
from trace.jobs.desk import Run
from trace.jobs.fetch_reports import fetch_reports
from trace.jobs.give_lots import give_lots
from trace.jobs.housekeep import housekeep
from trace.jobs.make_reports import make_report, plan_reports
from trace.jobs.plan_notices import plan_notices
from trace.jobs.preview_orders import preview_orders
from trace.jobs.print_stamps import print_stamps
from trace.jobs.pull_events import pull_events
from trace.jobs.pull_orders import pull_orders, retry_bad_records
from trace.jobs.push_listings import push_listings, read_shelf
from trace.jobs.read_drops import read_drops
from trace.jobs.read_pushes import read_pushes
from trace.jobs.reconcile import reconcile
from trace.jobs.seal_log import seal_log
from trace.jobs.send_mail import send_mail
from trace.jobs.send_stamps import send_stamps
from trace.jobs.sequence_log import sequence_log
from trace.jobs.shop_run import ShopRun, run_steps
from trace.jobs.track_shipments import track_shipments
from trace.services import (
    market_categories,
    market_pushes,
    order_preview,
    print_queue,
    shipment_steps,
    shop_circuit,
    shops,
)
from trace.services.epcis import delivering
from trace.services.file_exchange import fetching
from trace.services.month_closing import closing_jobs
from trace.services.office_reports import runs as report_runs

Job = Callable[[Run], None]


def _sync_shop(run: Run) -> None:
    """Orders first, then the shelf: what is sold is never offered again."""
    orders = (pull_orders, read_pushes, retry_bad_records, give_lots)
    run_steps(run, *orders, create_listings, push_listings, _note_success)


def _note_success(run: ShopRun) -> None:
    with run.writing() as session:
        shop_circuit.note_success(session, run.shop_id, run.desk.now())


def _pull_orders(run: Run) -> None:
    run_steps(run, pull_orders, retry_bad_records, _note_success)


def _read_pushes(run: Run) -> None:
    """Orders a push named, then the shelf that follows them."""
    run_steps(run, read_pushes, push_listings)


def _pull_events(run: Run) -> None:
    """What waits in the marketplace's queue, then the orders it names."""
    run_steps(run, pull_events, read_pushes, push_listings)


def _push_listings(run: Run) -> None:
    run_steps(run, create_listings, push_listings)


def _refresh_tokens(run: Run) -> None:
    """Opening the shop renews its tokens when they are due."""
    run_steps(run, is_setup=True)


def _preview_orders(run: Run) -> None:
    """What the first reading will bring, counted and not kept."""
    run_steps(run, read_shelf, preview_orders, is_setup=True)


def _reconcile(run: Run) -> None:
    run_steps(run, reconcile, read_shelf, renew_categories)


def _read_shelf(run: Run) -> None:
    run_steps(run, read_shelf, is_setup=True)


def _read_categories(run: Run) -> None:
    run_steps(run, read_categories)


SHOP_KINDS: dict[str, Job] = {
    "sync_shop": _sync_shop,
    "pull_orders": _pull_orders,
    "push_listings": _push_listings,
    market_pushes.READ: _read_pushes,
    shops.EVENTS: _pull_events,
    "read_shelf": _read_shelf,
    market_categories.READ: _read_categories,
    order_preview.KIND: _preview_orders,
    "refresh_tokens": _refresh_tokens,
    "reconcile": _reconcile,
    fetching.KIND: fetch_reports,
}
NIGHTLY_S = 86_400
HOUSE_KINDS: dict[str, tuple[Job, int]] = {
    "sequence_log": (sequence_log, 30),
    "seal_log": (seal_log, 60),
    "housekeep": (housekeep, 3_600),
    "check_sums": (check_sums, NIGHTLY_S),
    "track_shipments": (track_shipments, 1_800),
    "read_drops": (read_drops, 60),
    "plan_deliveries": (plan_deliveries, 5),
    "plan_reports": (plan_reports, 60),
    "plan_notices": (plan_notices, 900),
    "send_mail": (send_mail, 15),
    "revise_months": (revise_months, 21_600),
}
"""Jobs of the whole instance, and every how many seconds they are due; daily ones at night."""

KINDS: dict[str, Job] = {
    **SHOP_KINDS,
    **{name: job for name, (job, _) in HOUSE_KINDS.items()},
    shipment_steps.APPLY: carrier_pushes,
    print_queue.KIND: print_stamps,
    print_queue.SEND: send_stamps,
    delivering.KIND: deliver_events,
    report_runs.KIND: make_report,
    closing_jobs.KIND: close_month,
}
