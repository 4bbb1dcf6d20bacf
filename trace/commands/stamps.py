"""``nongsan stamps``: issue blocks, activate and withdraw ranges, list codes, open a code."""

import secrets
import sys
from typing import Any

import click
from sqlmodel import Session

from trace.commands.terminal import actor_for, as_account, as_json, now, opened, say
from trace.crashpoint import crashpoint
from trace.db import reading, transaction
from trace.records.stamp import StampBlock
from trace.services import (
    stamp_activating,
    stamp_ledgers,
    stamp_lookup,
    stamp_opening,
    stamp_printing,
    stamp_voiding,
    stamping,
)
from trace.services.admission import Actor
from trace.services.stamp_marks import Places
from trace.services.stamp_ranges import read_serial, serial_text
from trace.services.stamping import BlockOrder
from trace.settings import Settings
from trace.standards import stamp_code
from trace.standards.fault import Fault

STATES = {
    stamp_ledgers.Standing.STOCK: "NOT_ACTIVATED",
    stamp_ledgers.Standing.USED: "ACTIVATED",
    stamp_ledgers.Standing.VOID: "VOIDED",
}
SERIAL = "a serial, as 481 or 000.481, or the code on the stamp"


def new_request_id() -> str:
    """A request of this command line, made once."""
    return f"cli-{secrets.token_hex(12)}"


def places(settings: Settings) -> Places:
    """Where this instance keeps keys and marks."""
    return Places(settings.key_folder, settings.marks)


request_id = click.option(
    "--request-id",
    metavar="ID",
    default=new_request_id,
    help="The same id again does nothing twice (default: a new one).",
)


@click.group()
def stamps() -> None:
    """Stamps: issue, activate, withdraw, list codes, open a code."""


@stamps.command()
@click.option("--count", type=click.IntRange(1, stamping.MAX_COUNT), required=True, help="How many stamps.")
@click.option("--lot", metavar="LOT", help="Code or public id of a released lot: active at once.")
@click.option("--product", metavar="PRODUCT", help="Public id of the product a roll is for.")
@click.option("--org", metavar="ORG", help="Public id, tax code or name (default: the only cooperative).")
@click.option("--design", default="standard", show_default=True, help="Design of the stamp.")
@click.option(
    "--request-id", metavar="ID", required=True, help="The same id again gives the same block again."
)
@as_account
@as_json
def issue(
    count: int,
    lot: str | None,
    product: str | None,
    org: str | None,
    design: str,
    request_id: str,
    login: str | None,
    *,
    as_json: bool,
) -> None:
    """Issue a block of new stamps."""
    with opened() as settings, transaction() as session:
        actor, lot_id = _issuer(session, login, org, lot)
        order = BlockOrder(count, request_id, product, lot_id, design)
        block = stamping.issue_block(session, actor, order, places(settings), now())
    crashpoint("after commit")
    values = {"block": block.public_id, "key_id": block.kid, "first": block.first, "count": block.count}
    line = f"{block.public_id}: {block.count} stamps, {serial_text(block.first)} to {serial_text(block.last)}"
    say(values, as_json=as_json, lines=[line])


def _issuer(
    session: Session, login: str | None, org: str | None, lot: str | None
) -> tuple[Actor, str | None]:
    owner = stamp_lookup.org_named(session, org) if org or not (lot or login) else None
    found = stamp_lookup.lot_named(session, lot, owner) if lot else None
    if owner is None and found is not None:
        owner = stamp_lookup.owner_of_lot(session, found)
    return actor_for(session, login, owner), found.public_id if found else None


def _actor(session: Session, login: str | None, block: str) -> Actor:
    """The account named, or the machine's owner in the place of the block's."""
    return actor_for(session, login, stamp_lookup.owner_of_block(session, block))


@stamps.command()
@click.argument("block")
@click.argument("first", metavar="FROM")
@click.argument("last", metavar="TO")
@click.option("--lot", metavar="LOT", required=True, help="Code or public id of a released lot.")
@request_id
@as_account
@as_json
def activate(
    block: str, first: str, last: str, lot: str, request_id: str, login: str | None, *, as_json: bool
) -> None:
    """Make serials FROM to TO of BLOCK the stamps of a lot."""
    with opened(), transaction() as session:
        actor = _actor(session, login, block)
        found = stamp_lookup.lot_named(session, lot, stamp_lookup.owner_of_block(session, block))
        made = stamp_activating.activate(
            session,
            actor,
            block,
            _serial(session, first),
            _serial(session, last),
            found.public_id,
            request_id,
            now(),
        )
    count = made.last - made.first + 1
    values = {"block": block, "first": made.first, "last": made.last, "count": count, "lot": found.code}
    say(values, as_json=as_json, lines=[f"{count} stamps are active for lot {found.code}."])


