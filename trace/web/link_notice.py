"""What a page says when the scanned link named more than the register holds, or a number of yesterday.

The resolver hands the scanned link on as ``gs1``; a page without it says nothing.
"""

from flask import request
from sqlmodel import Session

from trace.errors import NotFound
from trace.services.item_links import find_item
from trace.standards import digital_link
from trace.standards.digital_link import DigitalLink
from trace.standards.fault import Fault
from trace.texts.catalogs import t

ASKED = "gs1"
"""The parameter that carries the scanned link's path."""


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
    said = request.args.get(ASKED, "")
    if not said:
        return ()
    try:
        item = find_item(session, digital_link.parse(said))
    except (Fault, NotFound):
        return ()
    return notices(item.asked, item.held, item.gtin, lang) if item.product_id == product_id else ()
