"""A lot's story for whoever holds its goods: where it grew, what went into it, which papers held that day.

Every question is made once and asked again with other figures: making it costs more than asking.

No household is named here: the public reads how many there are, their commune and their cooperative.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

from sqlalchemy import Executable, and_, bindparam, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from trace.records.admin_unit import AdminUnit
from trace.records.columns import NEW_SCHEME
from trace.records.diary_entry import DiaryEntry, DiaryKind
from trace.records.lot import Lot, LotKind, LotLink
from trace.records.plot import Plot
from trace.records.product import ProductImage
from trace.services.papers import Ground, Paper, Stars, papers_on, stars_on

SPRAY_WINDOW_DAYS = 60


@dataclass(frozen=True)
class Place:
    """Full names of a commune and its province now, and of the units before July 2025 where known."""

    commune: str
    province: str
    old_commune: str | None = None
    old_district: str | None = None
    old_province: str | None = None
    code: str | None = None
    """Of the commune, where it is one of the scheme since July 2025."""


@dataclass(frozen=True)
class Step:
    """One stage from the plots to the pack: its kind, days, weight and how many lots and households."""

    kind: str
    first_day: date
    last_day: date
    weight_g: int
    lots: int
    households: int
    code: str | None


@dataclass(frozen=True)
class Spray:
    """The tightest wait between a spray and the harvest; no ``day`` where the diary shows none."""

    day: date | None
    waited_days: int
    required_days: int

    @property
    def is_kept(self) -> bool:
        """Whether the wait was as long as required."""
        return self.day is None or self.waited_days >= self.required_days


@dataclass(frozen=True)
class Story:
    """Everything the page of one lot tells beside the lot itself."""

    place: Place
    steps: tuple[Step, ...]
    households: int
    spray: Spray | None
    papers: tuple[Paper, ...]
    stars: Stars | None
    image: str | None

    @property
    def picked(self) -> tuple[date, date] | None:
        """The first and the last day of harvest; None where the harvests are not in this registry."""
        days = [(step.first_day, step.last_day) for step in self.steps if step.kind == LotKind.HARVEST]
        return days[0] if days else None


def tell(session: Session, lot_id: int, today: date) -> Story:
    """The story of one lot: some eight short questions, none a row of another one's answer."""
    lots = with_ancestors(session, lot_id)
    me = next(lot for lot in lots if lot.id == lot_id)
    day = me.packed_on or me.harvested_on
    harvests = [lot for lot in lots if lot.kind == LotKind.HARVEST]
    return Story(
        place=place_of(session, me),
        steps=_steps(lots, me),
        households=len({lot.household_id for lot in harvests if lot.household_id is not None}),
        spray=_spray(session, harvests),
        papers=papers_on(session, me.org_id, me.product_id, day, today, _grounds(harvests)),
        stars=stars_on(session, me.product_id, day, today),
        image=image_of(session, me.product_id),
    )


_LOT_FACTS = (
    *("id", "org_id", "code", "kind", "product_id", "weight_g", "household_id", "plot_id"),
    *("growing_area_id", "harvested_on", "packed_on"),
    *("commune_scheme", "commune_code", "old_commune_scheme", "old_commune_code"),
)


def with_ancestors(session: Session, lot_id: int) -> Sequence[Any]:
    """The facts of a lot and of all that went into it, each with its plot's growing area."""
    return session.connection().execute(_ancestors(), {"lot": lot_id}).all()


@cache
def _ancestors() -> Executable:
    start: Any = bindparam("lot")
    up = select(col(Lot.id).label("id")).where(col(Lot.id) == start).cte("up", recursive=True)
    up = up.union(select(col(LotLink.parent_id)).join(up, col(LotLink.child_id) == up.c.id))
    return (
        select(
            *[getattr(Lot, name) for name in _LOT_FACTS],
            col(Plot.growing_area_id).label("plot_area_id"),
        )
        .join(up, up.c.id == col(Lot.id))
        .outerjoin(Plot, col(Plot.id) == col(Lot.plot_id))
        .order_by(col(Lot.id))
    )


def place_of(session: Session, placed: Any) -> Place:
    """The names of a placed row's commune, now and before."""
    commune, province = _names(session, placed.commune_scheme, placed.commune_code, 2)
    code = placed.commune_code if placed.commune_scheme == NEW_SCHEME else None
    if placed.old_commune_code is None:
        return Place(commune, province, code=code)
    old = _names(session, placed.old_commune_scheme, placed.old_commune_code, 3)
    return Place(commune, province, old[0], old[1], old[2], code)


