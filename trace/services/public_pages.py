"""What the public may see of lots and products by their public addresses; all else is absent."""

import io
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from PIL import Image, ImageOps
from sqlalchemy import ColumnElement, exists, or_, select
from sqlmodel import Session, col

from trace.errors import NotFound
from trace.records.lot import Lot, LotLink, LotState
from trace.records.organisation import Organisation
from trace.records.product import Product, ProductImage
from trace.records.recall import Recall, RecallLot
from trace.services.growing_story import Growing, growing_of
from trace.services.lot_states import is_mistake, was_real
from trace.services.papers import Paper, Stars, papers_on, stars_on
from trace.services.stamp_facts import FIRST_NON_FOOD_GROUP, last_good_day
from trace.services.story import Place, Story, place_of, tell

OUT = (LotState.RELEASED, LotState.CONSUMED, LotState.RECALLED)
RECENT_LOTS = 10
MOST_RECALLED = 50
SMALL = (320, 320)


@dataclass(frozen=True)
class RecallNotice:
    """What the public reads of a recall."""

    lot_code: str
    reason: str
    reason_en: str
    phone: str
    since: datetime


@dataclass(frozen=True)
class LotPage:
    """A lot that is or was out for sale, with its story."""

    public_id: str
    code: str
    harvested_on: date
    packed_on: date | None
    best_before: date | None
    weight_g: int
    version: int
    product: Product | None
    cooperative: Organisation
    coop_place: Place
    recall: RecallNotice | None
    is_recalled: bool
    is_destroyed: bool
    is_mistake: bool
    story: Story
    growing: Growing


@dataclass(frozen=True)
class ProductPage:
    """A product, what holds for it today, and its recent lots; once printed, its address stays."""

    product: Product
    cooperative: Organisation
    place: Place
    stars: Stars | None
    papers: tuple[Paper, ...]
    pictures: tuple[str, ...]
    lots: tuple[tuple[str, str, date], ...]
    recalls: tuple[RecallNotice, ...]


def is_public() -> ColumnElement[bool]:
    """Lots that were ever released: an address that was printed or shared does not die in a hold."""
    return or_(col(Lot.state).in_(OUT), col(Lot.released_at).is_not(None))


def is_food(product: Product | None) -> bool:
    """Whether the words may speak of eating; what is unknown is taken for food."""
    group = product.ocop_group if product is not None else None
    return group is None or group < FIRST_NON_FOOD_GROUP


def lot_page(session: Session, public_id: str, today: date) -> LotPage:
    """A lot's page.

    Raises:
        NotFound: no such lot, or one that was never released.
    """
    question = (
        select(Lot, Organisation, Product, is_mistake())
        .join(Organisation, col(Organisation.id) == col(Lot.org_id))
        .outerjoin(Product, col(Product.id) == col(Lot.product_id))
        .where(col(Lot.public_id) == public_id, is_public())
    )
    row = session.execute(question).first()
    if row is None:
        raise NotFound()
    lot, cooperative, product, mistake = row
    notices = recalls_of(session, col(RecallLot.lot_id) == lot.id)
    return LotPage(
        public_id=lot.public_id,
        code=lot.code,
        harvested_on=lot.harvested_on,
        packed_on=lot.packed_on,
        best_before=last_good_day(
            lot.best_before, lot.packed_on or lot.harvested_on, product.shelf_life_days if product else None
        ),
        weight_g=lot.weight_g,
        version=lot.version,
        product=product,
        cooperative=cooperative,
        coop_place=place_of(session, cooperative),
        recall=notices[0] if notices else None,
        is_recalled=bool(notices) or lot.state == LotState.RECALLED,
        is_destroyed=lot.state == LotState.DESTROYED,
        is_mistake=bool(mistake),
        story=tell(session, lot.id, today),
        growing=growing_of(session, lot.id),
    )


