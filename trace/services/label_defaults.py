"""Which design is usual on a stock: chosen once, refused where it does not fit, taken where none is named."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from labels.art import Art
from trace.errors import Refused
from trace.records.label_design import DefaultDesign, LabelDesign
from trace.records.label_stock import LabelStock
from trace.records.product import Product
from trace.services import label_designs
from trace.services.admission import Act, Actor, fetch, lock
from trace.services.intake import Given, line
from trace.services.label_design_given import STANDARD, DesignIn
from trace.services.label_design_trial import trial
from trace.services.label_stocks import as_stock, stock_named


class StockChoice(Given):
    """A stock by its name."""

    stock: Annotated[str, line(32, 1)]


def choose_default(
    session: Session, actor: Actor, public_id: str, stock_name: str, public_url: str, now: datetime
) -> LabelDesign:
    """From now on this design is taken for its products on this stock.

    Raises:
        NotFound: design or stock is not theirs.
        Refused: ``label_gear.retired``, or exactly how it does not fit (``print.fit`` ...).
    """
    row = label_designs.open_row(session, actor, public_id)
    stock = stock_named(session, actor, stock_name)
    design = label_designs.design_at(session, row, row.version)
    trial(session, actor, design, stock, row.product_id, public_url, now)
    product = session.get_one(Product, row.product_id).public_id if row.product_id else ""
    usual = _row(session, row.org_id, stock.name, product) or _begun(session, row, stock.name, product, now)
    usual.design_id, usual.chosen_at = row.id, now
    session.flush()
    return row


def _row(session: Session, org_id: int, stock: str, product: str) -> DefaultDesign | None:
    question = select(DefaultDesign).where(
        col(DefaultDesign.org_id) == org_id,
        col(DefaultDesign.stock) == stock,
        col(DefaultDesign.product) == product,
    )
    found: DefaultDesign | None = session.execute(question).scalar_one_or_none()
    return found


def _begun(session: Session, row: LabelDesign, stock: str, product: str, now: datetime) -> DefaultDesign:
    """A new row, or that of somebody who chose at the same moment."""
    new = DefaultDesign(org_id=row.org_id, stock=stock, product=product, design_id=row.id, chosen_at=now)
    try:
        with session.begin_nested():
            session.add(new)
            session.flush()
    except IntegrityError:
        found = _row(session, row.org_id, stock, product)
        if found is None:
            raise
        return found
    return new


def drop_default(session: Session, actor: Actor, public_id: str, stock_name: str) -> LabelDesign:
    """The design is no longer usual on this stock.

    Raises:
        NotFound: not theirs.
    """
    row = fetch(session, actor, Act.MANAGE_PRINTING, LabelDesign, public_id=public_id)
    session.execute(
        delete(DefaultDesign).where(
            col(DefaultDesign.design_id) == row.id, col(DefaultDesign.stock) == stock_name
        )
    )
    return row


def defaults_of(session: Session, row: LabelDesign) -> Sequence[str]:
    """The stocks a design is usual on."""
    question = select(col(DefaultDesign.stock)).where(col(DefaultDesign.design_id) == row.id)
    return session.execute(question.order_by(col(DefaultDesign.stock))).scalars().all()


def usual_design(session: Session, org_id: int, stock: str, product_id: int | None) -> str:
    """The name of the design for this product on this stock, else for all products, else the standard."""
    chosen = usual_choice(session, org_id, stock, product_id)
    return chosen[0] if chosen else STANDARD


def usual_choice(
    session: Session, org_id: int, stock: str, product_id: int | None
) -> tuple[str, datetime] | None:
    """The same name and when it was chosen; None where nobody chose."""
    product = session.get(Product, product_id) if product_id is not None else None
    question = (
        select(LabelDesign, col(DefaultDesign.chosen_at))
        .join(DefaultDesign, col(DefaultDesign.design_id) == col(LabelDesign.id))
        .where(
            col(DefaultDesign.org_id) == org_id,
            col(DefaultDesign.stock) == stock,
            col(DefaultDesign.product).in_({"", product.public_id if product else ""}),
            col(LabelDesign.retired_at).is_(None),
        )
        .order_by(col(DefaultDesign.product).desc())
        .limit(1)
    )
    found = session.execute(question).one_or_none()
    return (label_designs.full_name(found[0]), found[1]) if found else None


def new_version(
    session: Session,
    actor: Actor,
    public_id: str,
    given: DesignIn,
    logo: Art | None,
    public_url: str,
    now: datetime,
) -> LabelDesign:
    """Another version of a design, which must fit wherever the design is usual.

    Raises:
        NotFound, Invalid, Refused: as ``label_designs.change_design``.
        Refused: exactly how it does not fit (``print.fit``, ``print.qr`` ...).
    """
    row = label_designs.change_design(session, actor, public_id, given, logo, now)
    design = label_designs.design_at(session, row, row.version)
    for name in defaults_of(session, row):
        trial(session, actor, design, stock_named(session, actor, name), row.product_id, public_url, now)
    return row


def retire_design(session: Session, actor: Actor, public_id: str, now: datetime) -> LabelDesign:
    """Take a design out of the lists; prints made with it can be repeated.

    Raises:
        NotFound: not theirs.
    """
    row = fetch(session, actor, Act.MANAGE_PRINTING, LabelDesign, public_id=public_id)
    lock(session, row)
    row.retired_at = row.retired_at or now
    session.execute(delete(DefaultDesign).where(col(DefaultDesign.design_id) == row.id))
    session.flush()
    return row


def hand_on(
    session: Session, actor: Actor, old: LabelStock, new: LabelStock, public_url: str, now: datetime
) -> list[str]:
    """What was usual on ``old`` is usual on ``new`` where it fits; the names of the designs that do not."""
    lost = []
    question = select(DefaultDesign, LabelDesign).join(
        LabelDesign, col(DefaultDesign.design_id) == col(LabelDesign.id)
    )
    mine = col(DefaultDesign.org_id) == old.org_id, col(DefaultDesign.stock) == old.public_id
    for usual, row in session.execute(question.where(*mine)).all():
        design = label_designs.design_at(session, row, row.version)
        try:
            trial(session, actor, design, as_stock(new), row.product_id, public_url, now)
        except Refused:
            lost.append(row.name)
            session.delete(usual)
        else:
            usual.stock = new.public_id
    session.flush()
    return lost


def forget_stock(session: Session, org_id: int, stock: str) -> None:
    """Nothing is usual on this stock any more."""
    rule = col(DefaultDesign.org_id) == org_id, col(DefaultDesign.stock) == stock
    session.execute(delete(DefaultDesign).where(*rule))
