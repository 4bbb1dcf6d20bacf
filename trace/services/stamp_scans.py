"""The scans of one stamp, for whoever must say whether it was copied: times, nameless devices, verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
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
    """One scan: the device by a number of its own on this stamp, none once its mark was emptied."""

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
    rows = session.execute(
        select(Scan).where(*mine).order_by(col(Scan.scanned_at).desc(), col(Scan.id).desc()).limit(SHOWN)
    ).scalars()
    numbers: dict[bytes, int] = {}
    looks = [_look(row, numbers) for row in reversed(list(rows))]
    alarm = session.execute(
        select(Alarm).where(col(Alarm.subject) == clone_subject(block.kid, serial))
    ).scalar_one_or_none()
    rings = alarm is not None and alarm.cleared_at is None
    who = session.get(Account, seen.cleared_by) if seen.cleared_by is not None else None
    return StampScans(
        block=block,
        serial=serial,
        seen=seen,
        looks=looks[::-1],
        total=int(session.execute(select(func.count()).select_from(Scan).where(*mine)).scalar_one()),
        suspected=alarm.raised_at if alarm is not None and rings else None,
        cleared_by=who.name if who is not None else "",
    )


def _look(row: Scan, numbers: dict[bytes, int]) -> Look:
    number = numbers.setdefault(row.device, len(numbers) + 1) if row.device is not None else None
    return Look(row.scanned_at, number, row.state)


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
