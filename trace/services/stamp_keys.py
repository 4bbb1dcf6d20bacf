"""The key registry: exactly one key makes new stamps, older ones still open theirs.

A key is 32 random bytes to permute serials and 32 to tag them, wrapped by the master key. The wrapped
bytes lie in the database and, before the row becomes active, in the key folder beside it: a restored
backup that lacks a key finds it there.
"""

import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from weakref import WeakKeyDictionary

from sqlalchemy import func, select
from sqlmodel import Session, col

from trace.crashpoint import crashpoint
from trace.errors import FieldProblem, Invalid, NotFound, Refused, Unavailable
from trace.keyring import Keyring, current_keyring
from trace.records.stamp import KeyState, StampBlock, StampKeyRow
from trace.services import stamp_marks
from trace.services.admission import Act, Actor, scope_of
from trace.services.logging_acts import append_leaf
from trace.services.stamp_marks import Places
from trace.standards.stamp_code import StampKey
from trace.standards.stamp_code.key import KEYS

SECRET_BYTES = 32

# A number's material never changes, so opened keys are kept for as long as their keyring is in use.
_opened: WeakKeyDictionary[Keyring, dict[int, StampKey]] = WeakKeyDictionary()


@dataclass(frozen=True)
class KeyLine:
    """One key as its keepers see it; ``issued`` counts serials up to its counter."""

    key_id: int
    state: str
    issued: int
    blocks: int
    valid_from: datetime
    valid_to: datetime | None
    compromised_at: datetime | None


def key_for(session: Session, kid: int) -> StampKey | None:
    """The opened key of this number, kept for the process; None where the registry has none.

    Raises:
        Unavailable: the master key does not open it.
    """
    ring = current_keyring()
    opened = _opened.setdefault(ring, {})
    if kid not in opened:
        row = session.get(StampKeyRow, kid)
        if row is None:
            return None
        opened[kid] = _opened_key(ring, row)
    return opened[kid]


def _opened_key(ring: Keyring, row: StampKeyRow) -> StampKey:
    material = ring.unwrap_stamp_key(row.wrapped, row.kid)
    return StampKey(row.kid, material[:SECRET_BYTES], material[SECRET_BYTES:])


def active_key(session: Session, *, lock: bool = False) -> StampKeyRow:
    """The one key that makes new stamps; ``lock`` holds its row until the transaction ends.

    Raises:
        Unavailable: there is none yet.
    """
    question = select(StampKeyRow).where(col(StampKeyRow.state) == KeyState.ACTIVE)
    if lock:
        question = question.with_for_update().execution_options(populate_existing=True)
    found: StampKeyRow | None = session.execute(question).scalar_one_or_none()
    if found is None:
        raise Unavailable("key.no_active")
    return found


def ensure_key(session: Session, key_folder: Path, now: datetime, marks: Path | None = None) -> StampKeyRow:
    """The active key; the first one is made where the registry has none."""
    question = select(StampKeyRow).where(col(StampKeyRow.state) == KeyState.ACTIVE)
    found: StampKeyRow | None = session.execute(question).scalar_one_or_none()
    return found or make_key(session, Places(key_folder, marks or key_folder / "none"), now)


def make_key(session: Session, places: Places, now: datetime) -> StampKeyRow:
    """A new active key, on disk in the key folder before its row stands; no other key may be active.

    Raises:
        Refused: all 31 numbers are used.
    """
    kid = _next_kid(session, places)
    wrapped = current_keyring().wrap_stamp_key(secrets.token_bytes(2 * SECRET_BYTES), kid)
    _write(places.key_folder, kid, wrapped)
    crashpoint("after key file")
    row = StampKeyRow(kid=kid, state=KeyState.ACTIVE, wrapped=wrapped, valid_from=now)
    session.add(row)
    session.flush()
    append_leaf(session, "stamp_key", {"act": "make", "key": kid}, now)
    return row


def rotate(session: Session, actor: Actor, places: Places, now: datetime) -> StampKeyRow:
    """Retire the active key to verifying only and make a new one; also the way out of ``gate.key``."""
    scope_of(actor, Act.MANAGE_KEYS)
    old = active_key(session, lock=True)
    old.state, old.valid_to = KeyState.VERIFY_ONLY, now
    session.flush()
    append_leaf(session, "stamp_key", {"act": "retire", "key": old.kid, "by": actor.account_id}, now)
    return make_key(session, places, now)


