"""Under which codes of a market goods were grown and packed, and which of them did not stand that day."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import or_, select
from sqlmodel import Session, col

from trace.records.logistic_unit import LogisticUnit, UnitContent
from trace.records.lot import Lot, LotKind
from trace.records.plot import GrowingArea, PackingHouse, Plot, PlotArea, SiteStatus
from trace.services.lineage import ancestors
from trace.services.site_standing import status_on
from trace.texts.catalogs import Term


@dataclass
class Codes:
    """Codes that stood, in their order, and what is lacking."""

    found: list[str] = field(default_factory=list)
    lacks: list[Term] = field(default_factory=list)


def origins_of(session: Session, lots: Iterable[Lot]) -> list[tuple[Lot, Lot]]:
    """Each lot with each harvest that went into it."""
    pairs = []
    for lot in lots:
        harvests = select(Lot).where(
            col(Lot.id).in_(ancestors(session, lot.id)), col(Lot.kind) == LotKind.HARVEST
        )
        pairs += [(lot, one) for one in session.execute(harvests.order_by(col(Lot.id))).scalars()]
    return pairs


def area_codes(session: Session, market: str, origins: Sequence[tuple[Lot, Lot]]) -> Codes:
    """Growing areas of the market on the days of harvest; every harvest must have one that stood.

    Land without any area is told of once a lot, however often it was picked.
    """
    codes = Codes()
    told: dict[tuple[int, int | None], Term] = {}
    for lot, harvest in origins:
        areas = _areas(session, market, harvest)
        day = harvest.harvested_on
        said = {"lot": lot.code, "lot2": harvest.code, "date": day, "market": Term(f"market.{market}")}
        standing = _standing(session, areas, day)
        if standing:
            codes.found += [one.code for one in standing]
        elif areas:
            codes.lacks.append(
                Term("market_ask.lack.area_status", {**said, **_status(session, areas[0], day)})
            )
        else:
            told.setdefault(
                (lot.id, harvest.plot_id), Term("market_ask.lack.area", {**said, **_land(session, harvest)})
            )
    codes.lacks += told.values()
    codes.found = sorted(set(codes.found))
    return codes


def house_codes(
    session: Session,
    market: str,
    packed: Sequence[tuple[LogisticUnit, Sequence[UnitContent]]],
    lots: Mapping[int, Lot],
) -> Codes:
    """Packing houses of the market on the days of packing; boxes packed alike are told of once."""
    codes = Codes()
    said: dict[tuple[int | None, date, int], tuple[LogisticUnit, Lot]] = {}
    for unit, contents in packed:
        for content in contents:
            lot = lots[content.lot_id]
            house_id = unit.packing_house_id or lot.packing_house_id
            said.setdefault((house_id, unit.packed_on, lot.id), (unit, lot))
    for (house_id, day, _), (unit, lot) in said.items():
        found, lack = _house(session, market, house_id, day, unit, lot)
        codes.found += [found] if found else []
        codes.lacks += [lack] if lack else []
    codes.found = sorted(set(codes.found))
    return codes


def _house(
    session: Session, market: str, house_id: int | None, day: date, unit: LogisticUnit, lot: Lot
) -> tuple[str, Term | None]:
    base = session.get(PackingHouse, house_id) if house_id else None
    houses = _houses(session, market, base) if base else []
    standing = _standing(session, houses, day)
    if standing:
        return standing[0].code, None
    about = {"unit": unit.number, "lot": lot.code, "date": day, "market": Term(f"market.{market}")}
    if houses:
        return "", Term("market_ask.lack.house_status", {**about, **_status(session, houses[0], day)})
    return "", Term("market_ask.lack.house", {**about, "house": base.code if base else "–"})


def _land(session: Session, harvest: Lot) -> dict[str, object]:
    plot = session.get(Plot, harvest.plot_id) if harvest.plot_id else None
    return {"plot": plot.name if plot else "–"}


def _areas(session: Session, market: str, harvest: Lot) -> list[GrowingArea]:
    """Areas the harvest's plot lay in that day: its own, others named for it, the same code elsewhere."""
    plot = session.get(Plot, harvest.plot_id) if harvest.plot_id else None
    numbers = {harvest.growing_area_id, plot.growing_area_id if plot else None} - {None}
    if plot:
        day = harvest.harvested_on
        then = (col(PlotArea.since) <= day, or_(col(PlotArea.until).is_(None), col(PlotArea.until) >= day))
        more = select(col(PlotArea.growing_area_id)).where(col(PlotArea.plot_id) == plot.id, *then)
        numbers |= set(session.execute(more).scalars())
    codes = select(col(GrowingArea.code)).where(col(GrowingArea.id).in_(numbers))
    return list(
        session.execute(
            select(GrowingArea)
            .where(
                col(GrowingArea.org_id) == harvest.org_id,
                col(GrowingArea.market) == market,
                or_(col(GrowingArea.id).in_(numbers), col(GrowingArea.code).in_(codes)),
            )
            .order_by(col(GrowingArea.code))
        ).scalars()
    )


def _houses(session: Session, market: str, base: PackingHouse) -> list[PackingHouse]:
    """The same building as this market knows it: by the same code, or by the same GLN."""
    alike = [col(PackingHouse.code) == base.code]
    if base.gln:
        alike.append(col(PackingHouse.gln) == base.gln)
    question = select(PackingHouse).where(
        col(PackingHouse.org_id) == base.org_id, col(PackingHouse.market) == market, or_(*alike)
    )
    return list(session.execute(question.order_by(col(PackingHouse.code))).scalars())


def _standing(
    session: Session, sites: Collection[GrowingArea] | Collection[PackingHouse], day: date
) -> list[GrowingArea | PackingHouse]:
    return [one for one in sites if status_on(session, one, day) is SiteStatus.ACTIVE]


def _status(session: Session, site: GrowingArea | PackingHouse, day: date) -> dict[str, object]:
    status = status_on(session, site, day)
    return {
        "code": site.code,
        "status": Term(f"registry.status.{status}" if status else "market_ask.not_yet"),
    }