def _names(session: Session, scheme: str, code: str, levels: int) -> list[str]:
    """Full names of a unit and what lies above it, the unit first."""
    row = session.connection().execute(_units(levels), {"scheme": scheme, "code": code}).one()
    return [name or "" for name in row]


@cache
def _units(levels: int) -> Executable:
    scheme: Any = bindparam("scheme")
    code: Any = bindparam("code")
    units: list[Any] = [aliased(AdminUnit) for _level in range(levels)]
    question = select(*[unit.full_name for unit in units]).select_from(units[0])
    for below, above in pairwise(units):
        parent = and_(above.scheme == below.scheme, above.code == below.parent_code)
        question = question.outerjoin(above, parent)
    return question.where(units[0].scheme == scheme, units[0].code == code)


_ORDER = (LotKind.HARVEST, LotKind.POOL, LotKind.PROCESSED, LotKind.PACK, LotKind.RECEIVED)


def _steps(lots: Sequence[Any], me: Any) -> tuple[Step, ...]:
    """Stages in the order of the goods; the lot itself comes last."""
    others = [lot for lot in lots if lot.id != me.id]
    stages = [(kind, [lot for lot in others if lot.kind == kind]) for kind in _ORDER]
    return (*(_step(kind, some) for kind, some in stages if some), _step(me.kind, [me]))


def _step(kind: str, lots: Sequence[Any]) -> Step:
    days = [_day(lot) for lot in lots]
    return Step(
        kind=str(kind),
        first_day=min(days),
        last_day=max(days),
        weight_g=sum(lot.weight_g for lot in lots),
        lots=len(lots),
        households=len({lot.household_id for lot in lots if lot.household_id is not None}),
        code=lots[0].code if len(lots) == 1 else None,
    )


def _day(lot: Any) -> date:
    day: date = lot.harvested_on if lot.kind == LotKind.HARVEST else lot.packed_on or lot.harvested_on
    return day


def _spray(session: Session, harvests: Sequence[Any]) -> Spray | None:
    """The wait that was closest to too short; None where a harvest has no plot to ask about."""
    plots = {lot.plot_id for lot in harvests}
    if not harvests or None in plots:
        return None
    entries = _sprays(session, plots, harvests)
    waits = [
        Spray(entry.done_on, (lot.harvested_on - entry.done_on).days, entry.waiting_days)
        for lot in harvests
        for entry in entries
        if entry.plot_id == lot.plot_id
        and timedelta(0) <= lot.harvested_on - entry.done_on <= timedelta(days=SPRAY_WINDOW_DAYS)
    ]
    if not waits:
        return Spray(None, SPRAY_WINDOW_DAYS, 0)
    if any(wait.required_days is None for wait in waits):
        return None
    return min(waits, key=lambda wait: (wait.waited_days - wait.required_days, wait.waited_days))


def _sprays(session: Session, plots: Collection[int], harvests: Sequence[Any]) -> Sequence[Any]:
    """Sprays on these plots that no later entry corrects."""
    first = min(lot.harvested_on for lot in harvests) - timedelta(days=SPRAY_WINDOW_DAYS)
    return session.connection().execute(_uncorrected(), {"plots": list(plots), "first": first}).all()


@cache
def _uncorrected() -> Executable:
    better: Any = aliased(DiaryEntry)
    first: Any = bindparam("first")
    return (
        select(col(DiaryEntry.plot_id), col(DiaryEntry.done_on), col(DiaryEntry.waiting_days))
        .outerjoin(better, better.corrects_id == col(DiaryEntry.id))
        .where(col(DiaryEntry.plot_id).in_(bindparam("plots", expanding=True)))
        .where(col(DiaryEntry.kind) == DiaryKind.SPRAY, col(DiaryEntry.done_on) >= first, better.id.is_(None))
    )


def _grounds(harvests: Sequence[Any]) -> frozenset[Ground]:
    return frozenset((lot.plot_id, lot.growing_area_id or lot.plot_area_id) for lot in harvests)


def image_of(session: Session, product_id: int | None) -> str | None:
    """The name of a product's first picture."""
    found: str | None = session.connection().execute(_first_picture(), {"product": product_id}).scalar()
    return found


@cache
def _first_picture() -> Executable:
    product: Any = bindparam("product")
    return (
        select(col(ProductImage.sha256))
        .where(col(ProductImage.product_id) == product)
        .order_by(col(ProductImage.position), col(ProductImage.id))
        .limit(1)
    )
