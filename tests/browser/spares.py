"""Codes of a demonstration that no sample shows: stamps nobody has looked at, and one that nobody issued."""

from sqlalchemy import select
from sqlmodel import Session, col

from trace.commands.demo_season.telling import read_stamps
from trace.db import reading
from trace.records.scan import StampSeen
from trace.records.stamp import StampActivation, StampKeyRow
from trace.services.stamp_keys import key_for
from trace.services.stamp_opening import open_typed
from trace.services.verdicts import State
from trace.settings import Settings
from trace.standards import stamp_code

UNTOUCHED = 20
FAR = 100_000
"""So far above the key's counter that no block of a test reaches there."""


def spares_of(settings: Settings) -> dict[str, list[str]]:
    """Codes by the state they show: FIRST as long as nobody looks, UNALLOCATED for ever."""
    first = next(code for state, code in read_stamps(settings.instance) if state == State.FIRST)
    with reading() as session:
        opened = open_typed(session, first)
        if opened is None:
            raise ValueError("the first sample is no stamp of this registry")
        return {
            State.FIRST.value: _untouched(session, opened.kid, opened.serial),
            State.UNALLOCATED.value: [_code(session, opened.kid, _above(session, opened.kid))],
        }


def _untouched(session: Session, kid: int, serial: int) -> list[str]:
    """The last stamps of the sample's own roll that are on a lot and were never looked at."""
    row = StampActivation
    rule = (col(row.kid) == kid, col(row.first) <= serial, col(row.last) >= serial)
    roll = session.execute(select(row).where(*rule)).scalars().one()
    seen = set(session.execute(select(col(StampSeen.serial)).where(col(StampSeen.kid) == kid)).scalars())
    left = [one for one in range(roll.last, serial, -1) if one not in seen][:UNTOUCHED]
    return [_code(session, kid, one) for one in left]


def _above(session: Session, kid: int) -> int:
    return session.get_one(StampKeyRow, kid).next_serial + FAR


def _code(session: Session, kid: int, serial: int) -> str:
    key = key_for(session, kid)
    if key is None:
        raise ValueError(f"key {kid} is not here")
    return stamp_code.encode(key, serial)
