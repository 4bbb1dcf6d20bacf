"""Where a parcel is: steps put in order by the time they happened, however late and often they are told."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from marketplaces.carriers.values import CarrierEvent, Meaning
from trace.records.carrier import CarrierAccount, CarrierPush
from trace.records.shipment import OURS, OVER, Shipment, ShipmentState, ShipmentStep
from trace.services import schedules
from trace.services.shipment_events import tell_steps

APPLY = "carrier_pushes"
MOST_AT_ONCE = 100
LONGEST_NUMBER = 64
CLOCKS_APART = timedelta(hours=24)
"""What is told of a later time than this would hide everything that comes after it."""
OWN_BOOKED, OWN_CANCELLED = "booked", "huy"
"""Codes of ours, for what the carrier answered and did not push."""
RANK = {state: place for place, state in enumerate(ShipmentState)}
Meant = Callable[[str], Meaning]


@dataclass(frozen=True)
class Step:
    """That the parcel had a state since a time."""

    code: str
    state: ShipmentState
    at: datetime


def booked(shipment: Shipment) -> Step:
    """That the carrier took the booking. Whatever it tells comes after, whichever clock is behind."""
    return Step(OWN_BOOKED, ShipmentState.BOOKED, shipment.asked_at.replace(microsecond=0))


def cancelled(shipment: Shipment) -> Step:
    """That the carrier took the cancelling."""
    at = shipment.cancel_asked_at or shipment.asked_at
    return Step(OWN_CANCELLED, ShipmentState.CANCELLED, at.replace(microsecond=0))


def meet(shipment: Shipment, ext_number: str) -> None:
    """The carrier's number of the parcel; another one under our number is a second parcel there."""
    if not shipment.ext_number:
        shipment.ext_number = ext_number[:LONGEST_NUMBER]
    elif ext_number != shipment.ext_number:
        shipment.twin_number = ext_number[:LONGEST_NUMBER]


def learn(session: Session, shipment: Shipment, steps: Iterable[Step], now: datetime) -> int:
    """Add what was not known to the history, and put the parcel into its newest state; how many were new.

    Of two steps at one second the one further along counts, so that the order of their coming does not.
    """
    added = [step for step in steps if _add(session, shipment, step, now)]
    history = (
        session.execute(select(ShipmentStep).where(col(ShipmentStep.shipment_id) == shipment.id))
        .scalars()
        .all()
    )
    last = max(history, key=_place)
    shipment.state, shipment.status_raw, shipment.state_at = last.state, last.code, last.at
    shipment.problem, shipment.heard_at = "", now
    session.add(shipment)
    session.flush()
    tell_steps(session, shipment, [(step.state, step.at) for step in added], now)
    return len(added)


def _place(step: ShipmentStep) -> tuple[bool, datetime, int, str]:
    """Where a step stands in the history."""
    return step.code != OWN_BOOKED, step.at, RANK[ShipmentState(step.state)], step.code


def _add(session: Session, shipment: Shipment, step: Step, now: datetime) -> bool:
    values = {
        "shipment_id": shipment.id,
        "code": step.code,
        "state": step.state.value,
        "at": step.at,
        "learned_at": now,
    }
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    adding = dialect.insert(ShipmentStep).values(**values).on_conflict_do_nothing()
    return session.execute(adding.returning(col(ShipmentStep.id))).scalar() is not None


def find(session: Session, account_id: int, event: CarrierEvent) -> Shipment | None:
    """The account's shipment that an event is about; parcels booked elsewhere are nobody's here."""
    own = col(Shipment.account_id) == account_id
    if event.number:
        by_ours = select(Shipment).where(own, col(Shipment.number) == event.number)
        found: Shipment | None = session.execute(by_ours).scalar_one_or_none()
        if found is not None:
            return found
    by_theirs = select(Shipment).where(own, col(Shipment.ext_number) == event.ext_number)
    return session.execute(by_theirs.limit(1)).scalar_one_or_none()


