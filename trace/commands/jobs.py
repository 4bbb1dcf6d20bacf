"""``nongsan jobs``: what is queued and was run, and running one by hand; ``nongsan work``: the workers."""

import logging
import signal
import sys
import threading
from types import FrameType
from typing import Any

import click
from sqlmodel import Session

from trace.app import start
from trace.commands.terminal import actor_for, as_account, as_json, now, opened, say
from trace.db import reading, transaction
from trace.jobs import kinds
from trace.jobs import work as working
from trace.logbook import start_logging
from trace.records.job import Job, JobState
from trace.records.shop import Shop
from trace.services import print_queue, schedules, shops
from trace.services.admission import Act, Actor
from trace.services.job_log import last_jobs
from trace.settings import load_settings


@click.group()
def jobs() -> None:
    """Jobs: what is queued and was run, and running one by hand."""


@jobs.command("list")
@click.option("--limit", default=30, show_default=True, help="How many, newest first.")
@as_json
def list_(limit: int, *, as_json: bool) -> None:
    """The last jobs, newest first."""
    with opened(), reading() as session:
        found = last_jobs(session, limit)
    values = [_told(job) for job in found]
    lines = [
        f"{one['id']:>8} {one['kind']:<15} {one['subject']:<8} {one['state']:<8} {one['error']}"
        for one in values
    ]
    say(values, as_json=as_json, lines=lines)


def _told(job: Job) -> dict[str, Any]:
    names = ("id", "kind", "subject", "state", "attempt", "due_at", "started_at", "finished_at", "error")
    return {**{name: getattr(job, name) for name in names}, "stats": job.figures}


@jobs.command()
@click.argument("name", metavar="NAME", type=click.Choice(sorted(kinds.KINDS)))
@click.option("--shop", "said", metavar="SHOP", help="marketplace/number; default: every shop.")
@as_account
@as_json
def run(name: str, said: str | None, login: str | None, *, as_json: bool) -> None:
    """Run one job now, in this process; exit status 1 when it failed."""
    start_logging(level=logging.WARNING)
    with opened() as settings:
        desk = working.new_desk(settings)
        with transaction() as session:
            queued = _queue(session, actor_for(session, login), name, said)
        for number in queued:
            working.run_one(desk, number)
        with reading() as session:
            values = [_told(session.get_one(Job, number)) for number in queued]
    lines = [f"{one['kind']} {one['subject']}: {one['state']} {one['error']}" for one in values]
    say(values, as_json=as_json, lines=lines)
    if any(one["state"] != JobState.DONE for one in values):
        sys.exit(1)


def _queue(session: Session, actor: Actor, name: str, said: str | None) -> list[int]:
    if name == print_queue.KIND:
        return print_queue.waiting_jobs(session)
    if name in kinds.HOUSE_KINDS:
        return [schedules.run_now(session, name, "", now())]
    chosen: list[Shop]
    if said is not None:
        chosen = [shops.find_shop(session, actor, Act.VIEW_SHOP, said)]
    else:
        chosen = list(shops.list_shops(session, actor))
    return [schedules.run_now(session, name, str(shop.id), now(), shop_id=shop.id) for shop in chosen]


@click.command()
@click.option("--threads", default=working.THREADS, show_default=True, help="Jobs at the same time.")
def work(threads: int) -> None:
    """Run clock and workers in this process until SIGTERM; running jobs get 25 seconds."""
    settings = load_settings()
    start_logging()
    start(settings)
    over = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        over.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, stop)
    runner = working.start(settings, threads)
    click.echo("work: ready", err=True)
    over.wait()
    sys.exit(0 if runner.stop() else 1)
