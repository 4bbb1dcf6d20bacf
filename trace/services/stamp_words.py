"""The words of a block's stamps, from the registry, in Vietnamese: what is printed must be true that day."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from sqlmodel import Session

from labels.design import StampTexts
from trace.records.certificate import Scheme
from trace.records.lot import Lot
from trace.records.organisation import Organisation
from trace.records.product import Product
from trace.records.stamp import StampBlock
from trace.services.admin_units import ancestors
from trace.services.export_words import export_words, grounds_of
from trace.services.ocop import rating_on
from trace.services.papers import papers_on
from trace.standards.local_time import local_day
from trace.texts.catalogs import t
from trace.texts.formats import kilograms
from trace.texts.places import place_short

LANG = "vi"


def words_of(
    session: Session, block: StampBlock, public_url: str, now: datetime, *, is_demo: bool, kind: str = "stamp"
) -> StampTexts:
    """Every line a stamp of this block may carry; the label drops the lesser ones where it is small.

    A block without a lot says nothing of dates and weights: its rolls serve any lot. OCOP stars are
    printed only where a rating holds on the packing day (today for a roll), and so is the mark of a
    geographical indication. A box for export (``kind``) has its facts in English, with their names.
    """
    org = session.get_one(Organisation, block.org_id)
    product = session.get(Product, block.product_id) if block.product_id else None
    lot = session.get(Lot, block.lot_id) if block.lot_id else None
    day = (lot.packed_on if lot else None) or local_day(now)
    rating = rating_on(session, product.id, day) if product else None
    texts = StampTexts(
        product=product.name if product else t(LANG, "stamp.scan"),
        cooperative=org.name,
        place=_place(session, lot or org),
        ocop=t(LANG, "stamp.ocop", n=rating.stars) if rating else "",
        ocop_stars=rating.stars if rating else 0,
        type_line=t(LANG, "stamp.type", host=urlsplit(public_url).netloc),
        serial=t(LANG, "stamp.serial", serial="{serial}"),
        demo=t(LANG, "stamp.demo") if is_demo else "",
        gi=t(LANG, "stamp.gi") if _has_gi(session, org, product, lot, day) else "",
        scan=t(LANG, "stamp.scan"),
        hotline=t(LANG, "stamp.hotline", phone=org.phone) if org.phone else "",
        **(_lot_lines(lot, product) if lot else {}),
    )
    if kind != "export":
        return texts
    return replace(texts, **export_words(session, org, product, lot, public_url, day))


def _has_gi(session: Session, org: Organisation, product: Product | None, lot: Lot | None, day: date) -> bool:
    """Whether a confirmed paper of that kind covers the product, or all of the lot's land, on the day."""
    grounds = grounds_of(session, lot) if lot else frozenset()
    papers = papers_on(session, org.id, product.id if product else None, day, day, grounds)
    return any(paper.scheme == Scheme.GI for paper in papers)


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