def recalls_of(session: Session, which: ColumnElement[bool]) -> tuple[RecallNotice, ...]:
    """Recalls that reach some lots, the latest first."""
    question = (
        select(col(Lot.code), Recall)
        .join(RecallLot, col(RecallLot.recall_id) == col(Recall.id))
        .join(Lot, col(Lot.id) == col(RecallLot.lot_id))
        .where(which)
        .order_by(col(Recall.opened_at).desc(), col(Lot.code))
    )
    return tuple(
        RecallNotice(code, recall.reason, recall.reason_en, recall.phone, recall.opened_at)
        for code, recall in session.execute(question)
    )


def product_page(session: Session, public_id: str, today: date) -> ProductPage:
    """A product's page.

    Raises:
        NotFound: no such product.
    """
    question = (
        select(Product, Organisation)
        .join(Organisation, col(Organisation.id) == col(Product.org_id))
        .where(col(Product.public_id) == public_id)
    )
    row = session.execute(question).first()
    if row is None:
        raise NotFound()
    product, cooperative = row
    open_here = (col(Lot.product_id) == product.id) & col(Recall.closed_at).is_(None)
    return ProductPage(
        product=product,
        cooperative=cooperative,
        place=place_of(session, cooperative),
        stars=stars_on(session, product.id, today, today),
        papers=papers_on(session, product.org_id, product.id, today, today),
        pictures=_pictures(session, product.id),
        lots=recent_lots(session, product.id),
        recalls=recalls_of(session, open_here),
    )


def _pictures(session: Session, product_id: int) -> tuple[str, ...]:
    question = select(col(ProductImage.sha256)).where(col(ProductImage.product_id) == product_id)
    return tuple(session.execute(question.order_by(col(ProductImage.position))).scalars())


def recent_lots(session: Session, product_id: int) -> tuple[tuple[str, str, date], ...]:
    """Public id, code and harvest day of a product's latest lots that are or were out, packs only."""
    question = (
        select(col(Lot.public_id), col(Lot.code), col(Lot.harvested_on))
        .where(col(Lot.product_id) == product_id, is_public(), was_real())
        .where(~exists().where(col(LotLink.parent_id) == col(Lot.id)))
        .order_by(col(Lot.harvested_on).desc(), col(Lot.id).desc())
        .limit(RECENT_LOTS)
    )
    return tuple((row[0], row[1], row[2]) for row in session.execute(question))


def recalled_lots(session: Session, which: ColumnElement[bool]) -> tuple[tuple[str, str], ...]:
    """Public id and code of the public lots that recalls reach, in the order of their codes."""
    question = (
        select(col(Lot.public_id), col(Lot.code))
        .join(RecallLot, col(RecallLot.lot_id) == col(Lot.id))
        .join(Recall, col(Recall.id) == col(RecallLot.recall_id))
        .where(which, is_public())
        .distinct()
        .order_by(col(Lot.code))
        .limit(MOST_RECALLED)
    )
    return tuple((row[0], row[1]) for row in session.execute(question))


def picture(session: Session, sha256: str) -> tuple[bytes, str]:
    """A product's picture and its media type.

    Raises:
        NotFound: no picture has this hash.
    """
    question: Any = select(col(ProductImage.data), col(ProductImage.media_type))
    row = session.execute(question.where(col(ProductImage.sha256) == sha256).limit(1)).first()
    if row is None:
        raise NotFound()
    return row[0], row[1]


def small_picture(session: Session, sha256: str) -> bytes:
    """A product's picture as a JPEG of at most 320 px, some ten kilobytes: what a page shows of it.

    Raises:
        NotFound: no picture has this hash, or it is none.
    """
    data, _ = picture(session, sha256)
    out = io.BytesIO()
    try:
        with Image.open(io.BytesIO(data)) as image:  # every kept one was drawn anew by the confined process
            image.draft("RGB", SMALL)
            ImageOps.contain(image.convert("RGB"), SMALL).save(out, "JPEG", quality=80, optimize=True)
    except OSError:
        raise NotFound() from None
    return out.getvalue()
