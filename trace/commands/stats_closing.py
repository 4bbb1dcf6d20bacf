"""``nongsan stats close`` and ``closed``: months closed once, and what they have told since."""

import sys
from typing import Any

import click

from trace.commands.terminal import actor_for, as_account, as_json, language, now, opened, say
from trace.db import reading, transaction
from trace.records.month_closing import MonthClosing
from trace.services.figures.words import plain, said
from trace.services.month_closing import freezing, kept, proving, revising, showing
from trace.services.month_closing.showing import Line
from trace.texts.catalogs import t


@click.command()
@click.argument("month")
@as_account
@as_json
def close(month: str, login: str | None, *, as_json: bool) -> None:
    """Close a month (2026-06): keep its figures and their rows; a closed month stays as it is."""
    with opened() as settings:
        with reading() as session:
            actor, found = actor_for(session, login), kept.closing_of(session, month)
            least = settings.open_data_least
            made = freezing.draft(session, actor, month, now(), least) if found is None else None
        is_first = False
        if made is not None:
            with transaction() as session:
                found, is_first = freezing.keep(session, actor, made)
    assert found is not None
    told = "closed" if is_first else "was closed before; nothing was changed"
    values = {"month": month, "closed_at": found.closed_at, "is_new": is_first}
    say(values, as_json=as_json, lines=[f"{month}: {told} ({found.closed_at.isoformat()})"])


@click.command()
@click.argument("month")
@click.option(
    "--check", is_flag=True, help="Make every figure again from its kept rows; status 1 on a fault."
)
@click.option("--revise", is_flag=True, help="Compare with today's rows now and note what differs.")
@as_account
@as_json
def closed(month: str, login: str | None, *, check: bool, revise: bool, as_json: bool) -> None:
    """Show a closed month: every figure as closed and as of today, and how often it was revised."""
    with opened():
        with reading() as session:
            actor = actor_for(session, login)
            closing = showing.closing(session, actor, month)
        if revise:
            _revise(actor, closing)
        with reading() as session:
            lines = showing.lines(session, actor, closing, now())
            faults = list(proving.faults(session, closing)) if check else []
    values: dict[str, Any] = {"month": month, "closed_at": closing.closed_at}
    values |= {"figures": {line.measure.name: _told(line) for line in lines}}
    values |= {"faults": [vars(one) for one in faults]} if check else {}
    shown = [f"{one.measure}: {one.frozen}, kept rows make {one.made}" for one in faults]
    say(values, as_json=as_json, lines=[*map(_line, lines), *shown])
    if faults:
        sys.exit(1)


def _revise(actor: Any, closing: MonthClosing) -> None:
    at = now()
    with reading() as session:
        found = revising.find(session, actor, closing)
    with transaction() as session:
        revising.note(session, closing, found, at)


def _told(line: Line) -> dict[str, Any]:
    return {
        "closed": plain(line.measure, line.value),
        "today": plain(line.measure, line.today),
        "version": line.frozen.version,
        "is_of_today": line.is_of_today,
        "revisions": len(line.revisions),
    }


def _line(line: Line) -> str:
    lang, one = language(), line.measure
    both = f"{said(lang, one, line.value)} | {said(lang, one, line.today)}"
    return f"{t(lang, f'measure.{one.name}')}: {both} | {len(line.revisions)}"
