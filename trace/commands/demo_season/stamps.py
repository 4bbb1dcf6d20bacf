"""Stamps: issued for a lot, their codes handed to the printer, some of them looked at by buyers."""

import random
from datetime import datetime, timedelta
from functools import partial

from sqlmodel import Session

from trace.commands.demo_season.cast import Batch, Cast, Coop, Stamped
from trace.commands.demo_season.days import at
from trace.commands.demo_season.goods import Good
from trace.services import scan_notes, scanning, stamp_keys, stamp_printing, stamping
from trace.services.scanning import Reader
from trace.services.stamping import BlockOrder
from trace.standards import stamp_code

SAMPLES_KEPT = 20
"""The first stamps of a lot are for samples; chance scans begin behind them."""
MEAN_HOURS = 90
DEVICES = ("Android; Chrome", "iPhone; Safari", "Android; Zalo", "iPhone; Zalo")


def plan_stamps(cast: Cast, coop: Coop, good: Good, batch: Batch, count: int, hour: int) -> None:
    """A block for exactly this lot, its codes handed to the printer, and buyers who look at some."""
    stamped = Stamped(coop, good.sku, batch, count)
    issued = at(batch.day, hour)
    if not cast.agenda.add(issued, partial(_issue, cast, stamped)):
        return
    cast.stamped.append(stamped)
    cast.agenda.add(issued + timedelta(minutes=10), partial(_hand_out, stamped))
    if count <= SAMPLES_KEPT:
        return
    for _look in range(cast.size.scans):
        place = cast.dice.randrange(SAMPLES_KEPT, count)
        looked = issued + timedelta(hours=16 + cast.dice.expovariate(1 / MEAN_HOURS))
        cast.agenda.add(looked, partial(_scan, stamped, place, reader_of(cast.dice)))


def _issue(cast: Cast, stamped: Stamped, session: Session, now: datetime) -> None:
    coop, lot = stamped.coop, stamped.batch.public_id
    order = BlockOrder(count=stamped.count, request_id=f"mau-tem-{lot}", lot=lot)
    block = stamping.issue_block(session, coop.hand, order, cast.places, now)
    stamped.kid, stamped.first, stamped.block = block.kid, block.first, block.public_id


def _hand_out(stamped: Stamped, session: Session, now: datetime) -> None:
    stamp_printing.hand_out_codes(session, stamped.coop.manager, stamped.block, now)


def reader_of(dice: random.Random, network: bytes = b"") -> Reader:
    """Somebody's telephone, in a network of its own unless one is given."""
    return Reader(
        cookie=dice.randbytes(16),
        is_known=True,
        network=network or dice.randbytes(3),
        user_agent=dice.choice(DEVICES).encode(),
    )


def code_of(session: Session, kid: int, serial: int) -> str:
    """The code of a serial.

    Raises:
        LookupError: the registry has no such key.
    """
    key = stamp_keys.key_for(session, kid)
    if key is None:
        raise LookupError(f"no key {kid}")
    return stamp_code.encode(key, serial)


def _scan(stamped: Stamped, place: int, reader: Reader, session: Session, now: datetime) -> None:
    look(session, code_of(session, stamped.kid, stamped.first + place), reader, now)


def look(session: Session, code: str, reader: Reader, now: datetime) -> None:
    """One scan as the public page makes and stores it."""
    note = scanning.note_of(scanning.read_stamp(session, code, reader, now), reader, now)
    if note is not None:
        scan_notes.store_notes(session, [note], now)
