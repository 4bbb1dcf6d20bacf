"""The ten items of Circular 02/2024/TT-BKHCN and the four groups of Decision 25/QĐ-BNNMT, for one lot.

Invariant I13: what is demanded on the lot's day is there before it is released and before its first stamp.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from trace.records.lot import Lot, LotKind
from trace.records.organisation import Organisation
from trace.records.plot import Plot
from trace.records.product import Product, ProductImage
from trace.services.admin_units import ancestors as units_above
from trace.services.gates import Stop
from trace.services.information_rules import demands_on, item_name
from trace.services.lineage import ancestors
from trace.services.papers import Paper, papers_on
from trace.texts.catalogs import Term

Found = Term | str | date | None
"""What an item is read as; None where there is nothing."""


class Answer(StrEnum):
    """What became of an item."""

    PRESENT = "present"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"


class Place(StrEnum):
    """Where an item is written down."""

    PRODUCT = "product"
    PICTURE = "picture"
    LOT = "lot"
    PLOT = "plot"
    ORGANISATION = "organisation"


@dataclass(frozen=True)
class Item:
    """One item of a lot: ``name`` is its catalog key, ``todo`` what to do where it is missing."""

    item: str
    answer: Answer
    found: Found
    place: Place

    @property
    def paper(self) -> str:
        """``tt02`` or ``qd25``."""
        return self.item.partition(".")[0]

    @property
    def name(self) -> Term:
        """What the paper calls it."""
        return item_name(self.item)

    @property
    def todo(self) -> Term:
        """What to do about it."""
        return Term(f"information.todo.{self.item}")


@dataclass(frozen=True)
class Facts:
    """What the items are read from; ``chain`` is the lot and all that went into it."""

    lot: Lot
    org: Organisation
    product: Product | None
    pictures: int
    chain: Sequence[tuple[Lot, Plot | None]]
    address: str
    papers: tuple[Paper, ...]

    @property
    def harvests(self) -> list[tuple[Lot, Plot | None]]:
        """The harvest lots with their plots."""
        return [(lot, plot) for lot, plot in self.chain if lot.kind == LotKind.HARVEST]


def day_of(lot: Lot) -> date:
    """The day whose rules a lot is judged by: it was packed, else picked then."""
    return lot.packed_on or lot.harvested_on


def information_of(session: Session, lot: Lot, product: Product | None) -> list[Item]:
    """Every item that is asked for on the lot's day; ``product`` is what its stamps stand on."""
    demands = demands_on(session, day_of(lot))
    if not demands:
        return []
    facts = facts_of(session, lot, product)
    return [_item(facts, item, required=required) for item, required in demands.items()]


def information_stops(session: Session, lot: Lot, product: Product | None) -> list[Stop]:
    """``gate.tt02`` and ``gate.qd25`` with what is missing and how much is there."""
    found = information_of(session, lot, product)
    stops = []
    for paper in ("tt02", "qd25"):
        mine = [one for one in found if one.paper == paper]
        missing = [one for one in mine if one.answer is Answer.MISSING]
        if missing:
            figures = {"n": len(missing), "total": len(mine), "have": len(mine) - len(missing)}
            names = [one.name for one in missing]
            stops.append(Stop(f"gate.{paper}", {**figures, "items": names, "lot": lot.code}))
    return stops


def facts_of(session: Session, lot: Lot, product: Product | None) -> Facts:
    """Everything the items are read from, in a few questions."""
    org = session.get_one(Organisation, lot.org_id)
    rows = (
        select(Lot, Plot)
        .outerjoin(Plot, col(Plot.id) == col(Lot.plot_id))
        .where(col(Lot.id).in_(ancestors(session, lot.id)))
        .order_by(col(Lot.id))
    )
    chain = [(row[0], row[1]) for row in session.execute(rows)]
    units = units_above(session, org.commune_scheme, org.commune_code)
    return Facts(
        lot=lot,
        org=org,
        product=product,
        pictures=_pictures(session, product),
        chain=chain,
        address=", ".join(unit.full_name for unit in units),
        papers=_papers(session, lot, product, chain),
    )


def _pictures(session: Session, product: Product | None) -> int:
    if product is None:
        return 0
    question = (
        select(func.count()).select_from(ProductImage).where(col(ProductImage.product_id) == product.id)
    )
    return int(session.execute(question).scalar_one())