@stamps.command()
@click.argument("block")
@click.argument("first", metavar="FROM")
@click.argument("last", metavar="TO")
@click.option("--reason", required=True, help="misprint, torn, wrong, lost, stolen, or your own words.")
@request_id
@as_account
@as_json
def void(
    block: str, first: str, last: str, reason: str, request_id: str, login: str | None, *, as_json: bool
) -> None:
    """Withdraw serials FROM to TO of BLOCK for good."""
    with opened(), transaction() as session:
        actor = _actor(session, login, block)
        serials = (_serial(session, first), _serial(session, last))
        row = stamp_voiding.void_range(session, actor, block, *serials, reason, request_id, now())
    count = row.last - row.first + 1
    values = {"block": block, "first": row.first, "last": row.last, "count": count, "reason": row.reason}
    say(values, as_json=as_json, lines=[f"{count} stamps are void."])


def _serial(session: Session, said: str) -> int:
    if len(stamp_code.compact(said).replace(".", "")) < stamp_code.LENGTH:
        return read_serial(said)
    found = stamp_opening.open_typed(session, said)
    if found is None:
        raise click.BadParameter(f"expected {SERIAL}")
    return found.serial


@stamps.command()
@click.argument("block")
@as_account
def codes(block: str, login: str | None) -> None:
    """All codes of BLOCK in clear, one a line; that they were asked for is logged."""
    with opened():
        with transaction() as session:
            actor = _actor(session, login, block)
            row, key = stamp_printing.hand_out_codes(session, actor, block, now())
        for chunk in stamp_printing.code_chunks(key, row):
            sys.stdout.buffer.write(stamp_printing.as_lines(chunk))


@stamps.command()
@click.argument("code", nargs=-1, required=True)
@as_json
def verify(code: tuple[str, ...], *, as_json: bool) -> None:
    """Open codes: block, serial, owner and standing, or what is wrong with them."""
    with opened(), reading() as session:
        answers = [_verified(session, one) for one in code]
    lines = [" ".join(str(value) for value in answer.values()) for answer in answers]
    say(answers, as_json=as_json, lines=lines)


def _verified(session: Session, code: str) -> dict[str, Any]:
    try:
        found = stamp_opening.open_typed(session, code)
    except Fault as fault:
        state = "TYPO" if isinstance(fault, stamp_code.Typo) else "MALFORMED"
        return {"code": code, "state": state}
    said: dict[str, Any] = {"code": stamp_code.compact(code)}
    if found is None or found.block is None:
        return {**said, "state": "NOT_FOUND"}
    owner = stamp_lookup.owner_of_block(session, found.block.public_id)
    state = STATES[stamp_ledgers.standing_of(session, found.block, found.serial)]
    said |= {"state": state, "block": found.block.public_id, "serial": found.serial}
    return {**said, "owner": owner.name if owner else None}


@stamps.command("list")
@click.option("--org", metavar="ORG", help="Only blocks of this organisation.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="How many.")
@as_account
@as_json
def list_(org: str | None, limit: int, login: str | None, *, as_json: bool) -> None:
    """Blocks, newest first, with their ledgers."""
    with opened(), reading() as session:
        owner = stamp_lookup.org_named(session, org) if org else None
        found = stamp_ledgers.list_blocks(session, actor_for(session, login, owner), limit)
    values = [_line(one) for one in found]
    say(values, as_json=as_json, lines=[_shown(one.block, one.ledger) for one in found])


@stamps.command()
@click.argument("block")
@as_account
@as_json
def show(block: str, login: str | None, *, as_json: bool) -> None:
    """One block: its ledger and its intervals."""
    with opened(), reading() as session:
        page = stamp_ledgers.look_at(session, _actor(session, login, block), block)
    intervals = [
        {"first": s.serials.first, "last": s.serials.last, "standing": s.standing.value, "lot": s.lot}
        for s in page.segments
    ]
    lines = [
        f"{one['first']:>12} {one['last']:>12}  {one['standing']}  {one['lot'] or ''}" for one in intervals
    ]
    values = {**_line(page), "intervals": intervals}
    say(values, as_json=as_json, lines=[_shown(page.block, page.ledger), *lines])


def _line(line: stamp_ledgers.BlockLine) -> dict[str, Any]:
    block, counts = line.block, line.ledger
    return {
        "block": block.public_id,
        "key_id": block.kid,
        "first": block.first,
        "count": block.count,
        "state": block.state,
        "lot": line.lot,
        "used": counts.used,
        "spoiled": counts.spoiled,
        "void": counts.void,
        "stock": counts.stock,
    }


def _shown(block: StampBlock, counts: stamp_ledgers.Ledger) -> str:
    figures = f"{counts.used} used, {counts.spoiled} spoiled, {counts.void} void, {counts.stock} in stock"
    return (
        f"{block.public_id}  {serial_text(block.first)}–{serial_text(block.last)}  {block.state}: {figures}"
    )
