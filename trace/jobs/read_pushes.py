"""Reading what pushes named: the orders by their numbers; anything else is for the regular reading."""

from trace.db import reading
from trace.jobs.pull_orders import count, record_page
from trace.jobs.shop_run import ShopRun
from trace.services import market_pushes


def read_pushes(run: ShopRun) -> None:
    """Until none is left; a batch and its marks are one transaction."""
    while True:
        with reading() as session:
            batch = [(row.id, row.ext_order_id) for row in market_pushes.unread(session, run.shop_id)]
        if not batch:
            return
        numbers = list(dict.fromkeys(number for _, number in batch if number))
        page = run.adapter.read_orders(numbers) if numbers else None
        with run.writing() as session:
            if page is not None:
                count(run, record_page(session, run.shop_id, page, run.desk.now()))
            market_pushes.note_read(session, (row for row, _ in batch), run.desk.now())
        run.add(pushes=len(batch))
        run.pause_point()
