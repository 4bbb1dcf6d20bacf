"""Photos of harvest lots and of diary entries: kept beside what they show, each held by a leaf of the log.

On a bad network a photo comes long after what it shows, by itself: it then names the ``request_id`` of the
form that was filled.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, NotFound, Refused
from trace.records.diary_entry import DiaryEntry
from trace.records.field_photo import FieldPhoto
from trace.records.lot import Lot, LotKind
from trace.services.admission import Act, Actor, fetch, visible
from trace.services.households import require_help
from trace.services.image_child import FIT
from trace.services.lineage import PORTION, ancestors
from trace.services.logging_acts import append_leaf
from trace.services.lot_states import lock_org
from trace.services.product_images import Picture, reencode, run_child

MOST = 6
"""Photos of one lot or entry."""
MOST_ABOVE = 12
"""Photos of the lots it was made from, on the page of a packed one."""
SMALL_SIDE = 320
SMALL_BYTES = 24_000

Subject = Lot | DiaryEntry


@dataclass(frozen=True)
class Shot:
    """A photo brought to our form, and the same for a list."""

    whole: Picture
    small: bytes


@dataclass(frozen=True)
class Shown:
    """A photo of a list, without its bytes."""

    id: int
    sha256: str
    width: int
    height: int
    recorded_at: datetime
    acted_for: bool


_COLUMNS = [col(getattr(FieldPhoto, one.name)) for one in fields(Shown)]


def develop(given: bytes) -> Shot:
    """Bring a photo to our form; needs no database and is called before the transaction opens.

    Raises:
        Invalid: as ``product_images.reencode``.
    """
    whole = reencode(given)
    return Shot(whole, run_child(whole.data, FIT, "0", str(SMALL_SIDE), str(SMALL_BYTES))[1])


def lot_of(session: Session, actor: Actor, public_id: str) -> Lot:
    """A harvest lot that may be given a photo.

    Raises:
        NotFound: not the actor's, or no harvest.
    """
    return fetch(session, actor, Act.WRITE_FARM, Lot, public_id=public_id, kind=LotKind.HARVEST.value)


def entry_of(session: Session, actor: Actor, entry_id: int) -> DiaryEntry:
    """A diary entry that may be given a photo.

    Raises:
        NotFound: not the actor's.
    """
    return fetch(session, actor, Act.WRITE_FARM, DiaryEntry, id=entry_id)


def written_by(session: Session, actor: Actor, mark: str) -> Subject:
    """The lot or entry that this very account wrote with a form of this ``request_id``.

    Raises:
        Refused: ``photo.not_there``: the form did not come, or was refused.
    """
    lots = select(Lot).where(
        visible(actor, Act.WRITE_FARM, Lot),
        col(Lot.request_id) == mark,
        col(Lot.created_by) == actor.account_id,
        col(Lot.kind) == LotKind.HARVEST,
    )
    entries = select(DiaryEntry).where(
        visible(actor, Act.WRITE_FARM, DiaryEntry),
        col(DiaryEntry.request_id) == mark,
        col(DiaryEntry.recorded_by) == actor.account_id,
    )
    for question in (lots, entries):
        found: Subject | None = session.execute(question.limit(1)).scalar_one_or_none()
        if found is not None:
            return found
    raise Refused("photo.not_there")


def add_photos(
    session: Session, actor: Actor, subject: Subject, shots: Sequence[Shot], now: datetime
) -> None:
    """Keep photos of a lot or entry; one that is there already is not kept twice.

    Raises:
        Refused: the digital team without the household's consent.
        Invalid: ``photo.many``: with these there would be more than six.
    """
    if not shots:
        return
    if subject.household_id is None:  # the photo of a household goes with it
        raise NotFound()
    require_help(session, actor, subject.household_id)
    lock_org(session, subject.org_id)
    known = {one.sha256 for one in _told(session, subject)}
    fresh = {hashlib.sha256(shot.whole.data).hexdigest(): shot for shot in shots}
    fresh = {sha256: shot for sha256, shot in fresh.items() if sha256 not in known}
    if len(known) + len(fresh) > MOST:
        raise Invalid([FieldProblem("image", "photo.many", None, {"max": MOST, "n": len(known)})])
    for sha256, shot in fresh.items():
        session.add(_row(actor, subject, subject.household_id, sha256, shot, now))
        _log(session, actor, subject, sha256, "add", now)
    session.flush()


def remove_photo(session: Session, actor: Actor, photo_id: int, now: datetime) -> Subject:
    """Take a photo away from what it was taken of, which is given back; the log keeps that it was there.

    Raises:
        NotFound: not the actor's.
    """
    org_id = fetch(session, actor, Act.WRITE_FARM, FieldPhoto, id=photo_id).org_id
    lock_org(session, org_id)
    row = fetch(session, actor, Act.WRITE_FARM, FieldPhoto, id=photo_id)  # another may have been first
    require_help(session, actor, row.household_id)
    subject: Subject = (
        session.get_one(Lot, row.lot_id) if row.lot_id else session.get_one(DiaryEntry, row.entry_id)
    )
    _log(session, actor, subject, row.sha256, "remove", now)
    session.delete(row)
    session.flush()
    return subject


def photo_bytes(session: Session, actor: Actor, photo_id: int, *, small: bool) -> bytes:
    """A photo's JPEG, whole or for a list.

    Raises:
        NotFound: not in the actor's sight.
    """
    wanted = col(FieldPhoto.small) if small else col(FieldPhoto.data)
    rule = visible(actor, Act.VIEW_FARM, FieldPhoto)
    data: bytes | None = session.execute(
        select(wanted).where(rule, col(FieldPhoto.id) == photo_id)
    ).scalar_one_or_none()
    if data is None:
        raise NotFound()
    return data


def photos_of(session: Session, subject: Subject) -> list[Shown]:
    """The photos of a lot or entry, the first taken first."""
    return _told(session, subject)


def photos_above(session: Session, actor: Actor, lot: Lot) -> list[tuple[Lot, list[Shown]]]:
    """Photos of the lots it was made from, however many steps up, by lot; no more than ``MOST_ABOVE``."""
    above = [number for number in ancestors(session, lot.id) if number != lot.id]
    rule = visible(actor, Act.VIEW_FARM, FieldPhoto), col(FieldPhoto.lot_id).in_(above[:PORTION])
    question = select(Lot, *_COLUMNS).join(Lot, col(Lot.id) == col(FieldPhoto.lot_id)).where(*rule)
    found: dict[int, tuple[Lot, list[Shown]]] = {}
    for one, *row in session.execute(question.order_by(col(FieldPhoto.id)).limit(MOST_ABOVE)):
        found.setdefault(one.id, (one, []))[1].append(Shown(*row))
    return list(found.values())


def counted(session: Session, entries: Sequence[int]) -> dict[int, int]:
    """How many photos diary entries have; 0 for one that has none."""
    entry = col(FieldPhoto.entry_id)
    question = select(entry, func.count()).where(entry.in_(entries)).group_by(entry)
    return defaultdict(int, ((row[0], row[1]) for row in session.execute(question)))


def _told(session: Session, subject: Subject) -> list[Shown]:
    """By columns: the bytes of a list would be megabytes."""
    its = col(FieldPhoto.lot_id if isinstance(subject, Lot) else FieldPhoto.entry_id)
    question = select(*_COLUMNS).where(its == subject.id).order_by(col(FieldPhoto.id))
    return [Shown(*row) for row in session.execute(question)]


def _row(
    actor: Actor, subject: Subject, household_id: int, sha256: str, shot: Shot, now: datetime
) -> FieldPhoto:
    return FieldPhoto(
        **{"lot_id" if isinstance(subject, Lot) else "entry_id": subject.id},
        org_id=subject.org_id,
        household_id=household_id,
        sha256=sha256,
        width=shot.whole.width,
        height=shot.whole.height,
        data=shot.whole.data,
        small=shot.small,
        acted_for=actor.acts_for,
        recorded_at=now,
        recorded_by=actor.account_id,
    )


def _log(session: Session, actor: Actor, subject: Subject, sha256: str, act: str, now: datetime) -> None:
    kind = "lot" if isinstance(subject, Lot) else "entry"
    record = {kind: subject.id, "act": act, "sha256": sha256, "by": actor.account_id}
    append_leaf(session, "field_photo", {**record, "acted_for": actor.acts_for}, now)
