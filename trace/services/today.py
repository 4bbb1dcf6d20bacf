"""What waits for somebody in a cooperative today, the worst first, and the season in four figures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from trace.records.carrier import AccountState, CarrierAccount
from trace.records.certificate import Certificate
from trace.records.consignment import Consignment, ConsignmentState
from trace.records.lot import Lot, LotKind, LotLink, LotState
from trace.records.organisation import Organisation
from trace.records.product import Product
from trace.records.recall import Recall, RecallLot
from trace.records.shipment import Shipment, ShipmentState
from trace.records.shop import Shop, ShopState
from trace.records.stamp import StampActivation
from trace.services.admission import Act, Actor, may, visible
from trace.services.gates import crop_word
from trace.services.holding import open_holds, why
from trace.services.lot_pages import activated, season_start
from trace.services.lot_states import counts
from trace.services.ocop_ending import endings
from trace.services.plan_pages import answered
from trace.services.problem_answers import reports
from trace.services.sync_health import Pulse, sync_health
from trace.standards.local_time import local_day
from trace.texts.catalogs import Term
from trace.texts.formats import kilograms

EACH = 5
"""How many of one kind are listed."""
SOON = timedelta(days=60)
"""A certificate that ends within these days is work."""
ANSWERED = timedelta(days=14)
"""So long an answer to a proposal is told."""


@dataclass(frozen=True)
class Todo:
    """One thing to do or know about ``subject``, of kind recalled, held, arrival, parcel, carrier, release,
    stamps, problem, shop, paper, ocop or plan.
    """

    kind: str
    subject: str
    title: Term
    detail: object


@dataclass(frozen=True)
class Season:
    """This year so far; weights in grams."""

    year: int
    harvests: int
    harvested_g: int
    packed_g: int
    stamps: int


def todos(
    session: Session, actor: Actor, now: datetime, reminders: Sequence[int] = (SOON.days,)
) -> list[Todo]:
    """What waits, the worst first; ``reminders`` are days before an OCOP rating ends."""
    found = [*_recalled(session, actor), *_held(session, actor), *_arrivals(session, actor)]
    found += [*_parcels(session, actor), *_carriers(session, actor)]
    found += [*_to_release(session, actor), *_without_stamps(session, actor)]
    found += [*_problems(session, actor), *_shops(session, actor, now), *_papers(session, actor, now)]
    return [*found, *_ratings(session, actor, now, reminders), *_answers(session, actor, now)]


def _lots(session: Session, actor: Actor, state: LotState, *rules: object) -> list[Lot]:
    question = (
        select(Lot)
        .where(visible(actor, Act.VIEW_FARM, Lot), col(Lot.state) == state, *rules)  # type: ignore[arg-type]
        .order_by(col(Lot.id).desc())
        .limit(EACH)
    )
    return list(session.execute(question).scalars())


def _recalled(session: Session, actor: Actor) -> Iterator[Todo]:
    """Recalls that are open, by whomever, and reach a lot of the actor's: the first one reached of each."""
    mine = (
        select(col(RecallLot.recall_id), func.min(RecallLot.lot_id).label("lot_id"))
        .join(Lot, col(Lot.id) == col(RecallLot.lot_id))
        .where(visible(actor, Act.VIEW_FARM, Lot))
        .group_by(col(RecallLot.recall_id))
        .subquery()
    )
    question = (
        select(Recall, Lot)
        .join(mine, mine.c.recall_id == col(Recall.id))
        .join(Lot, col(Lot.id) == mine.c.lot_id)
        .where(col(Recall.closed_at).is_(None))
        .order_by(col(Recall.id).desc())
        .limit(EACH)
    )
    for recall, lot in session.execute(question):
        title = Term("todo.recalled", {"lot": lot.code, "number": recall.number})
        yield Todo("recalled", lot.public_id, title, recall.reason)


