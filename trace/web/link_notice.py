"""What a page says when the scanned link named more than the register holds, or a number of yesterday, or
other goods than the stamp in it belongs to.

The resolver hands the scanned link on as ``gs1``; a page without it says nothing.
"""

from dataclasses import dataclass

from flask import request
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from trace.db import reading
from trace.errors import NotFound
from trace.services.item_links import differs_from_link, find_item
from trace.services.verdicts import SHOWS_LOT
from trace.standards import digital_link
from trace.standards.digital_link import DigitalLink
from trace.standards.fault import Fault
from trace.texts.catalogs import t
from trace.web.checking import Checked
from trace.web.verdict_words import product_name
from trace.web.visitor import settings

ASKED = "gs1"
"""The parameter that carries the scanned link's path."""


@dataclass(frozen=True)
class LinkClash:
    """The link's path, which of ``gtin`` and ``lot`` in it are not the stamp's, what people are told."""

    asked: str
    differs: tuple[str, ...]
    sentences: tuple[str, ...]


def notices(asked: DigitalLink, held: DigitalLink, gtin: str | None, lang: str) -> tuple[str, ...]:
    """One sentence for each part of ``asked`` that is not in ``held``, and one for a replaced number."""
    found = [
        t(lang, f"link.notice.{name}", got=getattr(asked, name))
        for name in ("cpv", "lot", "serial")
        if getattr(asked, name) != getattr(held, name)
    ]
    if gtin != asked.gtin:
        key = "link.notice.replaced" if gtin is not None else "link.notice.taken_off"
        found.append(t(lang, key, got=asked.gtin, gtin=gtin))
    return tuple(found)


def notices_here(session: Session, product_id: int | None, lang: str) -> tuple[str, ...]:
    """What this page is to say of the link that led here; nothing of one that names other goods."""
    try:
        item = find_item(session, digital_link.parse(request.args.get(ASKED, "")))
    except (Fault, NotFound):
        return ()
    return notices(item.asked, item.held, item.gtin, lang) if item.product_id == product_id else ()


def clash_of(checked: Checked, lang: str) -> LinkClash | None:
    """What the link that led here says otherwise than the stamp, where the page tells the stamp's lot."""
    info = checked.reading.info
    if info is None or checked.reading.state not in SHOWS_LOT:
        return None
    try:
        asked = digital_link.parse(request.args.get(ASKED, ""))
        with reading() as session:
            differs = differs_from_link(session, info, asked)
    except (Fault, SQLAlchemyError):  # the verdict stands without it
        return None
    if not differs:
        return None
    said = {"gtin": asked.gtin, "asked": asked.lot, "lot": info.lot_code, "product": product_name(info, lang)}
    sentences = [t(lang, f"link.clash.{part}", **said) for part in differs]
    phone = info.org_phone or settings().contact_phone
    return LinkClash(asked.path(), differs, (*sentences, t(lang, "link.clash.do", phone=phone)))
