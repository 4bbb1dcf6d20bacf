"""``nongsan stats``: figures on the terminal, their export, and the recount."""

import csv
import sys
from datetime import date, timedelta
from typing import Any

import click

from trace.commands.terminal import actor_for, as_account, as_json, language, now, opened, say
from trace.db import reading, transaction
from trace.services.exchange_rates import settle
from trace.services.indicators import NAMES, indicators
from trace.services.order_figures import recount
from trace.services.statistics import Answer, Dimension, Question, sales
from trace.standards.local_time import local_day
from trace.texts.catalogs import t
from trace.texts.formats import money, number

FIGURES = ("orders", "transactions", "quantity", "revenue_vnd", "weight_g", "unpriced")
period = [
    click.option("--since", metavar="YYYY-MM-DD", help="First day (default: 90 days back)."),
    click.option("--until", metavar="YYYY-MM-DD", help="Last day (default: today)."),
]


@click.group()
def stats() -> None:
    """Figures on the terminal, their export, and the recount."""


def with_period(command: Any) -> Any:
    """Add the options of a period."""
    for option in reversed(period):
        command = option(command)
    return command


@stats.command()
@click.argument("indicator", nargs=-1, required=True)
@with_period
@as_account
@as_json
def show(
    indicator: tuple[str, ...], since: str | None, until: str | None, login: str | None, *, as_json: bool
) -> None:
    """Show figures: sales, or a count of Decision 1034 by name (or "all")."""
    first, last = _days(since, until)
    wanted = set(NAMES) | {"sales"} if "all" in indicator else set(indicator)
    unknown = wanted - set(NAMES) - {"sales"}
    if unknown:
        raise click.UsageError(
            f"unknown: {', '.join(sorted(unknown))}; known: all, sales, {', '.join(NAMES)}"
        )
    with opened(), reading() as session:
        actor = actor_for(session, login)
        counts = {
            one.name: one.today for one in indicators(session, actor, first, last) if one.name in wanted
        }
        total = sales(session, actor, Question(first, last)).total if "sales" in wanted else None
    values: dict[str, Any] = {"since": first, "until": last, **counts}
    lines = [f"{t(language(), f'count.{name}')}: {number(language(), n)}" for name, n in counts.items()]
    if total:
        values["sales"] = {name: getattr(total, name) for name in FIGURES}
        lines.append(
            f"{t(language(), 'sales.orders')}: {number(language(), total.orders)}; "
            f"{t(language(), 'sales.transactions')}: {number(language(), total.transactions)}; "
            f"{money(language(), total.revenue_vnd)}"
        )
    say(values, as_json=as_json, lines=lines)


@stats.command()
@click.option("--by", type=click.Choice([one.value for one in Dimension]), default="day", show_default=True)
@click.option(
    "--out", type=click.File("w", encoding="utf-8"), default="-", help="File (default: the terminal)."
)
@with_period
@as_account
@as_json
def export(
    by: str, out: Any, since: str | None, until: str | None, login: str | None, *, as_json: bool
) -> None:
    """Write the sales table as CSV (or JSON)."""
    first, last = _days(since, until)
    with opened(), reading() as session:
        answer = sales(session, actor_for(session, login), Question(first, last, Dimension(by)))
    if as_json:
        say(_rows(answer), as_json=True)
        return
    writer = csv.DictWriter(out or sys.stdout, ["key", "name", *FIGURES])
    writer.writeheader()
    writer.writerows(_rows(answer))


@stats.command()
@click.option("--check", is_flag=True, help="Only compare; exit status 1 when a figure differs.")
@as_json
def rebuild(*, check: bool, as_json: bool) -> None:
    """Recount every day figure from its order lines, and those from the rates of their days."""
    with opened(), transaction() as session:
        mispriced = settle(session, check=check)
        found = recount(session, check=check)
    lines = [f"{mispriced} orders had another rate than their day's"] if mispriced else []
    lines += [f"{one.table} {one.key} {one.day}: stored {one.stored}, rows say {one.facts}" for one in found]
    say([vars(one) for one in found], as_json=as_json, lines=lines or ["0 differences"])
    if check and (found or mispriced):
        sys.exit(1)


def _rows(answer: Answer) -> list[dict[str, Any]]:
    return [
        {"key": row.key, "name": row.name, **{name: getattr(row.figures, name) for name in FIGURES}}
        for row in answer.rows
    ]


def _days(since: str | None, until: str | None) -> tuple[date, date]:
    try:
        last = date.fromisoformat(until) if until else local_day(now())
        first = date.fromisoformat(since) if since else last - timedelta(days=89)
    except ValueError as wrong:
        raise click.UsageError(f"a day is written 2026-06-30: {wrong}") from None
    if first > last:
        raise click.UsageError(f"--since {first} comes after --until {last}")
    return first, last
