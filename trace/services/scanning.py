"""Answering a scan: code to serial, serial to facts, facts to a verdict, and what is to be noted of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Executable, bindparam, select
from sqlmodel import Session, col

from trace.keyring import current_keyring
from trace.records.scan import Scan
from trace.services.clone_rules import CloneCase, Suspicion, Trace, suspicion
from trace.services.ghost_scans import GHOSTS, GhostNote
from trace.services.scan_notes import AlarmNote, ScanNote
from trace.services.stamp_facts import StampInfo, find_stamp
from trace.services.stamp_keys import key_for
from trace.services.verdicts import OPENS_ROW, StampFacts, State, decide
from trace.standards import stamp_code
from trace.standards.local_time import local_day

MARKS_DAYS = 35
"""How long device and network marks are kept, and how far back a device is known again."""
MOST_TRACES = 2_000
DEFAULT_CLONE_DEVICES = 8
LEAKED_KEY = "leaked_key"
"""The kind of alarm of codes with a right tag that nobody issued."""


@dataclass(frozen=True)
class Reader:
    """Who looks, as far as anybody may know.

    ``cookie`` is the first-party cookie's random part, a fresh one where none came (``is_known`` says
    which). ``network`` is the /24 or /48. ``watches`` is false for HEAD, previews and prefetches: their
    look leaves nothing. ``org_id`` is the signed-in reader's organisation.
    """

    cookie: bytes
    is_known: bool
    network: bytes
    user_agent: bytes
    watches: bool = True
    org_id: int | None = None


@dataclass(frozen=True)
class Marks:
    """Keyed hashes that also cover the stamp, so that nothing links two stamps scanned by one person."""

    by_cookie: bytes
    by_agent: bytes
    network: bytes
    has_cookie: bool

    @property
    def device(self) -> bytes:
        """The mark to store: by the cookie that came, else by network and user agent."""
        return self.by_cookie if self.has_cookie else self.by_agent

    @property
    def both(self) -> frozenset[bytes]:
        """A device is known again by either: its first look came before its cookie."""
        return frozenset({self.by_cookie, self.by_agent})


@dataclass(frozen=True)
class Reading:
    """A verdict with what its page may tell. ``history`` is false where scans could not be asked or kept."""

    state: State
    code: str
    info: StampInfo | None = None
    serial: int = -1
    marks: Marks | None = None
    suspicion: Suspicion | None = None
    devices: int = 0
    is_known: bool = False
    history: bool = True
    alarm: AlarmNote | None = None

    @cached_property
    def kid(self) -> int:
        """The key the code names."""
        return stamp_code.key_id(self.code)

    @property
    def wants_claim(self) -> bool:
        """FIRST must still be won by the conditional insert."""
        return self.state is State.FIRST and self.info is not None and self.info.first_at is None

    def without_history(self) -> "Reading":
        """The answer when the claim could not be stored: valid, and never FIRST."""
        return replace(self, state=State.SEEN, history=False)

    def won(self) -> "Reading":
        """The answer once the claim is committed."""
        return replace(self, devices=1)


def read_stamp(
    session: Session, code: str, reader: Reader, now: datetime, mark_of: Callable[[int], int] = lambda _kid: 0
) -> Reading:
    """The verdict on a rightly spelled code. ``mark_of(kid)`` is one past the mark file's last serial.

    Nothing is written: the note of the scan is ``note_of``'s, the claim of FIRST the writer's.
    """
    kid = stamp_code.key_id(code)
    key = key_for(session, kid)
    try:
        serial = stamp_code.open_code(key, code) if key is not None else -1
    except stamp_code.Forged:
        serial = -1
    info = find_stamp(session, kid, serial) if serial >= 0 else None
    if info is None:
        return Reading(State.FORGED, code)
    if info.block_id is None:
        return _without_block(code, info, serial, mark_of(kid))
    return _judge(session, Reading(State.UNAVAILABLE, code, info, serial), info, reader, now)


def _without_block(code: str, info: StampInfo, serial: int, mark: int) -> Reading:
    """A right tag in no block: below the mark records were lost, above it a key got out."""
    kid = stamp_code.key_id(code)
    facts = StampFacts(in_block=False, below_mark=serial < max(info.next_serial, mark))
    state = decide(facts)
    kind = "lost_rows" if state is State.UNAVAILABLE else LEAKED_KEY
    return Reading(state, code, alarm=AlarmNote(kind, f"{kind}/{kid}"))


def _judge(session: Session, blank: Reading, info: StampInfo, reader: Reader, now: datetime) -> Reading:
    marks = marks_of(reader, blank.kid, blank.serial)
    traces = _traces(session, blank.kid, blank.serial, now) if info.has_traces else ()
    is_known = any(trace.device in marks.both for trace in traces)
    found = suspicion(_case(info, _with_this(traces, marks, is_known, reader, now), now))
    state = decide(facts_of(info, marks, found, now))
    devices = (info.devices or 0) + (0 if is_known or not reader.watches else 1)
    reading = replace(
        blank, state=state, marks=marks, suspicion=found, devices=max(devices, 1), is_known=is_known
    )
    return reading.without_history() if state is State.FIRST and not reader.watches else reading


def facts_of(info: StampInfo, marks: Marks, found: Suspicion | None, now: datetime) -> StampFacts:
    """The thirteen rules' questions answered from the register."""
    best_before = info.best_before
    return StampFacts(
        in_block=True,
        below_mark=True,
        void=info.is_void,
        key_suspect=info.key_suspect,
        activated=info.activated_at is not None,
        recalled=info.is_recalled,
        clone=found is not None,
        expired=best_before is not None and local_day(now) > best_before,
        seen_before=info.first_at is not None and not _is_mine_alone(info, marks),
    )


