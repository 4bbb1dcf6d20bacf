"""The 24-hour sheet: what FSMA 204 asks of lots and of what they came from, one row an event.

Which of our acts is which critical tracking event is this project's own reading of the rule, not the
agency's: see docs/tracing.md. What is not held is named as missing, never made up.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.admin_unit import AdminUnit
from trace.records.columns import NEW_SCHEME
from trace.records.lot import LotKind
from trace.services.admission import Actor
from trace.services.tracing.graph import Direction
from trace.services.tracing.report import Node, Report, trace_lots
from trace.standards.local_time import local_day


@dataclass(frozen=True)
class SheetRow:
    """One critical tracking event. ``missing`` names the key data elements the registry does not hold."""

    event: str
    lot_code: str
    source: str
    product: str
    grams: int | None
    place: str
    field: str
    other_place: str
    day: date | None
    inputs: str
    reference_kind: str
    reference: str
    firm: str
    phone: str
    missing: tuple[str, ...]


@dataclass(frozen=True)
class _Book:
    report: Report
    communes: Mapping[str, str]
    parents: Mapping[int, Sequence[tuple[int, int]]]

    @cached_property
    def taken_in(self) -> frozenset[int]:
        """Lots of others that lots of ours were made of on arrival."""
        received = (node.lot.id for node in self.report.nodes if node.came)
        return frozenset(parent for number in received for parent, _ in self.parents.get(number, ()))

    def place(self, node: Node, name: str = "") -> str:
        """Organisation or plot and its commune, as a location description."""
        commune = self.communes.get(node.lot.commune, "")
        return ", ".join(part for part in (name or node.lot.org, commune, "Viet Nam") if part)


def day_sheet(session: Session, actor: Actor, lot_ids: Collection[int]) -> list[SheetRow]:
    """Rows of these lots, of everything made of them and of everything that went into any of it, by day.

    Raises:
        NotAllowed, NotFound, Refused: as ``trace_lots``.
    """
    below = trace_lots(session, actor, lot_ids, Direction.DOWN)
    ids = [node.lot.id for node in below.nodes if not node.lot.is_partner]
    report = trace_lots(session, actor, ids, Direction.UP)
    parents: dict[int, list[tuple[int, int]]] = {}
    for link in report.links:
        parents.setdefault(link.child, []).append((link.parent, link.grams))
    codes = {node.lot.commune for node in report.nodes}
    book = _Book(report, _communes(session, codes), parents)
    rows = [row for node in report.nodes for row in _rows(book, node)]
    return sorted(rows, key=lambda row: (row.day or date.min, row.lot_code))


def _communes(session: Session, codes: Collection[str]) -> dict[str, str]:
    question = select(col(AdminUnit.code), col(AdminUnit.full_name)).where(
        col(AdminUnit.scheme) == NEW_SCHEME, col(AdminUnit.code).in_(codes)
    )
    return {row[0]: row[1] for row in session.execute(question)}


def _rows(book: _Book, node: Node) -> Iterator[SheetRow]:
    if node.lot.is_partner:
        if node.lot.id not in book.taken_in:  # its own row says so with all that is known
            yield _row(book, node, "receiving", missing=("source", "quantity", "date"))
    elif node.came:
        came = node.came[0]
        day, told = local_day(came.at), ("consignment", came.number)
        yield _row(book, node, "receiving", other_place=came.sender, day=day, told=told)
    elif node.lot.kind == LotKind.HARVEST:
        yield _row(book, node, "harvesting", other_place=book.place(node), day=node.lot.harvested_on)
        yield _row(book, node, "cooling", missing=("place", "date"))
        if node.stamps or node.sales or node.parcels or node.sent:
            yield _packing(book, node, node.lot.weight_g - node.drawn_g)  # the rest is packed as other lots
    else:
        yield _packing(book, node)
    yield from _shipping(book, node)


def _packing(book: _Book, node: Node, grams: int | None = None) -> SheetRow:
    """A pool is no event of the rule; goods packed again were transformed."""
    if node.lot.kind == LotKind.POOL:
        return _row(book, node, "pooling", day=node.lot.packed_on)
    again = node.lot.kind == LotKind.PROCESSED or _was_packed(book, node)
    house = node.lot.house or node.lot.org
    day = node.lot.packed_on or (node.lot.harvested_on if node.lot.kind == LotKind.HARVEST else None)
    missing = () if node.lot.house else ("packing_house",)
    event = "transformation" if again else "packing"
    return _row(book, node, event, house, day=day, grams=grams, missing=missing)


def _was_packed(book: _Book, node: Node) -> bool:
    """Whether anything that went into it, however far back, was a packed lot."""
    todo, seen = [number for number, _ in book.parents.get(node.lot.id, ())], set()
    while todo:
        number = todo.pop()
        if number in seen:
            continue
        seen.add(number)
        if book.report.by_id[number].lot.kind in (LotKind.PACK, LotKind.PROCESSED):
            return True
        todo += [parent for parent, _ in book.parents.get(number, ())]
    return False


def _shipping(book: _Book, node: Node) -> Iterator[SheetRow]:
    for sale in node.sales:
        where = f"{sale.marketplace}: {sale.shop}"
        day, told = local_day(sale.ordered_at), ("order", sale.number)
        yield _row(book, node, "shipping", other_place=where, day=day, grams=sale.grams, told=told,
                   missing=("receiver",))  # fmt: skip
    for parcel in node.parcels:
        day, told = local_day(parcel.at), ("parcel", parcel.number)
        yield _row(book, node, "shipping", other_place=parcel.carrier, day=day, grams=parcel.weight_g,
                   told=told, missing=("receiver",))  # fmt: skip
    for sent in node.sent:
        yield _row(book, node, "shipping", other_place=sent.receiver, day=sent.day, grams=sent.grams,
                   told=("consignment", sent.number))  # fmt: skip


def _row(
    book: _Book,
    node: Node,
    event: str,
    at: str = "",
    *,
    other_place: str = "",
    day: date | None = None,
    grams: int | None = None,
    told: tuple[str, str] | None = None,
    missing: tuple[str, ...] = (),
) -> SheetRow:
    lot = node.lot
    is_farm = event in ("harvesting", "cooling")
    own = lot.weight_g if event != "cooling" and not lot.is_partner else None
    found = {"phone": lot.phone, "field": lot.plot or not is_farm, "day": day or missing}
    absent = [*missing, *(name for name, held in found.items() if not held)]
    return SheetRow(
        event=event,
        lot_code=lot.code,
        source=book.place(node),
        product=" ".join(part for part in (lot.product_en or lot.product, lot.crop, lot.variety) if part),
        grams=own if grams is None else grams,
        place="" if event == "cooling" else book.place(node, lot.plot if is_farm else at),
        field=" / ".join(part for part in (lot.plot, lot.area) if part) if is_farm else "",
        other_place=other_place,
        day=day,
        inputs="; ".join(
            f"{book.report.by_id[number].lot.code} {weight_g / 1000:g} kg"
            for number, weight_g in book.parents.get(lot.id, ())
        )
        if event in ("packing", "pooling", "transformation")
        else "",
        reference_kind=told[0] if told else "lot",
        reference=told[1] if told else lot.code,
        firm=lot.org,
        phone=lot.phone,
        missing=tuple(absent),
    )
