"""``nongsan check``: whether what must hold does hold, in the rows as they lie. To be run after any fault."""

import sys
from dataclasses import asdict
from typing import Any

import click

from trace.commands.audit import seal_places
from trace.commands.terminal import as_json, language, now, opened, say
from trace.db import reading
from trace.services.checking.broken import Outside
from trace.services.checking.promises import Kept, looked
from trace.texts.catalogs import t


@click.command()
@as_json
def check(*, as_json: bool) -> None:
    """Look whether serials, books, sums, log and the database itself hold; name each fault. It changes
    nothing and may run beside everything else. Exit status 1 when something does not hold.
    """
    kept: list[Kept] = []
    with opened() as settings, reading() as session:
        outside = Outside(settings.marks, seal_places(settings), now())
        for one in looked(session, outside):
            kept.append(one)
            if not as_json:
                click.echo("\n".join(_lines(one)))
    faults = sum(one.count for one in kept)
    values: dict[str, Any] = {"ok": not faults, "promises": [asdict(one) for one in kept]}
    say(values, as_json=as_json, lines=[t(language(), "check.said", n=faults)])
    if faults:
        sys.exit(1)


def _lines(one: Kept) -> list[str]:
    title = t(language(), f"check.{one.name}")
    if not one.count:
        return [t(language(), "check.holds", title=title)]
    named = [f"  {broken.where}: {broken.what}" for broken in one.named]
    more = one.count - len(named)
    rest = [f"  {t(language(), 'check.more', n=more)}"] if more else []
    return [t(language(), "check.broken", title=title, n=one.count), *named, *rest]
