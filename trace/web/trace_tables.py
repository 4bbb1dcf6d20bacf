"""The tables of a trace, the same on the screen and in files."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from marketplaces.carriers import directory
from trace.services.tables import Column, Table
from trace.services.tracing.report import Node, Report
from trace.texts.catalogs import t
from trace.texts.formats import kilograms, weight

Rows = Callable[[Report, str], Iterator[Sequence[Any]]]

LOTS = (
    *(("step", "number"), ("lot", "text"), ("kind", "text"), ("state", "text"), ("day", "day")),
    *(("org", "text"), ("product", "text"), ("plot", "text"), ("household", "text"), ("area", "text")),
    *(("house", "text"), ("in", "weight_kg"), ("weight", "weight_kg"), ("loss", "weight_kg")),
    *(("drawn", "weight_kg"), ("sold", "weight_kg"), ("boxed", "weight_kg"), ("left", "weight_kg")),
    *(("part", "weight_kg"), ("stamps", "number"), ("orders", "number"), ("parcels", "number")),
    *(("consignments", "number"), ("made_from", "text")),
)
SOURCES = (
    *(("plot", "text"), ("plot_name", "text"), ("household", "text"), ("area", "text"), ("lot", "text")),
    *(("day", "day"), ("state", "text"), ("weight", "weight_kg"), ("part", "weight_kg"), ("share", "number")),
)
STAMPS = (
    *(("lot", "text"), ("key", "number"), ("first", "number"), ("last", "number"), ("count", "number")),
    *(("activated", "day"), ("state", "text")),
)
ORDERS = (
    *(("way", "text"), ("channel", "text"), ("shop", "text"), ("number", "text"), ("day", "day")),
    *(("state", "text"), ("lot", "text"), ("pieces", "number"), ("weight", "weight_kg")),
)

SENT = (
    *(("number", "text"), ("receiver", "text"), ("market", "text"), ("day", "day"), ("state", "text")),
    *(("lot", "text"), ("boxes", "number"), ("weight", "weight_kg")),
)


def kg(grams: int | None) -> float | str:
    """Kilograms as a table has them: a plain figure, or an empty cell where there is none."""
    return "" if grams is None else float(kilograms(grams))


def tables(report: Report, lang: str) -> dict[str, Table]:
    """Every table that has rows, by the name its file is asked for; the lots always."""
    made = {name: _made(name, report, lang) for name in KINDS}
    return {name: table for name, table in made.items() if table.rows or name == "lots"}


def _made(name: str, report: Report, lang: str) -> Table:
    columns, rows = KINDS[name]
    heads = [Column(column, t(lang, f"trace.column.{column}"), kind) for column, kind in columns]
    return Table(t(lang, f"trace.table.{name}"), heads, list(rows(report, lang)), notes(report, lang))


def notes(report: Report, lang: str) -> tuple[str, ...]:
    """What a reader must know of the figures."""
    said = [t(lang, "trace.note.shares")]
    if report.is_cut:
        said.insert(0, t(lang, "trace.cut", n=len(report.nodes)))
    return tuple(said)


def _lots(report: Report, lang: str) -> Iterator[Sequence[Any]]:
    into: dict[int, list[str]] = {}
    for link in report.links:
        source = f"{report.by_id[link.parent].lot.code} {weight(lang, link.grams)}"
        into.setdefault(link.child, []).append(source)
    for node in report.nodes:
        yield _lot(node, lang, into)


def _lot(node: Node, lang: str, into: Mapping[int, Sequence[str]]) -> Sequence[Any]:
    lot = node.lot
    names = (lot.org, lot.product, lot.plot, lot.household, lot.area, lot.house)
    mine = None if lot.is_partner else 0
    return [
        node.layer + 1, lot.code, t(lang, f"lot.kind.{lot.kind}"), state(node, lang), lot.day, *names,
        kg(node.in_g), kg(mine if mine is None else lot.weight_g), kg(node.loss_g),
        *(kg(mine if mine is None else grams)
          for grams in (node.drawn_g, node.sold_g, node.boxed_g, node.left_g)),
        kg(node.part_g), node.stamp_count, len(node.sales), len(node.parcels), len(node.sent),
        "; ".join((*into.get(lot.id, ()), *(one.number for one in node.came))),
    ]  # fmt: skip


def state(node: Node, lang: str) -> str:
    """A lot's state in words; a partner's is not known here."""
    return t(lang, "trace.partner") if node.lot.is_partner else t(lang, f"lot.state.{node.standing}")


def _sources(report: Report, lang: str) -> Iterator[Sequence[Any]]:
    whole = report.weight_g
    for node in report.sources:
        lot = node.lot
        weight_kg = None if lot.is_partner else kg(lot.weight_g)
        name = lot.org if lot.is_partner else lot.plot_name
        share = round(100 * node.part_g / whole, 2) if whole else ""
        where = (lot.plot, name, lot.household, lot.area, lot.code, lot.day, state(node, lang))
        yield [*where, weight_kg, kg(node.part_g), share]


def _stamps(report: Report, lang: str) -> Iterator[Sequence[Any]]:
    for node in report.nodes:
        for one in node.stamps:
            ends = (one.kid, one.range.first, one.range.last, one.range.count)
            yield [node.lot.code, *ends, one.at.date(), state(node, lang)]


def _orders(report: Report, lang: str) -> Iterator[Sequence[Any]]:
    for node in report.nodes:
        for sale in node.sales:
            where = (t(lang, f"marketplace.{sale.marketplace}"), sale.shop, sale.number)
            told = (sale.ordered_at.date(), t(lang, f"order.state.{sale.status}"))
            yield [t(lang, "trace.way.order"), *where, *told, node.lot.code, sale.pieces, kg(sale.grams)]
        for one in node.parcels:
            where = (directory.label(one.carrier), one.order, one.number)
            told = (one.at.date(), t(lang, f"ship.state.{one.state}"))
            yield [t(lang, "trace.way.parcel"), *where, *told, node.lot.code, one.pieces, kg(one.weight_g)]


def _sent(report: Report, lang: str) -> Iterator[Sequence[Any]]:
    for node in report.nodes:
        for one in node.sent:
            state_of = t(lang, f"consignment.state.{one.state}")
            where = (one.number, one.receiver, t(lang, f"market.{one.market}"), one.day, state_of)
            yield [*where, node.lot.code, one.boxes, kg(one.grams)]


KINDS: Mapping[str, tuple[Sequence[tuple[str, str]], Rows]] = {
    "lots": (LOTS, _lots),
    "sources": (SOURCES, _sources),
    "stamps": (STAMPS, _stamps),
    "orders": (ORDERS, _orders),
    "consignments": (SENT, _sent),
}
FILES = tuple(KINDS)
"""Names a table is asked for by."""