def take_in(session: Session, account: CarrierAccount, event: CarrierEvent, now: datetime) -> bool:
    """Keep a verified push and have it applied; whether it was new."""
    shipment = find(session, account.id, event) if event.at <= now + CLOCKS_APART else None
    if shipment is None or len(event.ext_number) > LONGEST_NUMBER:
        return False
    values = {
        "account_id": account.id,
        "shipment_id": shipment.id,
        "ext_number": event.ext_number,
        "code": event.code,
        "at": event.at,
        "received_at": now,
    }
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    kept = dialect.insert(CarrierPush).values(**values).on_conflict_do_nothing()
    if session.execute(kept.returning(col(CarrierPush.id))).scalar() is None:
        return False
    schedules.run_now(session, APPLY, str(account.id), now)
    return True


def waiting(session: Session, account_id: int) -> Sequence[CarrierPush]:
    """The oldest pushes not applied yet."""
    rule = (col(CarrierPush.account_id) == account_id, col(CarrierPush.applied_at).is_(None))
    question = select(CarrierPush).where(*rule).order_by(col(CarrierPush.id)).limit(MOST_AT_ONCE)
    return session.execute(question).scalars().all()


def apply(session: Session, pushes: Sequence[CarrierPush], meant: Meant, now: datetime) -> int:
    """Bring kept pushes into the history of their shipments; how many steps were new."""
    new = 0
    for shipment_id in sorted({push.shipment_id for push in pushes}):
        shipment = session.get_one(Shipment, shipment_id, with_for_update=True)
        told = [push for push in pushes if push.shipment_id == shipment_id]
        new += learn_events(
            session, shipment, [(one.ext_number, one.code, one.at) for one in told], meant, now
        )
    ids = [push.id for push in pushes]
    session.execute(update(CarrierPush).where(col(CarrierPush.id).in_(ids)).values(applied_at=now))
    return new


def learn_events(
    session: Session,
    shipment: Shipment,
    told: Sequence[tuple[str, str, datetime]],
    meant: Meant,
    now: datetime,
) -> int:
    """Numbers, codes and times of one shipment; those of a second parcel under its number are not its."""
    for ext_number, _, _ in told:
        meet(shipment, ext_number)
    steps = [
        Step(code, ShipmentState(meant(code)), at)
        for ext_number, code, at in told
        if ext_number == shipment.ext_number
    ]
    return learn(session, shipment, steps, now) if steps else 0


def silent(session: Session, account_id: int, before: datetime) -> Sequence[Shipment]:
    """Shipments under way that the carrier has not spoken of since, those asked for longest ago first."""
    heard = col(Shipment.heard_at)
    rule = (
        col(Shipment.account_id) == account_id,
        col(Shipment.state).not_in([*OVER, *OURS]),
        (heard.is_(None)) | (heard < before),
    )
    question = select(Shipment).where(*rule).order_by(col(Shipment.state_at), col(Shipment.id))
    return session.execute(question.limit(MOST_AT_ONCE)).scalars().all()


def in_doubt(session: Session, account_id: int, before: datetime) -> Sequence[Shipment]:
    """Shipments of which nobody knows whether they are booked, a call under way left out."""
    unheard = (col(Shipment.state) == ShipmentState.BOOKING) & (col(Shipment.asked_at) < before)
    rule = (
        col(Shipment.account_id) == account_id,
        unheard | (col(Shipment.state) == ShipmentState.UNCERTAIN),
    )
    question = select(Shipment).where(*rule).order_by(col(Shipment.id)).limit(MOST_AT_ONCE)
    return session.execute(question).scalars().all()


def leave_behind(session: Session, account_id: int, before: datetime) -> int:
    """Bookings whose call ended without a word are uncertain; how many."""
    rule = (
        col(Shipment.account_id) == account_id,
        col(Shipment.state) == ShipmentState.BOOKING,
        col(Shipment.asked_at) < before,
    )
    says = {"state": ShipmentState.UNCERTAIN.value, "was_uncertain": True}
    return int(session.connection().execute(update(Shipment).where(*rule).values(**says)).rowcount)
