"""Pictures of products: decoded and re-encoded in a confined process, then kept in the database."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, NotFound
from trace.records.product import Product, ProductImage
from trace.services.admission import Act, Actor, fetch
from trace.services.image_child import MAX_PIXELS, MAX_SIDE, SIGN

MAX_UPLOAD = 20 * 1024 * 1024
MAX_PICTURES = 8
WAIT_S = 25
_CHILD = Path(__file__).with_name("image_child.py")


class Picture:
    """A picture without any metadata: as we keep it a JPEG of at most 1,600 px and 300 KB."""

    def __init__(self, width: int, height: int, data: bytes) -> None:
        self.width, self.height, self.data = width, height, data


def reencode(given: bytes, *, is_sign: bool = False) -> Picture:
    """A picture brought to our form; needs no database and is called before the transaction opens.

    A sign becomes a PNG of at most 1,280 px in which what shows through still does.

    Raises:
        Invalid: ``image.format`` (not JPEG, PNG or WebP), ``image.size`` (over 40 million pixels or
            12,000 a side), ``image.heavy``, ``image.broken``.
    """
    if len(given) > MAX_UPLOAD:
        raise _invalid("image.heavy", max=f"{MAX_UPLOAD >> 20} MB")
    answer, data = run_child(given, *([SIGN] if is_sign else []))
    return Picture(answer["width"], answer["height"], data)


def run_child(given: bytes, *arguments: str) -> tuple[dict[str, Any], bytes]:
    """What the confined process says of a picture, and what it made of it; see ``image_child``.

    Raises:
        Invalid: it could not make anything of it.
    """
    command = [sys.executable, "-I", str(_CHILD), *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - our own script, no argument of theirs
            command, input=given, capture_output=True, timeout=WAIT_S, check=False, env={}, close_fds=True
        )
    except subprocess.TimeoutExpired:
        raise _invalid("image.broken") from None
    line, _, data = done.stdout.partition(b"\n")
    if done.returncode != 0 or not line:
        raise _invalid("image.broken")
    answer = json.loads(line)
    if "fault" in answer:
        limits = {"max": MAX_SIDE, "megapixels": MAX_PIXELS // 1_000_000}
        figures = {name: answer[name] for name in ("width", "height") if name in answer}
        raise _invalid(answer["fault"], **limits, **figures)
    return answer, data


def add_image(session: Session, actor: Actor, product: str, picture: Picture, now: datetime) -> ProductImage:
    """Hang a picture onto a product, after the others; the same picture twice is one.

    Raises:
        Invalid: the product has eight pictures already.
    """
    owner = fetch(session, actor, Act.MANAGE_REGISTRY, Product, public_id=product)
    sha256 = hashlib.sha256(picture.data).hexdigest()
    known = images_of(session, owner.id)
    for one in known:
        if one.sha256 == sha256:
            return one
    if len(known) >= MAX_PICTURES:
        raise _invalid("image.many", max=MAX_PICTURES)
    row = ProductImage(
        product_id=owner.id,
        sha256=sha256,
        media_type="image/jpeg",
        width=picture.width,
        height=picture.height,
        data=picture.data,
        position=max((one.position for one in known), default=-1) + 1,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def remove_image(session: Session, actor: Actor, product: str, image_id: int) -> None:
    """Take a picture off a product."""
    owner = fetch(session, actor, Act.MANAGE_REGISTRY, Product, public_id=product)
    row = session.get(ProductImage, image_id)
    if row is None or row.product_id != owner.id:
        raise NotFound()
    session.delete(row)


def images_of(session: Session, product_id: int) -> Sequence[ProductImage]:
    """A product's pictures in their order."""
    question = select(ProductImage).where(col(ProductImage.product_id) == product_id)
    return session.execute(question.order_by(col(ProductImage.position))).scalars().all()


def image_by_hash(session: Session, sha256: str) -> ProductImage | None:
    """A picture by its fingerprint, as its public address names it."""
    question = select(ProductImage).where(col(ProductImage.sha256) == sha256).limit(1)
    found: ProductImage | None = session.execute(question).scalar_one_or_none()
    return found


def count_images(session: Session, product_id: int) -> int:
    """How many pictures a product has."""
    question = select(func.count()).where(col(ProductImage.product_id) == product_id)
    return int(session.execute(question).scalar_one())


def _invalid(key: str, **params: object) -> Invalid:
    return Invalid([FieldProblem("image", key, None, params)])
