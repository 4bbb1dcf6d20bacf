"""The scans of one stamp, for whoever must say whether it was copied: times, nameless devices, verdicts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from trace.errors import NotFound
from trace.records.account import Account
from trace.records.scan import Alarm, Scan, StampSeen
from trace.records.stamp import StampBlock
from trace.services.admission import Act, Actor, fetch
from trace.services.clone_rules import CLONE_SUSPECT, clone_subject

SHOWN = 100


@dataclass(frozen=True)
class Look:
    """One scan: the device by a number of its own on this stamp, in the order they first looked; none once
    its mark was emptied."""

    at: datetime
    device: int | None
    state: str


@dataclass(frozen=True)
class StampScans:
    """A stamp with its latest scans, newest first, of ``total`` kept. ``suspected`` tells how it stands now:
    since when its alarm rings, or nothing. ``cleared_by`` is who said last that it is no copy.
    """

    block: StampBlock
    serial: int
    seen: StampSeen
    looks: Sequence[Look]
    total: int
    suspected: datetime | None
    cleared_by: str


def scans_of(session: Session, actor: Actor, block_public_id: str, serial: int) -> StampScans:
    """The scans of a stamp of this block.

    Raises:
        NotAllowed: the role looks after no stamps.
        NotFound: not the actor's block, no stamp of it, or one nobody scanned.
    """
    block = fetch(session, actor, Act.VOID_STAMPS, StampBlock, public_id=block_public_id)
    inside = block.first <= serial < block.first + block.count
    seen = session.get(StampSeen, (block.kid, serial)) if inside else None
    if seen is None:
        raise NotFound()
    mine = (col(Scan.kid) == block.kid, col(Scan.serial) == serial)
    newest = select(Scan).where(*mine).order_by(col(Scan.scanned_at).desc(), col(Scan.id).desc()).limit(SHOWN)
    rows = session.execute(newest).scalars().all()
    numbers = _numbers(session, mine, {row.device for row in rows if row.device is not None})
    alarm = session.execute(
        select(Alarm).where(col(Alarm.subject) == clone_subject(block.kid, serial))
    ).scalar_one_or_none()
    rings = alarm is not None and alarm.cleared_at is None
    who = session.get(Account, seen.cleared_by) if seen.cleared_by is not None else None
    return StampScans(
        block=block,
        serial=serial,
        seen=seen,
        looks=[_look(row, numbers) for row in rows],
        total=int(session.execute(select(func.count()).select_from(Scan).where(*mine)).scalar_one()),
        suspected=alarm.raised_at if alarm is not None and rings else None,
        cleared_by=who.name if who is not None else "",
    )


def _numbers(
    session: Session, mine: Sequence[ColumnElement[bool]], devices: Collection[bytes]
) -> dict[bytes, int]:
    """Devices in the order they first looked, among all scans that are kept: what is shown must not change a
    device's number.
    """
    first, row = func.min(col(Scan.scanned_at)), func.min(col(Scan.id))
    nth = func.row_number().over(order_by=(first, row)).label("nth")
    every = (
        select(col(Scan.device), nth).where(*mine, col(Scan.device).is_not(None)).group_by(col(Scan.device))
    )
    ranked = every.subquery()
    shown = select(ranked).where(ranked.c.device.in_(devices))
    return {row.device: row.nth for row in session.execute(shown)}


def _look(row: Scan, numbers: Mapping[bytes, int]) -> Look:
    return Look(row.scanned_at, None if row.device is None else numbers[row.device], row.state)


def suspected(session: Session, block: StampBlock) -> list[int]:
    """Serials of a block whose alarm of a copy rings."""
    question = select(col(Alarm.subject)).where(
        col(Alarm.kind) == CLONE_SUSPECT,
        col(Alarm.org_id) == block.org_id,
        col(Alarm.cleared_at).is_(None),
    )
    found = (subject.split("/") for subject in session.execute(question).scalars())
    mine = (int(serial) for _, kid, serial in found if int(kid) == block.kid)
    return sorted(serial for serial in mine if block.first <= serial < block.first + block.count)
