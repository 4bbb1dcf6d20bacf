"""``nongsan recall``: opening, closing and drilling a recall."""

import time

import click

from trace.commands.lot import named
from trace.commands.terminal import actor_for, as_account, as_json, now, opened, say
from trace.db import reading, transaction
from trace.services import recalling
from trace.services.intake import read


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
@as_account
@as_json
def drill(lot_name: str, login: str | None, *, as_json: bool) -> None:
    """Find everything a recall of a lot would touch, and say how long it took; nothing is changed."""
    with opened(), reading() as session:
        began = time.perf_counter()
        lot, _org = named(session, lot_name)
        reach = recalling.reach_of(session, actor_for(session, login), lot.public_id)
        seconds = time.perf_counter() - began
    values = {
        "lots": [one.code for one in reach.lots],
        "weight_g": reach.weight_g,
        "stamps": reach.stamps,
        "listings": reach.listings,
        "seconds": round(seconds, 3),
    }
    line = f"{len(reach.lots)} lots, {reach.stamps} stamps, {reach.listings} listings in {seconds:.3f} s"
    say(values, as_json=as_json, lines=[f"DRILL, nothing was changed: {line}"])
