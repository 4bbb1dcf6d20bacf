"""Copies show in the scans: rules over the nameless marks one stamp has gathered.

A tag does not stop copying. C1: many distinct devices in 30 days. C3: devices long after the shelf
life. C4: scans before activation from networks known to lie outside the cooperative's province. One
network counts at most twice, so that nobody can poison a genuine stamp. C2 and C5 need places by
consent and a cooperative's history; they are not judged here.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import NotFound
from trace.records.scan import Alarm, StampSeen
from trace.records.stamp import StampBlock
from trace.services.admission import Act, Actor, visible
from trace.services.intake import said
from trace.services.logging_acts import append_leaf
from trace.services.month_touches import touch_stamp
from trace.services.typed_texts import keep_text
from trace.services.verdicts import State
from trace.standards.local_time import local_day

C1_DAYS = 30
C3_DAYS_PAST = 14
C3_DEVICES = 3
C4_NETWORKS = 2
PER_NETWORK = 2
"""How often one network counts."""


@dataclass(frozen=True)
class Trace:
    """One stored scan of the stamp: when, in which state, by which nameless marks."""

    scanned_at: datetime
    state: str
    device: bytes | None
    network: bytes | None
    province: str = ""


@dataclass(frozen=True)
class CloneCase:
    """What the rules are asked about: the stamp's thresholds, dates and traces, this reader included."""

    traces: Sequence[Trace]
    devices_limit: int
    best_before: date | None
    home_province: str
    cleared_at: datetime | None
    now: datetime


@dataclass(frozen=True)
class Suspicion:
    """Which rule found it (``c1`` ...) and how many devices it counted."""

    rule: str
    devices: int


def suspicion(case: CloneCase) -> Suspicion | None:
    """The first clone rule that matches, or None."""
    traces = [t for t in case.traces if case.cleared_at is None or t.scanned_at > case.cleared_at]
    sold = [t for t in traces if t.state != State.NOT_ACTIVATED]
    recent = distinct_devices(t for t in sold if t.scanned_at > case.now - timedelta(days=C1_DAYS))
    if recent >= case.devices_limit:
        return Suspicion("c1", recent)
    late = distinct_devices(t for t in sold if _is_late(t, case.best_before))
    if late >= C3_DEVICES:
        return Suspicion("c3", late)
    early = _early_outside(traces, case.home_province)
    return Suspicion("c4", early) if early >= C4_NETWORKS else None


def distinct_devices(traces: Iterable[Trace]) -> int:
    """Distinct devices, at most ``PER_NETWORK`` of them behind one network."""
    by_network: dict[bytes | None, set[bytes]] = {}
    for trace in traces:
        if trace.device is not None:
            by_network.setdefault(trace.network, set()).add(trace.device)
    return sum(min(len(devices), PER_NETWORK) for devices in by_network.values())


def _is_late(trace: Trace, best_before: date | None) -> bool:
    if best_before is None:
        return False
    return local_day(trace.scanned_at) > best_before + timedelta(days=C3_DAYS_PAST)


def _early_outside(traces: Sequence[Trace], home_province: str) -> int:
    """Networks known to be elsewhere that scanned before activation; an unknown place proves nothing."""
    early = {
        t.network
        for t in traces
        if t.state == State.NOT_ACTIVATED and t.network and t.province not in {"", home_province}
    }
    return len(early)


CLONE_SUSPECT = "clone_suspect"
"""The kind of a clone alarm."""


def clone_subject(kid: int, serial: int) -> str:
    """The subject of a stamp's clone alarm; it holds no code."""
    return f"clone/{kid}/{serial}"


def clear_clone(session: Session, actor: Actor, kid: int, serial: int, note: str, now: datetime) -> StampSeen:
    """Say that a stamp is no copy after all: its scans up to now count in no clone rule any more.

    Raises:
        Invalid: no note says why.
        NotAllowed: the role may not void stamps either.
        NotFound: no scanned stamp of the actor's organisation.
    """
    note = said(note, field="note")
    _own_block(session, actor, kid, serial)
    seen = session.get(StampSeen, (kid, serial), with_for_update=True)
    if seen is None:
        raise NotFound()
    touch_stamp(session, kid, serial)
    seen.cleared_at, seen.cleared_by, seen.clear_note = now, actor.account_id, note
    alarm = session.execute(
        select(Alarm).where(col(Alarm.subject) == clone_subject(kid, serial))
    ).scalar_one_or_none()
    if alarm is not None:
        alarm.cleared_at, alarm.cleared_by, alarm.note = now, actor.account_id, seen.clear_note
    text = keep_text(session, actor, "clone_cleared", seen.clear_note, now)
    record = {"kid": kid, "serial": serial, "text": text, "by": actor.account_id}
    append_leaf(session, "clone_cleared", record, now)
    session.flush()
    return seen


def _own_block(session: Session, actor: Actor, kid: int, serial: int) -> None:
    question = (
        select(col(StampBlock.id))
        .where(visible(actor, Act.VOID_STAMPS, StampBlock), col(StampBlock.kid) == kid)
        .where(col(StampBlock.first) <= serial, col(StampBlock.first) + col(StampBlock.count) > serial)
    )
    if session.execute(question).first() is None:
        raise NotFound()


def clone_detail(found: Suspicion) -> str:
    """What an alarm keeps of a suspicion."""
    return json.dumps({"rule": found.rule, "devices": found.devices})
