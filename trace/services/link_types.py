"""Which pages stand behind a link of each GS1 type, level by level; a page that tells nothing is no link."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from sqlmodel import Session, col

from trace.records.lot import Lot
from trace.records.recall import Recall
from trace.services.item_links import Item
from trace.services.papers import papers_on, stars_on
from trace.services.public_pages import recalled_lots, recent_lots
from trace.services.story import tell
from trace.standards.digital_link import DigitalLink


class LinkType(StrEnum):
    """Terms of the GS1 Web Vocabulary that pages of ours answer to."""

    PIP = "pip"
    TRACEABILITY = "traceability"
    CERTIFICATION = "certificationInfo"
    RECALL = "recallStatus"
    VERIFICATION = "verificationService"


@dataclass(frozen=True)
class ItemLink:
    """One page of ours: its type, its path, its title as a catalog key with figures."""

    kind: LinkType
    path: str
    title: str
    figures: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Level:
    """A held link and the pages of just this level, the default first."""

    anchor: DigitalLink
    links: tuple[ItemLink, ...]


def default_of(item: Item) -> ItemLink:
    """The page of the finest held level: the stamp's, the lot's or the product's."""
    if item.stamp is not None:
        return ItemLink(LinkType.VERIFICATION, f"/{item.stamp}", "link.title.stamp")
    if item.lot_public_id is not None:
        return _story(item.lot_public_id, str(item.lot_code))
    return ItemLink(LinkType.PIP, f"/sp/{item.product_public_id}", "link.title.pip")


def levels_of(session: Session, item: Item, today: date) -> tuple[Level, ...]:
    """All pages of an item, the finest level first, up to the bare GTIN."""
    found = []
    for anchor in item.levels():
        if anchor.serial is not None:
            links: Sequence[ItemLink] = (default_of(item),)
        elif anchor.lot is not None:
            links = _of_lot(session, item, today)
        else:
            links = _of_product(session, item, today)
        found.append(Level(anchor, tuple(links)))
    return tuple(found)


def _of_lot(session: Session, item: Item, today: date) -> list[ItemLink]:
    path, code = f"/lo/{item.lot_public_id}", str(item.lot_code)
    links = [_story(str(item.lot_public_id), code)]
    story = tell(session, item.lot_id or 0, today)
    if story.papers or story.stars:
        links.append(ItemLink(LinkType.CERTIFICATION, path, "link.title.lot_papers", {"lot": code}))
    if recalled_lots(session, col(Lot.id) == item.lot_id):
        links.append(_recall(str(item.lot_public_id), code))
    return links


def _of_product(session: Session, item: Item, today: date) -> list[ItemLink]:
    path = f"/sp/{item.product_public_id}"
    links = [ItemLink(LinkType.PIP, path, "link.title.pip")]
    papers = papers_on(session, item.org_id, item.product_id, today, today)
    if papers or stars_on(session, item.product_id, today, today):
        links.append(ItemLink(LinkType.CERTIFICATION, path, "link.title.papers"))
    of_product = col(Lot.product_id) == item.product_id
    links += [_story(lot, code) for lot, code, _ in recent_lots(session, item.product_id)]
    links += [_recall(*lot) for lot in recalled_lots(session, of_product & col(Recall.closed_at).is_(None))]
    return [*links, ItemLink(LinkType.VERIFICATION, "/", "link.title.type_code")]


def _story(public_id: str, code: str) -> ItemLink:
    return ItemLink(LinkType.TRACEABILITY, f"/lo/{public_id}", "link.title.story", {"lot": code})


def _recall(public_id: str, code: str) -> ItemLink:
    return ItemLink(LinkType.RECALL, f"/lo/{public_id}", "link.title.recall", {"lot": code})
