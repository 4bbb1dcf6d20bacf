"""``nongsan sync``: reading orders and sending listings now, or rehearsing it, and how the shops do."""

import dataclasses
import logging
import sys
from typing import Any

import click

from marketplaces.interface import MarketplaceError
from trace.commands.terminal import actor_for, as_account, as_json, language, now, opened, say
from trace.db import reading, transaction
from trace.jobs import work
from trace.jobs.desk import Desk
from trace.jobs.rehearse import Rehearsed, rehearse
from trace.logbook import start_logging
from trace.records.job import Job, JobState
from trace.records.shop import Shop, ShopState
from trace.services import shops
from trace.services.admission import Act
from trace.services.sync_health import ShopHealth, sync_health
from trace.texts.catalogs import t
from trace.texts.formats import moment

LOOK_EVERY_S = 0.5
MOST_WAIT_S = 600.0


@click.group()
def sync() -> None:
    """Orders and listings: synchronise now, rehearse, and how the shops do."""


@sync.command()
@click.option("--shop", "said", metavar="SHOP", help="marketplace/number; default: every connected shop.")
@click.option("--dry-run", is_flag=True, help="Read and compare only: nothing is written or sent.")
@as_account
@as_json
def run(said: str | None, login: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Synchronise now; exit status 1 when a shop failed."""
    start_logging(level=logging.WARNING)
    with opened() as settings:
        desk = work.new_desk(settings)
        chosen = _chosen(said, login)
        if dry_run:
            _rehearse(desk, chosen, as_json=as_json)
            return
        told = [_sync(desk, shop) for shop in chosen]
    say(told, as_json=as_json, lines=[_line(one) for one in told])
    if any(one["state"] != JobState.DONE for one in told):
        sys.exit(1)


def _chosen(said: str | None, login: str | None) -> list[Shop]:
    with reading() as session:
        actor = actor_for(session, login)
        if said is not None:
            return [shops.find_shop(session, actor, Act.VIEW_SHOP, said)]
        return [shop for shop in shops.list_shops(session, actor) if shop.state == ShopState.CONNECTED]


def _sync(desk: Desk, shop: Shop) -> dict[str, Any]:
    """Queue the shop's job and do it here, unless a worker is at it: then wait for that one."""
    with transaction() as session:
        row = session.get_one(Shop, shop.id)
        row.paused_until = None
        number = shops.queue_sync(session, row, desk.now())
    waited = 0.0
    while True:
        work.run_one(desk, number)
        with reading() as session:
            job = session.get_one(Job, number)
        if job.state not in {JobState.PENDING, JobState.RUNNING} or job.error or waited > MOST_WAIT_S:
            return {
                "shop": shops.address(shop),
                "state": job.state,
                "error": job.error,
                "stats": job.figures,
            }
        desk.sleep(LOOK_EVERY_S)
        waited += LOOK_EVERY_S


def _line(told: dict[str, Any]) -> str:
    stats = ", ".join(f"{name} {value}" for name, value in told["stats"].items() if isinstance(value, int))
    return f"{told['shop']}: {told['state']} {told['error'] or stats}"


def _rehearse(desk: Desk, chosen: list[Shop], *, as_json: bool) -> None:
    told: list[Rehearsed] = []
    for shop in chosen:
        try:
            told.append(rehearse(desk, shop))
        except MarketplaceError as error:
            raise click.ClickException(f"{shops.address(shop)}: {error.kind}: {error}") from None
    lines = [line for one in told for line in _rehearsed_lines(one)]
    say([dataclasses.asdict(one) for one in told], as_json=as_json, lines=lines)


def _rehearsed_lines(told: Rehearsed) -> list[str]:
    lang = language()
    figures = {"shop": told.shop, "new": told.new, "changed": told.changed, "unchanged": told.unchanged}
    lines = [t(lang, "sync.rehearsed", **figures, failed=told.failed, offers=len(told.offers))]
    lines += [f"  {one['order']}: {one['was'] or '-'} -> {one['status']}" for one in told.orders[:50]]
    return lines + [f"  {call}" for call in told.held_calls]


@sync.command()
@as_account
@as_json
def status(login: str | None, *, as_json: bool) -> None:
    """How each shop does: last success, lag, next run, what to look at."""
    with opened(), reading() as session:
        health = sync_health(session, actor_for(session, login), now())
    values = [{**dataclasses.asdict(shop), "to_look_at": shop.to_look_at} for shop in health.shops]
    say(values, as_json=as_json, lines=[_health_line(shop) for shop in health.shops])


def _health_line(shop: ShopHealth) -> str:
    lang = language()
    success, following = (moment(lang, at) if at else "-" for at in (shop.last_success_at, shop.next_run_at))
    key = "shop.health" if shop.last_success_at else "shop.health.new"
    pulse = t(lang, f"sync.pulse.{shop.pulse}")
    told = t(lang, key, time=success, minutes=shop.lag_minutes, time2=following, n=shop.to_look_at)
    return f"{shop.marketplace} {shop.name}: {pulse}. {told}"
