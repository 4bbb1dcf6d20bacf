"""Designs of a cooperative: a name that stays, versions that are never changed, and whether they fit."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from labels.art import Art
from labels.design import StampDesign
from trace.errors import FieldProblem, Invalid, NotFound, Refused
from trace.records.label_design import LabelDesign, LabelDesignVersion
from trace.records.product import Product
from trace.services.admission import Act, Actor, fetch, lock, own_org, visible
from trace.services.label_design_given import STANDARD, DesignIn, as_design, designed, written
from trace.services.public_id import new_public_id

MOST = 60
"""Designs in use in one cooperative."""


def add_design(
    session: Session, actor: Actor, given: DesignIn, logo: Art | None, now: datetime
) -> LabelDesign:
    """Take a design into use in the actor's organisation, as its first version.

    Raises:
        Invalid: something chosen is unknown to the label room.
        NotFound: the product is not theirs.
        Refused: ``label_gear.many``.
    """
    org_id = own_org(actor)
    mine = visible(actor, Act.MANAGE_PRINTING, LabelDesign)
    data = written(designed(given, logo))
    in_use = select(func.count()).select_from(LabelDesign)
    if session.execute(in_use.where(mine, col(LabelDesign.retired_at).is_(None))).scalar_one() >= MOST:
        raise Refused("label_gear.many", max=MOST)
    row = LabelDesign(
        org_id=org_id,
        product_id=_product(session, actor, given.product),
        public_id=new_public_id(),
        name=given.name,
        created_at=now,
        created_by=actor.account_id,
    )
    session.add(row)
    session.flush()
    _keep(session, actor, row, data, now)
    return row


def change_design(
    session: Session, actor: Actor, public_id: str, given: DesignIn, logo: Art | None, now: datetime
) -> LabelDesign:
    """Another version from now on; what was printed keeps its own. The kind and the product stay.

    Raises:
        NotFound: not theirs.
        Invalid: something chosen is unknown to the label room.
        Refused: ``label_gear.retired``.
    """
    row = open_row(session, actor, public_id)
    newest = design_at(session, row, row.version)
    data = written(designed(given.model_copy(update={"kind": newest.kind}), logo))
    row.name = given.name
    if data != written(newest):
        row.version += 1
        _keep(session, actor, row, data, now)
    session.flush()
    return row


def open_row(session: Session, actor: Actor, public_id: str) -> LabelDesign:
    """The row, held, while the design is in use.

    Raises:
        NotFound: not theirs.
        Refused: ``label_gear.retired``.
    """
    row = fetch(session, actor, Act.MANAGE_PRINTING, LabelDesign, public_id=public_id)
    lock(session, row)
    if row.retired_at is not None:
        raise Refused("label_gear.retired", name=row.name)
    return row


def own_designs(session: Session, actor: Actor) -> Sequence[LabelDesign]:
    """The organisation's designs in use, by name."""
    mine = visible(actor, Act.MANAGE_PRINTING, LabelDesign) & col(LabelDesign.retired_at).is_(None)
    question = select(LabelDesign).where(mine).order_by(col(LabelDesign.name), col(LabelDesign.id))
    return session.execute(question).scalars().all()


def products_offered(session: Session, actor: Actor) -> Sequence[Product]:
    """The organisation's products, for a design of one of them."""
    mine = visible(actor, Act.MANAGE_PRINTING, Product) & col(Product.is_active)
    question = select(Product).where(mine).order_by(col(Product.name), col(Product.id)).limit(200)
    return session.execute(question).scalars().all()


def design_at(session: Session, row: LabelDesign, version: int) -> StampDesign:
    """What a design said in this version.

    Raises:
        NotFound: it has none of this number.
    """
    question = select(LabelDesignVersion).where(
        col(LabelDesignVersion.design_id) == row.id, col(LabelDesignVersion.version) == version
    )
    found = session.execute(question).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return as_design(found.data)


def design_named(session: Session, actor: Actor, name: str) -> tuple[str, StampDesign]:
    """A design by the name a print gives it, and that name in full: ``standard``, ``<id>.<version>``.

    A public id alone is its newest version; retired designs are found too, for what they printed.

    Raises:
        NotFound: not theirs, or no such version.
    """
    if name in ("", STANDARD):
        return STANDARD, StampDesign()
    public_id, _, version = name.partition(".")
    row = fetch(session, actor, Act.MANAGE_PRINTING, LabelDesign, public_id=public_id)
    if not version:
        return full_name(row), design_at(session, row, row.version)
    if not version.isascii() or not version.isdecimal() or len(version) > 6:
        raise NotFound()
    return f"{public_id}.{int(version)}", design_at(session, row, int(version))


def design_for(session: Session, actor: Actor, name: str, product_id: int | None) -> tuple[str, StampDesign]:
    """As :func:`design_named`, for stamps of this product.

    Raises:
        Invalid: by the field ``design``: it is not theirs, or made for another product.
    """
    try:
        full, design = design_named(session, actor, name)
    except NotFound:
        raise Invalid([FieldProblem("design", "error.value", name, {"expected": STANDARD})]) from None
    if full != STANDARD:
        row = fetch(session, actor, Act.MANAGE_PRINTING, LabelDesign, public_id=full.partition(".")[0])
        if row.product_id not in (None, product_id):
            own = session.get_one(Product, row.product_id)
            raise Invalid(
                [FieldProblem("design", "label_design.other_product", row.name, {"product": own.name})]
            )
    return full, design


def full_name(row: LabelDesign) -> str:
    """How a print names the newest version."""
    return f"{row.public_id}.{row.version}"


def _product(session: Session, actor: Actor, public_id: str) -> int | None:
    if not public_id:
        return None
    return fetch(session, actor, Act.MANAGE_PRINTING, Product, public_id=public_id).id


def _keep(session: Session, actor: Actor, row: LabelDesign, data: str, now: datetime) -> None:
    session.add(
        LabelDesignVersion(
            design_id=row.id, version=row.version, data=data, created_at=now, created_by=actor.account_id
        )
    )
    session.flush()
