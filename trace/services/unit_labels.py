"""What stands on labels of a consignment's boxes and pallets: facts of the goods, codes of their market."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field
from sqlmodel import Session

from labels.stock import STOCKS, Stock
from labels.unit_label import CUT_A4, UnitLabel
from trace.errors import Refused
from trace.records.consignment import Consignment
from trace.records.logistic_unit import LogisticUnit, UnitKind
from trace.records.lot import Lot
from trace.records.organisation import Organisation
from trace.records.product import Product
from trace.services.admission import Act, Actor, fetch
from trace.services.consigning import HOME
from trace.services.consignment_pages import UnitRow, unit_rows
from trace.services.export_codes import area_codes, house_codes, origins_of
from trace.services.export_gates import Goods, goods_of
from trace.services.gates import crop_word
from trace.services.intake import Given, line
from trace.services.label_stocks import stock_named
from trace.standards.local_time import local_day
from trace.texts.catalogs import Term, t
from trace.texts.formats import kilograms, number

Which = Literal["all", UnitKind.BOX, UnitKind.PALLET]
LEAST_WIDTH_MM, LEAST_HEIGHT_MM = 50.0, 30.0
"""No label smaller than this has room for what it must say."""


class LabelsIn(Given):
    """Which labels, on what, from which cell of the first sheet."""

    which: Which = "all"
    stock: Annotated[str, line(32, 1)] = CUT_A4.name
    start: Annotated[int, Field(ge=1, le=1000)] = 1
    form: Literal["pdf", "png", "zpl", "tspl"] = "pdf"


def label_stock(session: Session, actor: Actor, name: str) -> Stock:
    """Stock for boxes: paper to be cut, or any stock of the print desk.

    Raises:
        NotFound: neither.
    """
    return CUT_A4 if name == CUT_A4.name else stock_named(session, actor, name)


def usual_stocks() -> list[str]:
    """Names of the shipped stocks that are large enough."""
    large = [one.name for one in STOCKS.values() if _is_large(one)]
    return [CUT_A4.name, *large]


def _is_large(stock: Stock) -> bool:
    return stock.label_width_mm >= LEAST_WIDTH_MM and stock.label_height_mm >= LEAST_HEIGHT_MM


def labels_of(
    session: Session, actor: Actor, public_id: str, which: Which, public_url: str, now: datetime
) -> list[UnitLabel]:
    """The labels of a consignment's units, pallets before the boxes on them.

    Raises:
        NotFound: not the actor's.
        Refused: ``unit_label.none``.
    """
    one = fetch(session, actor, Act.CONSIGN, Consignment, public_id=public_id)
    goods = goods_of(session, one, one.dispatched_on or local_day(now))
    org = session.get_one(Organisation, one.org_id)
    found = [
        UnitLabel(_link(unit, public_url), (("serial", unit.number), *words), unit.sscc or "")
        for row, words in _worded(session, goods, org, unit_rows(session, goods.units))
        for unit in row.units
        if which in ("all", unit.kind)
    ]
    if not found:
        raise Refused("unit_label.none", number=one.number)
    return found


def _link(unit: LogisticUnit, public_url: str) -> str:
    """What the QR leads to: GS1's address of the number where there is one, else the unit's own page."""
    return f"{public_url}/00/{unit.sscc}" if unit.sscc else f"{public_url}/thung/{unit.public_id}"


Words = tuple[tuple[str, str], ...]


def _worded(
    session: Session, goods: Goods, org: Organisation, rows: Sequence[UnitRow]
) -> Iterator[tuple[UnitRow, Words]]:
    """Rows of units that hold the same, each with the words of every label in it."""
    for row in rows:
        yield row, _words(session, goods, org, row)
        yield from _worded(session, goods, org, row.boxes)


def _words(session: Session, goods: Goods, org: Organisation, row: UnitRow) -> Words:
    one, inside = goods.one, [unit.id for unit in row.every]
    lang = "vi" if one.market == HOME else "en"
    contents = [content for content in goods.contents if content.unit_id in inside]
    lots = {content.lot_id: goods.lots[content.lot_id] for content in contents}
    packed = [(unit, [c for c in contents if c.unit_id == unit.id]) for unit in row.every]
    areas = area_codes(session, one.market, origins_of(session, lots.values())).found
    houses = house_codes(session, one.market, packed, goods.lots).found
    kg = number(lang, kilograms(row.weight_g // row.count))
    boxes = sum(inner.count for inner in row.boxes)
    weight = t(lang, "unit_label.weight", kg=kg)
    said = {
        "product": ", ".join(dict.fromkeys(_name(session, lot, lang) for lot in lots.values())),
        "lot": t(lang, "unit_label.lot", lots=", ".join(lot.code for lot in lots.values())),
        "weight": t(lang, "unit_label.boxes", n=boxes, weight=weight) if boxes else weight,
        "packed": t(lang, "unit_label.packed", date=row.units[0].packed_on),
        "packing_house": t(lang, "unit_label.house", codes=", ".join(houses)) if houses else "",
        "growing_area": t(lang, "unit_label.area", codes=", ".join(areas)) if areas else "",
        "cooperative": t(lang, "unit_label.from", org=(lang == "en" and org.name_en) or org.name),
        "exporter": t(lang, "unit_label.exporter", org=one.exporter) if one.exporter else "",
        "market": t(lang, "unit_label.market", market=t(lang, f"market.{one.market}")),
    }
    return tuple((name, words) for name, words in said.items() if words)


def _name(session: Session, lot: Lot, lang: str) -> str:
    """The product's name, else the crop's."""
    product = session.get(Product, lot.product_id) if lot.product_id else None
    if product is not None:
        return (lang == "en" and product.name_en) or product.name
    crop = crop_word(lot.crop, lot.variety)
    return t(lang, crop.key, **crop.params) if isinstance(crop, Term) else crop
