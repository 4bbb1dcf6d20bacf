"""``nongsan recall``: opening, closing and drilling a recall."""

import time
from typing import Any

import click

from trace.commands.lot_lines import named
from trace.commands.terminal import actor_for, as_account, as_json, language, now, opened, say
from trace.db import reading, transaction
from trace.records.recall import RecallDrill
from trace.services import drilling, recalling
from trace.services.intake import read
from trace.web.recall_tables import how


@click.group()
def recall() -> None:
    """Recalls: open, close (two people), drill."""


@recall.command("open")
@click.argument("lot_name")
@click.option("--reason", required=True, help="What the public reads; short, only what is known.")
@click.option("--reason-en", default="", help="The reason in English.")
@click.option("--phone", required=True, help="The telephone the public calls.")
@as_account
@as_json
def open_recall(
    lot_name: str, reason: str, reason_en: str, phone: str, login: str | None, *, as_json: bool
) -> None:
    """Recall a lot and everything made from it, at once."""
    given = read(recalling.RecallIn, {"reason": reason, "reason_en": reason_en, "phone": phone})
    with opened(), transaction() as session:
        lot, _org = named(session, lot_name)
        opened_now = recalling.open_recall(session, actor_for(session, login), lot.public_id, given, now())
        _recall, lots = recalling.recall_numbered(session, actor_for(session, login), opened_now.number)
    values = {"number": opened_now.number, "lots": [one.code for one in lots]}
    say(values, as_json=as_json, lines=[f"{opened_now.number}: {', '.join(values['lots'])}"])


@recall.command()
@click.argument("number")
@as_account
@as_json
def close(number: str, login: str | None, *, as_json: bool) -> None:
    """Confirm that a recall may end: the first person proposes, a second one (another --as) closes."""
    with opened(), transaction() as session:
        actor = actor_for(session, login)
        found, _lots = recalling.recall_numbered(session, actor, number)
        confirm = recalling.propose_close if found.close_proposed_at is None else recalling.close
        done = confirm(session, actor, number, now())
    values = {"number": number, "proposed_at": done.close_proposed_at, "closed_at": done.closed_at}
    state = "closed" if done.closed_at else "waits for a second person"
    say(values, as_json=as_json, lines=[f"{number}: {state}"])


@recall.command()
@click.argument("lot_name")
@click.option("--list", "shown", is_flag=True, help="Also name everybody to be told.")
@as_account
@as_json
def drill(lot_name: str, login: str | None, *, shown: bool, as_json: bool) -> None:
    """Find everything a recall of a lot would touch, and whom to tell; only the drill itself is noted."""
    with opened(), transaction() as session:
        lot, _org = named(session, lot_name)
        actor = actor_for(session, login)
        begun = drilling.begin(session, actor, lot.public_id, now(), time.perf_counter)
        found = drilling.drill_page(session, actor, begun.public_id)
        done = drilling.finish(session, actor, begun.public_id, now())
    line = f"{done.lots} lots, {done.stamps} stamps, {done.listings} listings, {done.contacts} to tell"
    lines = [f"DRILL {done.public_id}, nothing was changed: {line} in {done.searched_ms / 1000:.3f} s"]
    lang = language()
    lines += ["  ".join((one.day.isoformat(), one.via, one.who, one.number, how(one, lang)))
              for one in found.contacts if shown]  # fmt: skip
    say(_drill_values(done, found), as_json=as_json, lines=lines)


def _drill_values(done: RecallDrill, found: drilling.DrillPage) -> dict[str, Any]:
    figures = ("weight_g", "stamps", "listings", "searched_ms", "started_at", "finished_at")
    named_by = ("way", "via", "who", "number", "day", "lots")
    contacts = [{name: getattr(one, name) for name in named_by} for one in found.contacts]
    values = {"drill": done.public_id, "lots": [one.code for one in found.reach.lots], "contacts": contacts}
    return values | {name: getattr(done, name) for name in figures} | {"seconds": done.searched_ms / 1000}


@recall.command()
@as_account
@as_json
def drills(login: str | None, *, as_json: bool) -> None:
    """List drills, the newest first, with their times."""
    with opened(), reading() as session:
        found = drilling.drills(session, actor_for(session, login))
    names = ("public_id", "started_at", "finished_at", "searched_ms", "lots", "stamps", "contacts")
    values = [{name: getattr(one, name) for name in names} | {"lot": lot.code} for one, lot, _who in found]
    lines = [f"{one['public_id']}  {one['lot']}  {one['started_at']:%Y-%m-%d %H:%M}  {one['lots']} lots, "
             f"{one['contacts']} to tell, {one['searched_ms'] / 1000:.3f} s" for one in values]  # fmt: skip
    say(values, as_json=as_json, lines=lines)
