"""Growing areas and packing houses: their codes, one for each market, and their standing over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator
from sqlalchemy import func, select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid
from trace.records.organisation import Organisation
from trace.records.plot import GrowingArea, PackingHouse, Plot, SiteStatus, SiteStatusChange
from trace.services.admission import Act, Actor, fetch, lock, own_org, visible
from trace.services.crops import crop_of
from trace.services.intake import Day, Given, line
from trace.services.logging_acts import append_leaf
from trace.services.lot_states import lock_org
from trace.services.registering import Area, MaybeGln, PlaceIn, add_unique, place_columns
from trace.services.site_standing import history, hold_lots_of, site_column
from trace.standards import growing_area, packing_house, place_code
from trace.standards.fault import Fault
from trace.standards.local_time import local_day

MARKETS = ("VN", "CN", "JP", "US", "AU", "EU", "SG", "TH", "KR", "MY")
"""Markets that give codes, as two letters; VN is the home market."""


def market_of(text: str) -> str:
    """A market's two letters; raises ``imp.choice``."""
    found = text.strip().upper()
    if found not in MARKETS:
        raise Fault("imp.choice", value=text[:40], choices=", ".join(MARKETS))
    return found


def site_code(text: str) -> str:
    """A code as issued, at most 32 signs; raises ``standard.place_code``."""
    code = place_code.validate(text)
    if len(code) > 32:
        raise Fault("standard.place_code", expected="1..32", got=code)
    return code


SiteCode = Annotated[str, AfterValidator(site_code)]
Market = Annotated[str, AfterValidator(market_of)]


class GrowingAreaIn(PlaceIn):
    """A growing area as on its paper; the code is kept as issued."""

    code: SiteCode
    market: Market
    name: Annotated[str, line(120)] = ""
    crop: Annotated[str, line(32, 1), AfterValidator(crop_of)]
    area_m2: Area


class PackingHouseIn(PlaceIn):
    """A packing house as on its paper."""

    code: SiteCode
    market: Market
    name: Annotated[str, line(120, 2)]
    gln: MaybeGln = None


class StatusIn(Given):
    """A new standing from a day on, and why."""

    status: SiteStatus
    since: Day
    reason: Annotated[str, line(400, 3)]


@dataclass(frozen=True)
class Doubt:
    """Something to look at again that stops nothing: a catalog key and its figures."""

    key: str
    params: dict[str, object]


Site = TypeVar("Site", GrowingArea, PackingHouse)


def add_growing_area(session: Session, actor: Actor, given: GrowingAreaIn, now: datetime) -> GrowingArea:
    """Register a growing area of the actor's cooperative, active from today."""
    values = given.model_dump(exclude={"commune", "old_commune"}) | _place(session, actor, given, GrowingArea)
    row = GrowingArea(org_id=own_org(actor), created_at=now, **values)
    add_unique(session, row, "code", given.code)
    _note(session, actor, row, local_day(now), "", now)
    return row


def add_packing_house(session: Session, actor: Actor, given: PackingHouseIn, now: datetime) -> PackingHouse:
    """Register a packing house of the actor's cooperative, active from today."""
    values = given.model_dump(exclude={"commune", "old_commune"}) | _place(
        session, actor, given, PackingHouse
    )
    row = PackingHouse(org_id=own_org(actor), created_at=now, **values)
    add_unique(session, row, "code", given.code)
    _note(session, actor, row, local_day(now), "", now)
    return row


def change_status(
    session: Session, actor: Actor, table: type[Site], site_id: int, given: StatusIn, now: datetime
) -> Site:
    """Suspend, revoke or restore a site's code; a line of history a change.

    Lots picked (packed) since that day while the code does not stand are put on hold.

    Raises:
        NotFound: not within reach.
        Invalid: the day is to come, or before the last change.
    """
    row = fetch(session, actor, Act.MANAGE_REGISTRY, table, id=site_id)
    lock_org(session, row.org_id)  # no lot is written down meanwhile
    lock(session, row)
    past = history(session, row)
    earliest = past[0].since if past else local_day(row.created_at)
    if not earliest <= given.since <= local_day(now):
        span: dict[str, object] = {"min": earliest, "max": local_day(now), "unit": ""}
        raise Invalid([FieldProblem("since", "field.range", given.since, span)])
    if given.status == row.status:
        return row
    row.status = given.status
    _note(session, actor, row, given.since, given.reason, now)
    record = {"site": row.code, "market": row.market, "status": given.status, "by": actor.account_id}
    append_leaf(session, "site_status", {**record, "since": given.since.isoformat()}, now)
    hold_lots_of(session, actor, row, given.since, now)
    return row


def growing_areas(session: Session, actor: Actor) -> Sequence[GrowingArea]:
    """Growing areas in the actor's reach."""
    wanted = visible(actor, Act.VIEW_FARM, GrowingArea)
    return session.execute(select(GrowingArea).where(wanted).order_by(col(GrowingArea.code))).scalars().all()


def packing_houses(session: Session, actor: Actor) -> Sequence[PackingHouse]:
    """Packing houses in the actor's reach."""
    wanted = visible(actor, Act.VIEW_FARM, PackingHouse)
    return (
        session.execute(select(PackingHouse).where(wanted).order_by(col(PackingHouse.code))).scalars().all()
    )


def doubts(session: Session, site: GrowingArea | PackingHouse) -> list[Doubt]:
    """What is unusual: a code unlike its market's others, plots larger than their growing area."""
    unlike = code_doubt(type(site), site.code, site.market)
    found = [unlike] if unlike else []
    if isinstance(site, GrowingArea) and (planted := planted_m2(session, site.id)) > site.area_m2:
        found.append(Doubt("imp.area", {"a": planted / 10_000, "b": site.area_m2 / 10_000}))
    return found


def code_doubt(table: type[GrowingArea] | type[PackingHouse], code: str, market: str) -> Doubt | None:
    """A code unlike its market's others."""
    rules = growing_area.PATTERNS if table is GrowingArea else packing_house.PATTERNS
    unlike = place_code.doubt(code, market, rules.get(market))
    return Doubt(unlike.key, dict(unlike.params)) if unlike else None


def planted_m2(session: Session, growing_area_id: int) -> int:
    """The sum of a growing area's plots in square metres."""
    question = select(func.coalesce(func.sum(col(Plot.area_m2)), 0))
    return int(session.execute(question.where(col(Plot.growing_area_id) == growing_area_id)).scalar_one())


def _place(session: Session, actor: Actor, given: PlaceIn, table: type[Any]) -> dict[str, Any]:
    visible(actor, Act.MANAGE_REGISTRY, table)
    home = session.get_one(Organisation, own_org(actor)).commune_code
    return place_columns(session, given, home)


def _note(
    session: Session, actor: Actor, site: GrowingArea | PackingHouse, since: date, reason: str, now: datetime
) -> None:
    session.add(
        SiteStatusChange(
            **{site_column(site): site.id},
            status=site.status,
            since=since,
            reason=reason,
            recorded_at=now,
            recorded_by=actor.account_id,
        )
    )
    session.flush()