def compromise(
    session: Session, actor: Actor, kid: int, since: datetime, places: Places, now: datetime
) -> StampKeyRow:
    """From ``since`` on the key's secret counts as known to others: its stamps that were not activated
    before that read CAUTION. Where it was the active key, a new one takes its place.

    Raises:
        NotFound: no such key.
        Invalid: ``since`` lies ahead.
    """
    scope_of(actor, Act.MANAGE_KEYS)
    row = session.get(StampKeyRow, kid, with_for_update=True)
    if row is None:
        raise NotFound("key.unknown", kid=kid)
    if since > now:
        raise Invalid([FieldProblem("at", "key.future", since, {"now": now})])
    was_active = row.state == KeyState.ACTIVE
    row.state, row.compromised_at, row.valid_to = KeyState.COMPROMISED, since, row.valid_to or now
    session.flush()
    said = {"act": "compromise", "key": kid, "since": since.isoformat(), "by": actor.account_id}
    append_leaf(session, "stamp_key", said, now)
    if was_active:
        make_key(session, places, now)
    return row


def list_keys(session: Session, actor: Actor) -> list[KeyLine]:
    """All keys by number, without their material."""
    scope_of(actor, Act.MANAGE_KEYS)
    counts = select(col(StampBlock.kid), func.count()).group_by(col(StampBlock.kid))
    blocks = {int(kid): int(n) for kid, n in session.execute(counts)}
    rows = session.execute(select(StampKeyRow).order_by(col(StampKeyRow.kid))).scalars()
    return [
        KeyLine(
            row.kid,
            row.state,
            row.next_serial,
            blocks.get(row.kid, 0),
            row.valid_from,
            row.valid_to,
            row.compromised_at,
        )
        for row in rows
    ]


def take_back_keys(session: Session, actor: Actor, places: Places, now: datetime) -> list[int]:
    """After a restore: keys that the database lacks come back from the key folder, to verify only, and a
    new key above all of them becomes active. The numbers that came back.

    Raises:
        Unavailable: the master key does not open a file of the folder.
    """
    scope_of(actor, Act.MANAGE_KEYS)
    known = set(session.execute(select(col(StampKeyRow.kid))).scalars())
    lost = {kid: wrapped for kid, wrapped in _folder_keys(places.key_folder).items() if kid not in known}
    for kid, wrapped in lost.items():
        current_keyring().unwrap_stamp_key(wrapped, kid)
        session.add(
            StampKeyRow(kid=kid, state=KeyState.VERIFY_ONLY, wrapped=wrapped, valid_from=now, valid_to=now)
        )
        append_leaf(session, "stamp_key", {"act": "take_back", "key": kid, "by": actor.account_id}, now)
    session.flush()
    rotate(session, actor, places, now)
    return sorted(lost)


def _next_kid(session: Session, places: Places) -> int:
    """Above every number in the database, in the key folder and in the marks."""
    in_database = session.execute(select(func.max(StampKeyRow.kid))).scalar_one()
    in_folder = _folder_keys(places.key_folder)
    in_marks = stamp_marks.ends(places.marks)
    kid = max([-1 if in_database is None else int(in_database), *in_folder, *in_marks]) + 1
    if kid >= KEYS:
        raise Refused("key.exhausted", max=KEYS)
    return kid


def _write(folder: Path, kid: int, wrapped: bytes) -> None:
    """Whole or not at all, never over another key."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = _draft(folder, kid, wrapped)
    crashpoint("before key rename")
    os.link(draft, folder / f"{kid:02d}.key")
    draft.unlink()
    stamp_marks.sync_folder(folder)


def _draft(folder: Path, kid: int, wrapped: bytes) -> Path:
    draft = folder / f".{kid:02d}.{secrets.token_hex(4)}.tmp"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(wrapped.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return draft


def rewrap_folder(ring: Keyring, folder: Path) -> int:
    """Have the key folder's files under the newest master key, each whole or not at all; how many changed.

    Raises:
        Unavailable: a file opens with none of the keys.
    """
    changed = 0
    for kid, wrapped in _folder_keys(folder).items():
        new = ring.rewrapped_stamp_key(wrapped, kid)
        if new != wrapped:
            _draft(folder, kid, new).replace(folder / f"{kid:02d}.key")
            changed += 1
    if changed:
        stamp_marks.sync_folder(folder)
    return changed


def _folder_keys(folder: Path) -> dict[int, bytes]:
    try:
        return {int(p.stem): bytes.fromhex(p.read_text().strip()) for p in sorted(folder.glob("*.key"))}
    except ValueError:
        raise Unavailable("key.file_form", path=str(folder)) from None
