"""Everything that is held of a household, for the people of it: to be handed to them and to nobody else."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, SQLModel, col

from trace.records.account import Account
from trace.records.diary_entry import DiaryEntry
from trace.records.field_photo import FieldPhoto
from trace.records.household import Consent, Household
from trace.records.lot import Lot
from trace.records.plot import Plot
from trace.records.training import TrainingAttendance, TrainingSession
from trace.services.admission import Act, Actor, fetch, may
from trace.services.households import personal_data
from trace.services.story import place_of
from trace.services.typed_texts import texts_about
from trace.standards.local_time import VN

FORMAT = "nongsan-household/1"
_PLACED = ("commune_code", "old_commune_code")
_FIELDS: dict[type[SQLModel], tuple[str, ...]] = {
    Household: ("code", "name", *_PLACED, "created_at", "erased_at"),
    Consent: ("purpose", "version", "how", "said_on", "given_at", "withdrawn_at"),
    Plot: ("code", "name", "crop", "variety", "area_m2", "latitude", "longitude", *_PLACED, "created_at"),
    DiaryEntry: (
        *("kind", "done_on", "material", "dose", "area_m2", "waiting_days", "operator", "note", "reason"),
        "recorded_at",
    ),
    FieldPhoto: ("lot_id", "entry_id", "sha256", "width", "height", "recorded_at"),
    Lot: ("code", "kind", "crop", "variety", "weight_g", "harvested_on", "yield_reason", "created_at"),
    TrainingSession: ("held_on", "title", "topic", "organiser", "place", "from_book"),
    Account: ("login", "name", "role", "language", "is_active", "created_at"),
}


def personal_export(
    session: Session, actor: Actor, household_id: int, now: datetime, reason: str = ""
) -> dict[str, Any]:
    """The data as JSON values; moments at +07:00, weights in grams, areas in square metres.

    Raises:
        NotFound: not within the actor's reach.
        Refused: ``personal.reason``, when the office gives no reason of at least ten letters.
    """
    personal = personal_data(session, actor, household_id, now, reason)
    act = Act.VIEW_PERSONAL if may(actor, Act.VIEW_PERSONAL) else Act.READ_PERSONAL_FOR_REASON
    row = fetch(session, actor, act, Household, id=household_id)
    place = place_of(session, row)
    looks = [
        {"at": _plain(one.typed_at), "reason": one.text}
        for one in texts_about(session, row.id)
        if one.kind == "personal_read"
    ]
    return {
        "format": FORMAT,
        "made_at": _plain(now),
        "household": {
            **_said(row),
            "commune": place.commune,
            "province": place.province,
            "phone": personal.phone,
            "id_number": personal.id_number,
        },
        "consents": _all(session, Consent, row.id),
        "plots": _all(session, Plot, row.id),
        "diary": _all(session, DiaryEntry, row.id),
        "photos": _all(session, FieldPhoto, row.id),
        "lots": _all(session, Lot, row.id),
        "training": _training(session, row.id),
        "accounts": _all(session, Account, row.id),
        "looked_at_by_the_office": looks,
    }


def _all(session: Session, table: Any, household_id: int) -> list[dict[str, Any]]:
    question = select(table).where(col(table.household_id) == household_id).order_by(col(table.id))
    return [_said(one) for one in session.execute(question).scalars()]


def _training(session: Session, household_id: int) -> list[dict[str, Any]]:
    """The sessions its people came to, the oldest first."""
    question = (
        select(TrainingSession)
        .join(TrainingAttendance, col(TrainingAttendance.session_id) == col(TrainingSession.id))
        .where(col(TrainingAttendance.household_id) == household_id)
        .order_by(col(TrainingSession.held_on), col(TrainingSession.id))
    )
    return [_said(one) for one in session.execute(question).scalars()]


def _said(row: SQLModel) -> dict[str, Any]:
    values = ((name, getattr(row, name)) for name in _FIELDS[type(row)])
    return {name: _plain(value) for name, value in values}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(VN).isoformat()
    return value.isoformat() if isinstance(value, date) else value
