"""Giving lots to the sold pieces that still wait for one."""

from trace.db import reading
from trace.jobs.shop_run import ShopRun
from trace.records.shop import Shop
from trace.services import allocating
from trace.services.lot_states import lock_org


def give_lots(run: ShopRun) -> None:
    """Serve what waits: a lot may have been busy, or its goods freed, since the orders were written."""
    with reading() as session:
        org_id = session.get_one(Shop, run.shop_id).org_id
        products = allocating.waiting_products(session, org_id)
    if products:
        with run.writing() as session:
            lock_org(session, org_id)
            run.add(allocated=allocating.fill(session, products, run.desk.now()))
