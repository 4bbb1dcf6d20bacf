"""``nongsan stats``: figures on the terminal, their export, and the recount."""

import csv
import sys
from datetime import date, timedelta
from typing import Any

import click

from trace.commands.stats_closing import close, closed
from trace.commands.terminal import actor_for, as_account, as_json, language, now, opened, say
from trace.db import reading, transaction
from trace.services.exchange_rates import settle
from trace.services.figures.answering import Answer, answer
from trace.services.figures.asking import Ask, Dimension
from trace.services.figures.catalogue import BY_NAME
from trace.services.figures.words import part_name, plain, said
from trace.services.recounting import differences, mend, tell
from trace.services.statistics import Answer as SalesAnswer
from trace.services.statistics import Dimension as SalesDimension
from trace.services.statistics import Question, sales
from trace.services.sums import Found
from trace.standards.local_time import local_day
from trace.texts.catalogs import shown, t
from trace.texts.formats import money, number

FIGURES = ("orders", "transactions", "quantity", "revenue_vnd", "weight_g", "unpriced")
PARTS = ("value", "top", "bottom")
period = [
    click.option("--since", metavar="YYYY-MM-DD", help="First day (default: 90 days back)."),
    click.option("--until", metavar="YYYY-MM-DD", help="Last day (default: today)."),
]


@click.group()
def stats() -> None:
    """Figures on the terminal, their export, the recount, and closed months."""


stats.add_command(close)
stats.add_command(closed)


def with_period(command: Any) -> Any:
    """Add the options of a period."""
    for option in reversed(period):
        command = option(command)
    return command


SALES = "sales"
cut = click.option(
    "--by", type=click.Choice([one.value for one in Dimension]), help="A row for each of these."
)


@stats.command()
@click.argument("indicator", nargs=-1, required=True)
@cut
@with_period
@as_account
@as_json
def show(
    indicator: tuple[str, ...],
    by: str | None,
    since: str | None,
    until: str | None,
    login: str | None,
    *,
    as_json: bool,
) -> None:
    """Show figures: sales, or indicators by name (or "all"); docs/figures.md lists them."""
    ask = Ask(*_days(since, until), Dimension(by) if by else None, at=now())
    wanted = [name for name in _known(indicator) if "all" not in indicator or _knows(name, ask)]
    with opened(), reading() as session:
        actor = actor_for(session, login)
        answers = [answer(session, actor, BY_NAME[name], ask) for name in wanted if name != SALES]
        total = sales(session, actor, Question(ask.since, ask.until)).total if SALES in wanted else None
    values: dict[str, Any] = {"since": ask.since, "until": ask.until}
    values |= {one.measure.name: _told(one) for one in answers}
    lines = [line for one in answers for line in _lines(one)]
    if total:
        values[SALES] = {name: getattr(total, name) for name in FIGURES}
        lines.append(
            f"{t(language(), 'sales.orders')}: {number(language(), total.orders)}; "
            f"{t(language(), 'sales.transactions')}: {number(language(), total.transactions)}; "
            f"{money(language(), total.revenue_vnd)}"
        )
    say(values, as_json=as_json, lines=lines)


@stats.command()
@click.option("--of", "name", default=SALES, show_default=True, help="An indicator's name, or sales.")
@cut
@click.option(
    "--out", type=click.File("w", encoding="utf-8"), default="-", help="File (default: the terminal)."
)
@with_period
@as_account
@as_json
def export(
    name: str,
    by: str | None,
    out: Any,
    since: str | None,
    until: str | None,
    login: str | None,
    *,
    as_json: bool,
) -> None:
    """Write the sales table, or one indicator's, as CSV (or JSON)."""
    first, last = _days(since, until)
    _known((name,))
    with opened(), reading() as session:
        actor = actor_for(session, login)
        if name == SALES:
            columns, rows = list(FIGURES), _rows(sales(session, actor, Question(first, last, _sold_by(by))))
        else:
            ask = Ask(first, last, Dimension(by) if by else Dimension.DAY, at=now())
            columns, rows = list(PARTS), _parts(answer(session, actor, BY_NAME[name], ask))
    if as_json:
        say(rows, as_json=True)
        return
    writer = csv.DictWriter(out or sys.stdout, ["key", "name", *columns])
    writer.writeheader()
    writer.writerows(rows)


def _known(names: tuple[str, ...]) -> list[str]:
    """The figures that were named, in the catalogue's order."""
    known = [*BY_NAME, SALES]
    unknown = set(names) - {*known, "all"}
    if unknown:
        raise click.UsageError(f"unknown: {', '.join(sorted(unknown))}; known: all, {', '.join(known)}")
    return known if "all" in names else [name for name in known if name in names]


def _knows(name: str, ask: Ask) -> bool:
    """Whether a figure can be cut as asked: of all of them, those that can are shown."""
    return name == SALES or ask.dimensions <= BY_NAME[name].dimensions


def _sold_by(by: str | None) -> SalesDimension:
    if by not in {None, *SalesDimension}:
        raise click.UsageError(f"sales are not cut by {by}: one of {', '.join(SalesDimension)}")
    return SalesDimension(by or SalesDimension.DAY)


def _told(found: Answer) -> Any:
    """What a program reads: the number, or a list of parts; null where nothing is recorded."""
    return _parts(found) if found.ask.by else plain(found.measure, found.whole.value)


def _parts(found: Answer) -> list[dict[str, Any]]:
    return [
        {"key": part.key, "name": part.name, "value": plain(found.measure, part.value)}
        | {"top": part.top, "bottom": part.bottom}
        for part in found.parts
    ]


def _lines(found: Answer) -> list[str]:
    measure, lang = found.measure, language()
    lines = [f"{t(lang, f'measure.{measure.name}')}: {said(lang, measure, found.whole.value)}"]
    if found.ask.by is None:
        return lines
    named = ((part_name(lang, found.ask.by, part.key, part.name), part.value) for part in found.parts)
    return lines + [f"  {shown(lang, name)}: {said(lang, measure, value)}" for name, value in named]


@stats.command()
@click.option("--check", is_flag=True, help="Only compare; exit status 1 when a figure differs.")
@as_json
def rebuild(*, check: bool, as_json: bool) -> None:
    """Recount every sum by day and month from its rows, and orders from the rates of their days."""
    with opened():
        with transaction() as session:
            mispriced = settle(session, check=check)
        with reading() as session:
            found = differences(session)
        for place in () if check else found.places:
            with transaction() as session:
                mend(session, place)
        with transaction() as session:
            tell(session, found if check else Found(), now())
    lines = [f"{mispriced} orders had another rate than their day's"] if mispriced else []
    named, more = found.named, found.count - len(found.named)
    lines += [f"{one.table} {one.key} {one.day}: stored {one.stored}, rows say {one.facts}" for one in named]
    lines += [f"and {more} more"] if more else []
    say([vars(one) for one in named], as_json=as_json, lines=lines or ["0 differences"])
    if check and (found.count or mispriced):
        sys.exit(1)


def _rows(found: SalesAnswer) -> list[dict[str, Any]]:
    return [
        {"key": row.key, "name": row.name, **{name: getattr(row.figures, name) for name in FIGURES}}
        for row in found.rows
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
