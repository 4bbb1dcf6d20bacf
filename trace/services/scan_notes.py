"""Storing scans in groups: who was first, which devices are new, which alarms to raise.

The order of locks is the same in every process (stamps by key and serial, then alarms by subject, then
sums), so that groups of several processes cannot block each other for good.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from trace.records.scan import Alarm, Scan, StampSeen
from trace.services import ghost_scans, scan_figures, stamp_figures
from trace.services.clone_rules import CLONE_SUSPECT, Suspicion, clone_detail, clone_subject
from trace.services.ghost_scans import GhostNote
from trace.services.verdicts import State

NOT_ACTIVATED = "not_activated"
"""The kind of alarm of a stamp that was scanned before it was activated."""
SAME_LOOK = timedelta(minutes=30)
"""Within this time the same device changes nothing."""
KNOWN_FOR = timedelta(days=35)
MOST_PER_NETWORK = 20
"""Devices of one network stored a stamp: more would only fill the table."""

Stamp = tuple[int, int]
Look = tuple[bytes | None, bytes | None, datetime]
"""Device, network and moment of one scan."""
Looks = dict[Stamp, list[Look]]


@dataclass(frozen=True)
class ScanNote:
    """One scan to store; ``opens`` gives the stamp its own row where it has none yet."""

    kid: int
    serial: int
    lot_id: int | None
    org_id: int | None
    scanned_at: datetime
    state: State
    first_device: bytes
    device: bytes
    also_known_as: frozenset[bytes]
    network: bytes
    opens: bool
    suspicion: Suspicion | None = None

    @property
    def stamp(self) -> Stamp:
        """Key and serial."""
        return self.kid, self.serial


@dataclass(frozen=True)
class AlarmNote:
    """Something a person must look at; ``subject`` gathers repeats in one row."""

    kind: str
    subject: str
    org_id: int | None = None
    lot_id: int | None = None
    detail: str = "{}"


Note = ScanNote | AlarmNote | GhostNote


def store_notes(session: Session, notes: Sequence[Note], now: datetime) -> list[bool]:
    """Store a group; for each note, whether it made the stamp's own row: the one FIRST there is."""
    scans = [note for note in notes if isinstance(note, ScanNote)]
    winners = _open_rows(session, scans)
    alarms = [note for note in notes if isinstance(note, AlarmNote)]
    fresh, raised = _count(session, scans, winners)
    links = stamp_figures.links(session, fresh)
    if fresh:
        session.connection().execute(insert(Scan), fresh)
    _raise_alarms(session, alarms + raised, now)
    scan_figures.add(session, fresh)
    stamp_figures.add(session, links)
    ghost_scans.add(session, (note for note in notes if isinstance(note, GhostNote)))
    return [id(note) in winners for note in notes]


def _open_rows(session: Session, scans: Iterable[ScanNote]) -> set[int]:
    """Insert the missing stamps' rows; the notes (by identity) whose insert took hold."""
    firsts: dict[Stamp, ScanNote] = {}
    for note in scans:
        if note.opens:
            firsts.setdefault(note.stamp, note)
    if not firsts:
        return set()
    rows = [
        {"kid": kid, "serial": serial, "first_at": note.scanned_at, "first_device": note.first_device}
        | {"province": "", "devices": 1, "scans": 1, "clear_note": ""}
        for (kid, serial), note in sorted(firsts.items())
    ]
    statement = _insert(session, StampSeen).on_conflict_do_nothing()
    made = session.connection().execute(statement.returning(col(StampSeen.kid), col(StampSeen.serial)), rows)
    return {id(firsts[kid, serial]) for kid, serial in made}


def _insert(session: Session, table: Any) -> Any:
    dialect = sqlite if session.connection().dialect.name == "sqlite" else postgresql
    return dialect.insert(table)


def _count(
    session: Session, scans: Sequence[ScanNote], winners: set[int]
) -> tuple[list[dict[str, Any]], list[AlarmNote]]:
    """Move the stamps' counts; rows of the scans that say something new, alarms they raise."""
    if not scans:
        return [], []
    _lock(session, {note.stamp for note in scans})
    known = _known(session, scans)
    fresh: list[dict[str, Any]] = []
    counts: dict[Stamp, list[int]] = {}
    alarms = []
    for note in scans:
        looks = known.setdefault(note.stamp, [])
        if id(note) not in winners and _was_just_here(note, looks):
            continue
        is_new = not any(device in note.also_known_as for device, _n, _at in looks)
        count = counts.setdefault(note.stamp, [0, 0])
        if id(note) not in winners:
            count[0] += is_new
            count[1] += 1
        if len({d for d, network, _at in looks if network == note.network}) < MOST_PER_NETWORK:
            fresh.append(_scan_row(note, id(note) in winners))
        looks.append((note.device, note.network, note.scanned_at))
        alarms += _alarms_of(note)
    _move(session, counts)
    return fresh, alarms


