"""The words of a block's stamps, from the registry, in Vietnamese: what is printed must be true that day."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlmodel import Session

from labels.design import StampTexts
from trace.records.lot import Lot
from trace.records.organisation import Organisation
from trace.records.product import Product
from trace.records.stamp import StampBlock
from trace.services.admin_units import ancestors
from trace.services.ocop import rating_on
from trace.standards.local_time import local_day
from trace.texts.catalogs import t
from trace.texts.formats import kilograms
from trace.texts.places import place_short

LANG = "vi"


def words_of(
    session: Session, block: StampBlock, public_url: str, now: datetime, *, is_demo: bool
) -> StampTexts:
    """Every line a stamp of this block may carry; the label drops the lesser ones where it is small.

    A block without a lot says nothing of dates and weights: its rolls serve any lot. OCOP stars are
    printed only where a rating holds on the packing day (today for a roll).
    """
    org = session.get_one(Organisation, block.org_id)
    product = session.get(Product, block.product_id) if block.product_id else None
    lot = session.get(Lot, block.lot_id) if block.lot_id else None
    day = (lot.packed_on if lot else None) or local_day(now)
    rating = rating_on(session, product.id, day) if product else None
    return StampTexts(
        product=product.name if product else t(LANG, "stamp.scan"),
        cooperative=org.name,
        place=_place(session, lot or org),
        ocop=t(LANG, "stamp.ocop", n=rating.stars) if rating else "",
        ocop_stars=rating.stars if rating else 0,
        type_line=t(LANG, "stamp.type", host=urlsplit(public_url).netloc),
        serial=t(LANG, "stamp.serial", serial="{serial}"),
        demo=t(LANG, "stamp.demo") if is_demo else "",
        **(_lot_lines(lot, product) if lot else {}),
    )


def _lot_lines(lot: Lot, product: Product | None) -> dict[str, Any]:
    lines = {"lot": t(LANG, "stamp.lot", lot=lot.code)}
    lines["harvest"] = t(LANG, "stamp.harvest", date=lot.harvested_on)
    if lot.packed_on:
        lines["packed"] = t(LANG, "stamp.packed", date=lot.packed_on)
    if lot.best_before:
        lines["best_before"] = t(LANG, "stamp.bestbefore", date=lot.best_before)
    if product:
        lines["net_weight"] = t(LANG, "stamp.net", kg=kilograms(product.unit_g))
    return lines


def _place(session: Session, placed: Lot | Organisation) -> str:
    units = ancestors(session, placed.commune_scheme, placed.commune_code)
    return place_short(LANG, units[0].full_name, units[-1].full_name) if units else ""