def _arrivals(session: Session, actor: Actor) -> Iterator[Todo]:
    """Consignments on their way here, the longest first: what came is to be confirmed."""
    if not may(actor, Act.RECEIVE_GOODS):
        return
    mine = visible(actor, Act.RECEIVE_GOODS, Consignment)
    question = (
        select(Consignment, Organisation)
        .join(Organisation, col(Organisation.id) == col(Consignment.org_id))
        .where(mine, col(Consignment.state) == ConsignmentState.DISPATCHED)
        .order_by(col(Consignment.id))
        .limit(EACH)
    )
    for one, sender in session.execute(question):
        title = Term("todo.arrival", {"number": one.number})
        figures = {"coop": sender.name, "kg": kilograms(one.weight_g), "date": one.dispatched_on}
        yield Todo("arrival", one.public_id, title, Term("todo.arrival.why", figures))


def _held(session: Session, actor: Actor) -> Iterator[Todo]:
    for lot in _lots(session, actor, LotState.HOLD):
        reason = why(open_holds(session, lot)[0])
        yield Todo("held", lot.public_id, Term("todo.held", {"lot": lot.code}), reason)


def _parcels(session: Session, actor: Actor) -> Iterator[Todo]:
    """Those of which nobody knows whether they are booked, or that are booked twice."""
    if not may(actor, Act.SHIP):
        return
    doubt = (col(Shipment.state) == ShipmentState.UNCERTAIN) | (col(Shipment.twin_number) != "")
    rule = (visible(actor, Act.SHIP, Shipment), doubt)
    for one in session.execute(
        select(Shipment).where(*rule).order_by(col(Shipment.id)).limit(EACH)
    ).scalars():
        key = "todo.parcel.twin" if one.twin_number else "todo.parcel"
        yield Todo("parcel", one.public_id, Term(key, {"number": one.number}), Term(f"{key}.why"))


def _carriers(session: Session, actor: Actor) -> Iterator[Todo]:
    if not may(actor, Act.MANAGE_CARRIER):
        return
    lost = col(CarrierAccount.state) == AccountState.NEEDS_LOGIN
    rule = (visible(actor, Act.MANAGE_CARRIER, CarrierAccount), lost)
    if session.execute(select(CarrierAccount).where(*rule).limit(1)).first() is not None:
        yield Todo("carrier", "", Term("todo.carrier"), Term("todo.carrier.why"))


def _to_release(session: Session, actor: Actor) -> Iterator[Todo]:
    if not may(actor, Act.RELEASE_LOT):
        return
    for lot in _lots(session, actor, LotState.OPEN, col(Lot.packed_on).is_not(None)):
        figures = {"kg": kilograms(lot.weight_g), "date": lot.packed_on}
        title = Term("todo.release", {"lot": lot.code})
        yield Todo("release", lot.public_id, title, Term("todo.release.why", figures))


