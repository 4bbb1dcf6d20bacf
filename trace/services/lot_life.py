"""What a lot's page tells of its life: our own acts, what was declared wrong, and what programs recorded."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from trace.records.account import Account
from trace.records.event import Event, EventTerm
from trace.records.lot import Lot
from trace.records.organisation import Organisation
from trace.records.plot import PackingHouse
from trace.services.identifiers import lot_uri
from trace.services.logging_acts import body_of
from trace.services.lot_events import NOON
from trace.standards.epcis import PREFIX
from trace.standards.epcis.facets import GOODS
from trace.standards.local_time import VN
from trace.texts.catalogs import Term
from trace.texts.formats import kilograms

SALES = ("sell", "take_back")
"""Acts a lot may see by the hundred: told of in one line."""
CAPTURED = 50
"""Events of programs that are shown, the newest."""
_WEIGHED = ("quantityList", "outputQuantityList")


@dataclass(frozen=True)
class LifeLine:
    """One line: what, when it happened; ``notes`` are more words; ``is_wrong`` once it was declared so.

    ``day`` stands in for ``at`` where only the day was told.
    """

    act: str
    what: Term
    at: datetime
    notes: tuple[Term | str, ...] = ()
    is_wrong: bool = False

    @property
    def day(self) -> date | None:
        """The day, of an act whose hour nobody told (``lot_events.instant_of``)."""
        local = self.at.astimezone(VN)
        return local.date() if local.time() == NOON else None


def life_of(session: Session, lot: Lot) -> list[LifeLine]:
    """The lines of a lot, oldest first."""
    about = (col(Event.subject_kind) == "lot", col(Event.subject_id) == lot.id)
    question = select(Event).where(*about).order_by(col(Event.id))
    own = list(session.execute(question.where(col(Event.act).not_in(SALES))).scalars())
    lines = [*_own_lines(own), *_sales(session, about), *_captured(session, lot)]
    return sorted(lines, key=lambda one: one.at)


def _own_lines(events: Sequence[Event]) -> Iterator[LifeLine]:
    declared = {event.event_id: event for event in events if event.declares}
    for event in events:
        if event.declares and event.act != "withdraw":
            continue  # told in the line of the event that puts it right
        wrong = declared.get(event.event_id)
        at = event.recorded_at if event.act in ("correct", "withdraw") else event.event_time
        is_wrong = wrong is not None and not event.declares
        yield LifeLine(event.act, Term(f"act.{event.act}"), at, tuple(_notes(event, declared)), is_wrong)


def _notes(event: Event, declared: Mapping[str, Event]) -> Iterator[Term | str]:
    """What a correction changed, and why."""
    if event.act not in ("correct", "withdraw"):
        return
    right = body_of(event)
    wrong = right if event.declares else body_of(declared[right[f"{PREFIX}:corrects"]])
    was, now = _weight(wrong), _weight(right)
    if was != now:
        yield Term("life.weight", {"kg": was, "kg2": now})
    if _day(wrong) != _day(right):
        yield Term("life.day", {"date": _day(wrong), "date2": _day(right)})
    if wrong.get("inputQuantityList") != right.get("inputQuantityList"):
        yield Term("life.inputs")
    if wrong.get("readPoint") != right.get("readPoint"):
        yield Term("life.place")
    note = wrong.get("errorDeclaration", {}).get(f"{PREFIX}:note")
    if note:
        yield Term("life.why", {"reason": note})


def _weight(body: Mapping[str, Any]) -> object:
    quantity = next(body[name][0]["quantity"] for name in _WEIGHED if name in body)
    return kilograms(round(quantity * 1000))


def _day(body: Mapping[str, Any]) -> date | None:
    about = body.get("ilmd", {})
    day = about.get(f"{PREFIX}:packedOn") or about.get(f"{PREFIX}:harvestedOn")
    return date.fromisoformat(day) if day else None


def _sales(session: Session, about: Sequence[Any]) -> Iterator[LifeLine]:
    for act in SALES:
        told = (*about, col(Event.act) == act)
        wrong = select(col(Event.event_id)).where(*told, col(Event.declares))
        question = select(func.count(), func.max(Event.event_time)).where(
            *told, col(Event.declares).is_(False), col(Event.event_id).not_in(wrong)
        )
        times, last = session.execute(question).one()
        if times:
            yield LifeLine(act, Term(f"act.{act}"), last, (Term("life.times", {"n": times}),))


def _captured(session: Session, lot: Lot) -> Iterator[LifeLine]:
    """What programs of the cooperative, and of the house that packs the lot, recorded of it: it changed
    nothing here."""
    rows = select(col(EventTerm.event_row)).where(
        col(EventTerm.org_id).in_(_recorders(session, lot)),
        col(EventTerm.role).in_(GOODS),
        col(EventTerm.value) == lot_uri(session, lot),
    )
    question = (
        select(Event, Organisation.name, Account.role)  # type: ignore[call-overload]
        .join(Organisation, col(Organisation.id) == col(Event.org_id))
        .outerjoin(Account, col(Account.id) == col(Event.recorded_by))
        .where(col(Event.act) == "capture", col(Event.id).in_(rows))
        .order_by(col(Event.id).desc())
        .limit(CAPTURED)
    )
    for event, organisation, role in session.execute(question):
        step = (event.biz_step or event.event_type).rsplit("/", 1)[-1].removeprefix("BizStep-")
        by = {"org": organisation, "role": Term(f"role.{role}") if role else "–", "time": event.recorded_at}
        what = Term("act.capture.wrong" if event.declares else "act.capture", {"step": step})
        yield LifeLine("capture", what, event.event_time, (Term("life.by", by),))


def _recorders(session: Session, lot: Lot) -> set[int]:
    house = session.get(PackingHouse, lot.packing_house_id) if lot.packing_house_id else None
    return {lot.org_id, house.org_id} if house else {lot.org_id}
