"""How a growing area or packing house stood on a day, and what a lot of such a day may no longer do.

A code that is suspended or revoked on the day goods were picked under it (packed in it) stops them: the lot
is put on hold, and the office lifts that with result and reason. Goods of the days before stay valid.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from sqlalchemy import exists, or_, select
from sqlmodel import Session, col

from trace.records.lot import Lot, LotKind, LotState
from trace.records.plot import GrowingArea, PackingHouse, SiteStatus, SiteStatusChange
from trace.services.admission import Actor
from trace.services.gates import Stop
from trace.services.holding import hold_by_rule
from trace.services.lineage import ancestors
from trace.services.lot_states import lock_lots
from trace.texts.catalogs import Term

AREA_RULE, HOUSE_RULE = "gate.area.suspended", "gate.house.suspended"
SETTLED = (LotState.DRAFT, LotState.RECALLED, LotState.DESTROYED)
"""States in which a hold says nothing more: drafts are asked when they are opened."""


def history(session: Session, site: GrowingArea | PackingHouse) -> Sequence[SiteStatusChange]:
    """Every standing of a site, the newest first."""
    question = select(SiteStatusChange).where(getattr(SiteStatusChange, site_column(site)) == site.id)
    order = (col(SiteStatusChange.since).desc(), col(SiteStatusChange.id).desc())
    return session.execute(question.order_by(*order)).scalars().all()


def standing_on(session: Session, site: GrowingArea | PackingHouse, day: date) -> SiteStatusChange | None:
    """The line of history that holds on a day, with its reason; None before the first."""
    question = (
        select(SiteStatusChange)
        .where(getattr(SiteStatusChange, site_column(site)) == site.id, col(SiteStatusChange.since) <= day)
        .order_by(col(SiteStatusChange.since).desc(), col(SiteStatusChange.id).desc())
        .limit(1)
    )
    found: SiteStatusChange | None = session.execute(question).scalar_one_or_none()
    return found


def status_on(session: Session, site: GrowingArea | PackingHouse, day: date) -> SiteStatus | None:
    """The standing on a day; None before the first."""
    found = standing_on(session, site, day)
    return SiteStatus(found.status) if found else None


def standing_stop(
    session: Session, site: GrowingArea | PackingHouse, day: date, lot_code: str
) -> Stop | None:
    """The no of a code that is suspended or revoked on the day; a day before its history has none."""
    return stop_of(site, standing_on(session, site, day), day, lot_code)


def stop_of(
    site: GrowingArea | PackingHouse, found: SiteStatusChange | None, day: date, lot_code: str
) -> Stop | None:
    """The same, once the line of history that holds on the day is known."""
    if found is None or found.status == SiteStatus.ACTIVE:
        return None
    figures: dict[str, object] = {
        "code": site.code,
        "market": Term(f"market.{site.market}"),
        "status": Term(f"registry.status.{found.status}"),
        "date": found.since,
        "reason": found.reason,
        "date2": day,
        "lot": lot_code,
    }
    return Stop(AREA_RULE if isinstance(site, GrowingArea) else HOUSE_RULE, figures)


def standing_stops(session: Session, lot: Lot) -> list[Stop]:
    """The noes of a lot's own area on its harvest day and of its packing house on its packing day."""
    found = (standing_stop(session, site, day, lot.code) for site, day in _sites_of(session, lot))
    return [stop for stop in found if stop is not None]


def chain_stops(session: Session, lot: Lot) -> list[tuple[Lot, Stop]]:
    """The same for everything in a lot, each with the lot it stops; one question where all codes stand."""
    line = SiteStatusChange
    fallen = exists().where(
        col(line.status) != SiteStatus.ACTIVE,
        or_(
            col(line.growing_area_id) == col(Lot.growing_area_id),
            col(line.packing_house_id) == col(Lot.packing_house_id),
        ),
    )
    doubtful = select(Lot).where(col(Lot.id).in_(ancestors(session, lot.id)), fallen).order_by(col(Lot.id))
    found = session.execute(doubtful).scalars().all()
    return [(source, stop) for source in found for stop in standing_stops(session, source)]


def _sites_of(session: Session, lot: Lot) -> Iterator[tuple[GrowingArea | PackingHouse, date]]:
    if lot.kind == LotKind.HARVEST and lot.growing_area_id is not None:
        yield session.get_one(GrowingArea, lot.growing_area_id), lot.harvested_on
    if lot.packed_on is not None and lot.packing_house_id is not None:
        yield session.get_one(PackingHouse, lot.packing_house_id), lot.packed_on


def hold_lots_of(
    session: Session, actor: Actor, site: GrowingArea | PackingHouse, since: date, now: datetime
) -> list[Lot]:
    """Put on hold what was picked in an area (packed in a house) while its code did not stand.

    Called when a standing is written down, for it may begin on a day that is over. What the office
    lifted for the same reason and day stays lifted.
    """
    mine, day = (col(Lot.packing_house_id), col(Lot.packed_on))
    if isinstance(site, GrowingArea):
        mine, day = (col(Lot.growing_area_id), col(Lot.harvested_on))
    wanted = select(col(Lot.id)).where(mine == site.id, day >= since, col(Lot.state).not_in(SETTLED))
    if isinstance(site, GrowingArea):
        wanted = wanted.where(col(Lot.kind) == LotKind.HARVEST)
    held = []
    for lot in lock_lots(session, list(session.execute(wanted.order_by(col(Lot.id))).scalars())):
        stops = [stop for stop in standing_stops(session, lot) if stop.figures["code"] == site.code]
        if [
            hold
            for stop in stops
            if (hold := hold_by_rule(session, actor, lot, stop.rule, stop.figures, now))
        ]:
            held.append(lot)
    return held


def site_column(site: GrowingArea | PackingHouse) -> str:
    """The column of a history's line that names such a site."""
    return "growing_area_id" if isinstance(site, GrowingArea) else "packing_house_id"