def _was_just_here(note: ScanNote, looks: Sequence[Look]) -> bool:
    since = note.scanned_at - SAME_LOOK
    return any(device in note.also_known_as and at > since for device, _network, at in looks)


def _lock(session: Session, stamps: set[Stamp]) -> None:
    """Hold the stamps' rows in one order, so that one device on two processes is counted once."""
    table = StampSeen
    here = tuple_(col(table.kid), col(table.serial)).in_(sorted(stamps))
    question = select(col(table.kid)).where(here).order_by(col(table.kid), col(table.serial))
    session.connection().execute(question.with_for_update()).all()


def _known(session: Session, scans: Sequence[ScanNote]) -> Looks:
    since = min(note.scanned_at for note in scans) - KNOWN_FOR
    stamps = sorted({note.stamp for note in scans})
    question = (
        select(Scan.kid, Scan.serial, Scan.device, Scan.network, Scan.scanned_at)  # type: ignore[call-overload]
        .where(tuple_(col(Scan.kid), col(Scan.serial)).in_(stamps))
        .where(col(Scan.scanned_at) > since)
    )
    looks: Looks = {}
    for kid, serial, device, network, at in session.connection().execute(question):
        looks.setdefault((kid, serial), []).append((device, network, at))
    return looks


def _scan_row(note: ScanNote, won: bool) -> dict[str, Any]:
    """A scan that hoped to be first and came second is stored as what it was."""
    state = State.SEEN if note.state is State.FIRST and not won else note.state
    return {
        "kid": note.kid,
        "serial": note.serial,
        "lot_id": note.lot_id,
        "org_id": note.org_id,
        "scanned_at": note.scanned_at,
        "state": state.value,
        "province": "",
        "device": note.device,
        "network": note.network,
    }


def _move(session: Session, counts: dict[Stamp, list[int]]) -> None:
    moved = [
        {"a_kid": kid, "a_serial": serial, "more_devices": devices, "more_scans": scans}
        for (kid, serial), (devices, scans) in sorted(counts.items())
        if scans
    ]
    if not moved:
        return
    change = (
        update(StampSeen.__table__)  # type: ignore[attr-defined]
        .where(col(StampSeen.kid) == bindparam("a_kid"), col(StampSeen.serial) == bindparam("a_serial"))
        .values(
            devices=col(StampSeen.devices) + bindparam("more_devices"),
            scans=col(StampSeen.scans) + bindparam("more_scans"),
        )
    )
    session.connection().execute(change, moved)


def _alarms_of(note: ScanNote) -> list[AlarmNote]:
    if note.suspicion is not None:
        subject = clone_subject(note.kid, note.serial)
        detail = clone_detail(note.suspicion)
        return [AlarmNote(CLONE_SUSPECT, subject, note.org_id, note.lot_id, detail)]
    if note.state is State.NOT_ACTIVATED:
        return [AlarmNote(NOT_ACTIVATED, f"{NOT_ACTIVATED}/{note.kid}/{note.serial}", note.org_id)]
    return []


def _raise_alarms(session: Session, alarms: Sequence[AlarmNote], now: datetime) -> None:
    """One row a subject; a repeat counts, and wakes an alarm that was laid to rest."""
    by_subject: dict[str, list[AlarmNote]] = {}
    for alarm in alarms:
        by_subject.setdefault(alarm.subject, []).append(alarm)
    for _subject, same in sorted(by_subject.items()):
        last = same[-1]
        new: dict[str, Any] = {
            "kind": last.kind,
            "subject": last.subject,
            "org_id": last.org_id,
            "lot_id": last.lot_id,
        }
        new |= {"detail": last.detail, "times": len(same), "raised_at": now, "last_at": now, "note": ""}
        again = {"times": col(Alarm.times) + len(same), "last_at": now, "detail": last.detail}
        statement = _insert(session, Alarm).values(**new)
        statement = statement.on_conflict_do_update(
            index_elements=["subject"], set_={**again, "cleared_at": None}
        )
        session.connection().execute(statement)


def forget_marks(session: Session, before: datetime) -> int:
    """Empty device and network marks of scans older than ``before``; counts, days and places stay."""
    old = update(Scan).where(col(Scan.scanned_at) < before, col(Scan.device).is_not(None))
    emptied = session.connection().execute(old.values(device=None, network=None))
    first = update(StampSeen).where(col(StampSeen.first_at) < before, col(StampSeen.first_device) != b"")
    session.connection().execute(first.values(first_device=b""))
    return int(emptied.rowcount)