def _papers(
    session: Session, lot: Lot, product: Product | None, chain: Sequence[tuple[Lot, Plot | None]]
) -> tuple[Paper, ...]:
    harvests = [(one, plot) for one, plot in chain if one.kind == LotKind.HARVEST]
    grounds = frozenset(
        (one.plot_id, one.growing_area_id or (plot.growing_area_id if plot else None))
        for one, plot in harvests
    )
    day = day_of(lot)
    return papers_on(session, lot.org_id, product.id if product else None, day, day, grounds)


def _item(facts: Facts, item: str, *, required: bool) -> Item:
    read, place = _READ[item]
    found = read(facts)
    absent = Answer.MISSING if required else Answer.NOT_APPLICABLE
    return Item(item, Answer.PRESENT if found else absent, found or None, place)


# --- How each item is read; empty is absent ---------------------------------------------------------


def _picture(facts: Facts) -> Found:
    return Term("information.pictures", {"n": facts.pictures}) if facts.pictures else None


def _stages(facts: Facts) -> Found:
    """At least one stage, each with a product's code, a place's code and its day."""
    places = [_place_code(facts, lot, plot) for lot, plot in facts.chain]
    if not facts.harvests or not all(places):
        return None
    return Term("information.stages", {"n": len(places), "m": len(set(places))})


def _place_code(facts: Facts, lot: Lot, plot: Plot | None) -> Any:
    """The place of one stage: a harvest's plot or growing area; goods are packed at a house or the seat."""
    if lot.kind != LotKind.HARVEST:
        return ("house", lot.packing_house_id) if lot.packing_house_id else ("org", facts.org.public_id)
    if plot is not None:
        return ("plot", plot.code)
    return ("area", lot.growing_area_id) if lot.growing_area_id else None


def _time(facts: Facts) -> Found:
    lot = facts.lot
    if lot.packed_on is not None:
        return Term("information.days", {"date": lot.harvested_on, "date2": lot.packed_on})
    return lot.harvested_on if lot.kind == LotKind.HARVEST else None


def _code(facts: Facts) -> Found:
    return Term("information.code", {"lot": facts.lot.code, "id": facts.lot.public_id})


def _shelf_life(facts: Facts) -> Found:
    if facts.lot.best_before is not None:
        return facts.lot.best_before
    days = facts.product.shelf_life_days if facts.product else None
    return Term("information.shelf", {"n": days}) if days else None


def _standards(facts: Facts) -> Found:
    said = facts.product.standards if facts.product else ""
    if said:
        return said
    names = [
        Term("information.paper", {"scheme": Term(f"scheme.{one.scheme}"), "number": one.number})
        for one in facts.papers
        if one.scheme != "lab"
    ]
    return Term("information.papers", {"items": names}) if names else None


def _households(facts: Facts) -> Found:
    found = [lot.household_id for lot, _ in facts.harvests]
    if not found or None in found:
        return None
    return Term("information.households", {"n": len(set(found)), "coop": facts.org.name})


def _grounds(facts: Facts) -> Found:
    plots = {plot.id: plot for _, plot in facts.harvests if plot is not None}
    if not facts.harvests or any(plot is None for _, plot in facts.harvests):
        return None
    days = sorted(lot.harvested_on for lot, _ in facts.harvests)
    area_ha = sum(plot.area_m2 for plot in plots.values()) / 10_000
    return Term("information.grounds", {"n": len(plots), "area": area_ha, "date": days[0], "date2": days[-1]})


def _lookup(facts: Facts) -> Found:
    return f"/lo/{facts.lot.public_id}" if facts.product else None


_READ: dict[str, tuple[Callable[[Facts], Found], Place]] = {
    "tt02.1": (lambda facts: facts.product.name if facts.product else None, Place.LOT),
    "tt02.2": (_picture, Place.PICTURE),
    "tt02.3": (lambda facts: facts.org.name, Place.ORGANISATION),
    "tt02.4": (lambda facts: facts.address, Place.ORGANISATION),
    "tt02.5": (_stages, Place.LOT),
    "tt02.6": (_time, Place.LOT),
    "tt02.7": (_code, Place.LOT),
    "tt02.8": (lambda facts: facts.product.brand if facts.product else None, Place.PRODUCT),
    "tt02.9": (_shelf_life, Place.PRODUCT),
    "tt02.10": (_standards, Place.PRODUCT),
    "qd25.1": (_households, Place.PLOT),
    "qd25.2": (_grounds, Place.PLOT),
    "qd25.3": (_stages, Place.LOT),
    "qd25.4": (_lookup, Place.LOT),
}
"""Which fields an item is read from, and where these are written down."""