def _without_stamps(session: Session, actor: Actor) -> Iterator[Todo]:
    if not may(actor, Act.ACTIVATE):
        return
    stamped = select(col(StampActivation.lot_id)).where(col(StampActivation.lot_id) == Lot.id).exists()
    for lot in _lots(session, actor, LotState.RELEASED, ~stamped, col(Lot.product_id).is_not(None)):
        product = session.get_one(Product, lot.product_id)
        figures = {"n": lot.weight_g // product.unit_g, "m": activated(session, lot.id)}
        title = Term("todo.stamps", {"lot": lot.code})
        yield Todo("stamps", lot.public_id, title, Term("todo.stamps.why", figures))


def _shops(session: Session, actor: Actor, now: datetime) -> Iterator[Todo]:
    if not may(actor, Act.VIEW_SHOP):
        return
    rule = (visible(actor, Act.VIEW_SHOP, Shop), col(Shop.state) == ShopState.NEEDS_LOGIN)
    for shop in session.execute(select(Shop).where(*rule).limit(EACH)).scalars():
        yield Todo("shop", str(shop.id), Term("todo.shop", {"shop": shop.name}), Term("todo.shop.why"))
    for one in sync_health(session, actor, now).shops:
        if one.agreement_ends_on:
            title = Term("todo.shop.soon", {"shop": one.name, "date": one.agreement_ends_on})
            yield Todo("shop", str(one.shop_id), title, Term("todo.shop.soon.why", {"n": one.days_left}))
        if one.pulse == Pulse.SETUP and may(actor, Act.MANAGE_SHOP):
            title = Term("todo.shop.setup", {"shop": one.name})
            yield Todo("shop", str(one.shop_id), title, Term("todo.shop.setup.why"))


def _papers(session: Session, actor: Actor, now: datetime) -> Iterator[Todo]:
    today = local_day(now)
    question = (
        select(Certificate)
        .where(
            visible(actor, Act.VIEW_FARM, Certificate),
            col(Certificate.valid_to).between(today, today + SOON),
        )
        .order_by(col(Certificate.valid_to))
        .limit(EACH)
    )
    for paper in session.execute(question).scalars():
        scheme = Term(f"paper.{paper.scheme}")
        title = Term("todo.paper", {"scheme": scheme, "number": paper.number, "date": paper.valid_to})
        days = Term("todo.paper.why", {"n": (paper.valid_to - today).days})
        yield Todo("paper", str(paper.id), title, days)


def _ratings(session: Session, actor: Actor, now: datetime, steps: Sequence[int]) -> Iterator[Todo]:
    for one in endings(session, actor, local_day(now), steps)[:EACH]:
        figures = {"product": one.product.name, "n": one.rating.stars, "date": one.rating.valid_to}
        days = Term("todo.ocop.why", {"n": one.days_left})
        yield Todo("ocop", one.product.public_id, Term("todo.ocop", figures), days)


def _answers(session: Session, actor: Actor, now: datetime) -> Iterator[Todo]:
    """What became of the season plans the cooperative proposed."""
    if not may(actor, Act.PROPOSE_PLAN):
        return
    for one in answered(session, actor, now - ANSWERED, EACH):
        plan = one.plan
        key = "todo.plan.accepted" if plan.ended_at is None else "todo.plan.declined"
        title = Term(key, {"crop": crop_word(plan.crop, plan.variety), "place": one.commune})
        since = Term("todo.plan.accepted.why", {"date": local_day(plan.confirmed_at or now)})
        yield Todo("plan", str(plan.id), title, plan.end_reason or since)


def _problems(session: Session, actor: Actor) -> Iterator[Todo]:
    """Reports of buyers that wait for an answer, longest first."""
    if not may(actor, Act.SEE_PROBLEMS):
        return
    for one in reports(session, actor, answered=False)[:EACH]:
        title = Term("todo.problem", {"day": local_day(one.row.reported_at)})
        yield Todo("problem", one.row.public_id, title, one.row.text[:120])


def season(session: Session, actor: Actor, now: datetime) -> Season:
    """This year's harvests, packing and stamps in the actor's sight."""
    first = season_start(now)
    seen = (visible(actor, Act.VIEW_FARM, Lot), counts())
    weight = func.coalesce(func.sum(Lot.weight_g), 0)
    picked = select(func.count(), weight).where(
        *seen, col(Lot.kind) == LotKind.HARVEST, col(Lot.harvested_on) >= first
    )
    harvests, harvested_g = session.execute(picked).one()
    is_packed = col(Lot.kind).not_in((LotKind.HARVEST, LotKind.RECEIVED))
    season_packs = (*seen, is_packed, col(Lot.packed_on) >= first)
    packed_g = int(session.execute(select(weight).where(*season_packs)).scalar_one())
    count = func.coalesce(func.sum(StampActivation.last - StampActivation.first + 1), 0)
    stamps = select(count).join(Lot, col(Lot.id) == col(StampActivation.lot_id)).where(seen[0])
    return Season(
        year=first.year,
        harvests=int(harvests),
        harvested_g=int(harvested_g),
        packed_g=packed_g - _packed_again_g(session, season_packs),
        stamps=int(session.execute(stamps.where(col(Lot.harvested_on) >= first)).scalar_one()),
    )


def _packed_again_g(session: Session, packs: tuple[ColumnElement[bool], ...]) -> int:
    """Grams of these packs that went into packs of the same season, and would count twice.

    What a receiver took in left as it was packed, and stays packed.
    """
    child = aliased(Lot)
    again = col(child.kind).not_in((LotKind.HARVEST, LotKind.RECEIVED))
    drawn = (
        select(func.coalesce(func.sum(LotLink.weight_g), 0))
        .join(Lot, col(Lot.id) == col(LotLink.parent_id))
        .join(child, col(child.id) == col(LotLink.child_id))
        .where(*packs, again, col(child.state) != LotState.DRAFT)
    )
    return int(session.execute(drawn).scalar_one())
