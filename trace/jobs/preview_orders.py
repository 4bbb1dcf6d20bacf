"""Looking at a shop's first orders before any is kept: the windows of the first reading, counted only."""

from datetime import timedelta

from trace.db import reading
from trace.jobs.pull_orders import plan
from trace.jobs.shop_run import ShopRun
from trace.services.order_preview import Preview, matched_numbers


def preview_orders(run: ShopRun) -> None:
    """Read what the first reading will read; nothing but the job's own figures is written."""
    with reading() as session:
        preview = Preview(matched_numbers(session, run.shop_id), run.desk.now())
    reach = timedelta(days=run.desk.settings.sync_first_days)
    for window in plan(None, run.desk.now(), run.adapter.capabilities, reach):
        for page in run.adapter.orders(window):
            preview.add(page)
            run.pause_point()
    run.stats["preview"] = preview.figures()