def _is_mine_alone(info: StampInfo, marks: Marks) -> bool:
    """The claim was this device's and nobody came after; only its own cookie proves that."""
    return info.first_device == marks.by_cookie and (info.devices or 0) <= 1


def _case(info: StampInfo, traces: Sequence[Trace], now: datetime) -> CloneCase:
    return CloneCase(
        traces=traces,
        devices_limit=info.clone_devices or DEFAULT_CLONE_DEVICES,
        best_before=info.best_before,
        home_province=info.home_province or "",
        cleared_at=info.cleared_at,
        now=now,
    )


def _with_this(
    traces: Sequence[Trace], marks: Marks, is_known: bool, reader: Reader, now: datetime
) -> Sequence[Trace]:
    if is_known or not reader.watches:
        return traces
    return (*traces, Trace(now, "", marks.device, marks.network))


def marks_of(reader: Reader, kid: int, serial: int) -> Marks:
    """The reader's nameless marks on this one stamp."""
    stamp = bytes([kid]) + serial.to_bytes(5)
    mark = current_keyring().mark
    return Marks(
        by_cookie=mark(b"device", stamp, reader.cookie),
        by_agent=mark(b"agent", stamp, reader.network, reader.user_agent),
        network=mark(b"network", stamp, reader.network),
        has_cookie=reader.is_known,
    )


def _traces(session: Session, kid: int, serial: int, now: datetime) -> tuple[Trace, ...]:
    figures = {"kid": kid, "serial": serial, "since": now - timedelta(days=MARKS_DAYS)}
    return tuple(Trace(*row) for row in session.connection().execute(_TRACES, figures))


def _stored() -> Executable:
    kid: Any = bindparam("kid")
    serial: Any = bindparam("serial")
    since: Any = bindparam("since")
    return (
        select(col(Scan.scanned_at), col(Scan.state), col(Scan.device), col(Scan.network), col(Scan.province))
        .where(col(Scan.kid) == kid, col(Scan.serial) == serial, col(Scan.scanned_at) > since)
        .order_by(col(Scan.scanned_at).desc())
        .limit(MOST_TRACES)
    )


_TRACES = _stored()


def note_of(reading: Reading, reader: Reader, now: datetime) -> ScanNote | None:
    """What to store of this look; None where nothing may be: no stamp, no watcher, packing tests."""
    info, marks = reading.info, reading.marks
    if info is None or marks is None or not reader.watches or not reading.history:
        return None
    if reading.state is State.NOT_ACTIVATED and reader.org_id is not None and reader.org_id == info.org_id:
        return None
    return ScanNote(
        kid=reading.kid,
        serial=reading.serial,
        lot_id=info.lot_id,
        org_id=info.org_id,
        scanned_at=now,
        state=reading.state,
        first_device=marks.by_cookie,
        device=marks.device,
        also_known_as=marks.both,
        network=marks.network,
        opens=reading.state in OPENS_ROW,
        suspicion=reading.suspicion if reading.state is State.CLONE_SUSPECT else None,
    )


def ghost_of(reading: Reading, reader: Reader, now: datetime) -> GhostNote | None:
    """What to count of a look at a code nobody issued; None of other codes, and where nobody watches."""
    if reading.state not in GHOSTS or not reader.watches:
        return None
    return GhostNote(local_day(now), reading.state)
