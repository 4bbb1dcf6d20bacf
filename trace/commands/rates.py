"""``nongsan rates``: exchange rates by which orders in other currencies get their đồng."""

from pathlib import Path

import click

from trace.commands.terminal import actor_for, as_account, as_json, now, opened, say
from trace.db import reading, transaction
from trace.services import exchange_rates
from trace.services.rate_input import RateIn, read_file, read_rate
from trace.standards.local_time import local_day

FIELDS = ("currency", "day", "last_day", "source")
sure = click.option("--sure", "is_sure", is_flag=True, help="Enter a rate far from the one entered last.")


@click.group()
def rates() -> None:
    """Exchange rates, each with its day and source."""


@rates.command("list")
@as_account
@as_json
def list_rates(login: str | None, *, as_json: bool) -> None:
    """Show every rate, the newest day first."""
    with opened(), reading() as session:
        found = exchange_rates.all_rates(session, actor_for(session, login))
    values = [{**{name: getattr(one, name) for name in FIELDS}, "dong": f"{one.dong:f}"} for one in found]
    lines = [f"{one.day} {one.currency} {one.dong:f} ({one.source}), until {one.last_day}" for one in found]
    say(values, as_json=as_json, lines=lines or ["no rates"])


@rates.command()
@click.argument("currency")
@click.argument("day")
@click.argument("dong")
@click.option("--source", required=True, help="Who says so, such as a bank and its kind of rate.")
@sure
@as_account
@as_json
def add(
    currency: str, day: str, dong: str, source: str, login: str | None, *, is_sure: bool, as_json: bool
) -> None:
    """Enter the đồng for one unit of CURRENCY on DAY; orders that waited get their revenue."""
    typed = {"currency": currency, "day": day, "dong": dong, "source": source}
    _enter([read_rate(typed, local_day(now()))], login, is_sure=is_sure, as_json=as_json)


@rates.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@sure
@as_account
@as_json
def import_rates(file: Path, login: str | None, *, is_sure: bool, as_json: bool) -> None:
    """Enter the rates of a CSV file with the columns currency,day,dong,source; all of them or none."""
    given = read_file(file.read_text(encoding="utf-8"), local_day(now()))
    _enter(given, login, is_sure=is_sure, as_json=as_json)


def _enter(given: list[RateIn], login: str | None, *, is_sure: bool, as_json: bool) -> None:
    with opened() as settings, transaction() as session:
        actor = actor_for(session, login)
        days = settings.rate_days
        new, reached = exchange_rates.declare(session, actor, given, days, now(), is_sure=is_sure)
    line = f"{new} rates entered, {len(given) - new} were there; {reached} orders were counted anew"
    say({"new": new, "orders": reached}, as_json=as_json, lines=[line])
