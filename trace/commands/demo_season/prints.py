"""The newest stamps of the cooperatives that people sign in to, ordered at the print desk: drawn at start."""

from datetime import datetime
from functools import partial

from sqlmodel import Session

from trace.commands.demo_season.accounts import ACCOUNTS
from trace.commands.demo_season.cast import Cast, Stamped
from trace.services.print_jobs import PrintOrder, plan_print
from trace.services.print_quota import Quota
from trace.services.print_runs import order_print
from trace.settings import Settings

START_CELL = 8


def plan_prints(cast: Cast, settings: Settings) -> None:
    """One print each, at the very end of the season."""
    signed_in = {plan.coop for plan in ACCOUNTS}
    for code in sorted(signed_in & set(cast.coops)):
        mine = [one for one in cast.stamped if one.coop is cast.coops[code]]
        if mine:
            newest = max(mine, key=lambda one: one.batch.day)
            cast.agenda.add(cast.days.now, partial(_order, newest, settings))


def _order(stamped: Stamped, settings: Settings, session: Session, now: datetime) -> None:
    actor, order = stamped.coop.manager, PrintOrder(stamped.block, start_cell=START_CELL)
    plan = plan_print(session, actor, order, settings.public_url, now)
    quota = Quota(settings.prints_open, settings.prints_a_day)
    order_print(session, actor, plan, f"mau-in-{stamped.block}", quota, now)
