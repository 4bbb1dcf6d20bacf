"""The ten items of Circular 02/2024/TT-BKHCN and the four groups of Decision 25/QĐ-BNNMT, for one lot.

Invariant I13: what is demanded on the lot's day is there before it is released and before its first stamp.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from trace.records.certificate import names_scheme
from trace.records.lot import Lot, LotKind
from trace.records.organisation import Organisation
from trace.records.plot import Plot
from trace.records.product import Product, ProductImage
from trace.services.admin_units import ancestors as units_above
from trace.services.gates import Stop
from trace.services.information_rules import demands_on, item_name
from trace.services.lineage import ancestors_of_all, portions
from trace.services.papers import Ground, Paper, covering, held_on
from trace.texts.catalogs import Term

Goods = tuple[Lot, Product | None]
"""A lot and what its stamps stand on."""
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
    return information_of_all(session, [(lot, product)])[0]


def information_of_all(session: Session, goods: Sequence[Goods]) -> list[list[Item]]:
    """The same of many lots, in their order, in a few questions for all of them."""
    demands = demands_on(session, {day_of(lot) for lot, _ in goods})
    asked = [one for one in goods if demands[day_of(one[0])]]
    facts = {one.lot.id: one for one in facts_of_all(session, asked)}
    return [
        [_item(facts[lot.id], item, required=required) for item, required in demands[day_of(lot)].items()]
        for lot, _ in goods
    ]


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


def facts_of_all(session: Session, goods: Sequence[Goods]) -> list[Facts]:
    """Everything the items are read from."""
    chains = _chains(session, [lot.id for lot, _ in goods])
    pictures = _pictures(session, {product.id for _, product in goods if product is not None})
    address = cache(lambda scheme, code: _address(session, scheme, code))
    held = cache(lambda org_id, day: held_on(session, org_id, day, day))
    found = []
    for lot, product in goods:
        org, chain = session.get_one(Organisation, lot.org_id), chains[lot.id]
        papers = covering(held(org.id, day_of(lot)), product.id if product else None, _ground(chain))
        shown = pictures.get(product.id, 0) if product else 0
        place = address(org.commune_scheme, org.commune_code)
        found.append(Facts(lot, org, product, shown, chain, place, papers))
    return found


def _chains(session: Session, lots: Sequence[int]) -> dict[int, list[tuple[Lot, Plot | None]]]:
    """Each lot with all that went into it, and where those were picked, by their numbers."""
    found: dict[int, list[tuple[Lot, Plot | None]]] = {}
    parts = ancestors_of_all(session, lots)
    numbers = {number for part in parts.values() for number in part}
    rows: dict[int, tuple[Lot, Plot | None]] = {}
    for some in portions(numbers):
        question = select(Lot, Plot).outerjoin(Plot, col(Plot.id) == col(Lot.plot_id))
        rows |= {
            row[0].id: (row[0], row[1]) for row in session.execute(question.where(col(Lot.id).in_(some)))
        }
    for lot, part in parts.items():
        found[lot] = [rows[number] for number in part]
    return found


def _address(session: Session, scheme: str, code: str) -> str:
    return ", ".join(unit.full_name for unit in units_above(session, scheme, code))


def _pictures(session: Session, products: Collection[int]) -> dict[int, int]:
    product = col(ProductImage.product_id)
    question = select(product, func.count()).where(product.in_(products)).group_by(product)
    return {int(number): int(count) for number, count in session.execute(question)}


def _ground(chain: Sequence[tuple[Lot, Plot | None]]) -> frozenset[Ground]:
    return frozenset(
        (lot.plot_id, lot.growing_area_id or (plot.growing_area_id if plot else None))
        for lot, plot in chain
        if lot.kind == LotKind.HARVEST
    )


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
        one.number
        if names_scheme(one.number, one.scheme)
        else Term("information.paper", {"scheme": Term(f"scheme.{one.scheme}"), "number": one.number})
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
