"""The walk of one check: spelling, limiter, tag, verdict, claim, note."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from trace.db import reading as reading_database
from trace.db import transaction
from trace.errors import NongsanError
from trace.logbook import log
from trace.services import scanning
from trace.services.scan_notes import Note, store_notes
from trace.services.scanning import Reader, Reading
from trace.services.stamp_marks import ends
from trace.services.story import Story, tell
from trace.services.verdicts import COUNTS_AS_GUESS, IN_BLOCK, INVITES, SHOWS_LOT, State
from trace.services.where_to_buy import OnSale, where_to_buy
from trace.standards import stamp_code
from trace.standards.local_time import local_day
from trace.web.limiter import GuessLimiter
from trace.web.reader import has_seen_a_stamp, member_org, network_mark, reader
from trace.web.scan_writer import ScanWriter
from trace.web.visitor import now, settings


@dataclass(frozen=True)
class Told:
    """What a page says of the goods beside the verdict."""

    story: Story | None = None
    on_sale: tuple[OnSale, ...] = ()


NOTHING = Told()


@dataclass(frozen=True)
class Checked:
    """An answer ready to be shown; ``who`` is given its cookie where it saw a real stamp."""

    reading: Reading
    at: datetime
    story: Story | None = None
    on_sale: tuple[OnSale, ...] = ()
    wait_s: int = 0
    who: Reader | None = None


def check(typed: str) -> Checked:
    """What a typed or scanned code says, asking no more of the register than the code deserves."""
    at = now()
    try:
        code = stamp_code.validate(typed)
    except stamp_code.Malformed:
        return Checked(Reading(State.MALFORMED, stamp_code.compact(typed)), at)
    except stamp_code.Typo:
        return Checked(Reading(State.TYPO, stamp_code.compact(typed)), at)
    exempt = has_seen_a_stamp()
    network = network_mark()
    wait_s = 0 if exempt else limiter().wait_s(network, time.monotonic())
    if wait_s:
        return Checked(Reading(State.THROTTLED, code), at, wait_s=wait_s)
    answer = _answer(code, reader(), at)
    if answer.reading.state in COUNTS_AS_GUESS and not exempt:
        limiter().note(network, time.monotonic())
    return answer


def _answer(code: str, who: Reader, at: datetime) -> Checked:
    """The verdict and its side effects; whatever fails answers "cannot check now", never more."""
    try:
        reading, told = _read(code, who, at)
        if reading.state is State.NOT_ACTIVATED:
            who = replace(who, org_id=member_org())
        if reading.wants_claim:
            reading, told = _claimed(reading, told, code, who, at)
        else:
            _leave_note(reading, who, at)
    except (SQLAlchemyError, NongsanError) as error:
        log.error("check.unavailable", error=type(error).__name__)
        return Checked(Reading(State.UNAVAILABLE, code), at)
    known = who if reading.state in IN_BLOCK else None
    return Checked(reading, at, told.story, told.on_sale, who=known)


def _read(code: str, who: Reader, at: datetime) -> tuple[Reading, Told]:
    with reading_database() as session:
        reading = scanning.read_stamp(session, code, who, at, _mark_of)
        if reading.state not in SHOWS_LOT or reading.info is None or reading.info.lot_id is None:
            return reading, NOTHING
        story = tell(session, reading.info.lot_id, local_day(at))
        invites = reading.state in INVITES
        return reading, Told(story, where_to_buy(session, reading.info.product_id, at) if invites else ())


def _claimed(reading: Reading, told: Told, code: str, who: Reader, at: datetime) -> tuple[Reading, Told]:
    """FIRST is said after its commit only; who comes second reads the row of who came first."""
    note = scanning.note_of(reading, who, at)
    won = writer().claim(note) if note is not None else None
    if won:
        return reading.won(), told
    if won is None:
        return reading.without_history(), told
    again, told = _read(code, who, at)
    return (again.without_history() if again.wants_claim else again), told


def _leave_note(reading: Reading, who: Reader, at: datetime) -> None:
    note = reading.alarm or scanning.note_of(reading, who, at)
    if note is not None:
        writer().submit(note)
    ghost = scanning.ghost_of(reading, who, at)
    if ghost is not None and writer().is_quiet:  # whoever floods us with codes takes no room from buyers
        writer().submit(ghost)


def _mark_of(kid: int) -> int:
    """One past the last serial of the key in the mark file, which outlives a restored database."""
    return ends(settings().marks).get(kid, 0)


def limiter() -> GuessLimiter:
    """This process's memory of wrong codes."""
    return cast(GuessLimiter, current_app.extensions["guess_limiter"])


def writer() -> ScanWriter:
    """This process's thread that commits scans."""
    return cast(ScanWriter, current_app.extensions["scan_writer"])


def _store(notes: Sequence[Note]) -> list[bool]:
    with transaction() as session:
        return store_notes(session, notes, now())


def prepare(app: Flask) -> None:
    """Hang limiter and writer into the app."""
    chosen = app.extensions["settings"]
    app.extensions["guess_limiter"] = GuessLimiter(chosen.forgery_budget, chosen.forgery_window_s)
    app.extensions["scan_writer"] = ScanWriter(_store)
