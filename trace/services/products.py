"""Products: what a cooperative sells, with or without a GTIN."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from sqlalchemy import func, select
from sqlmodel import Session, col

from trace.records.product import Product
from trace.services.admission import Act, Actor, fetch, own_org, visible
from trace.services.company_prefixes import require_owned
from trace.services.crops import crop_of, variety_of
from trace.services.intake import Days, Given, Weight, line
from trace.services.product_gtins import note_gtin, require_free
from trace.services.public_id import new_public_id
from trace.services.registering import Code, add_unique, change, empty_is_none, exact_first, found_by
from trace.standards import gtin, ocop
from trace.standards.fault import Fault
from trace.standards.local_time import local_day
from trace.standards.search_key import fold_vi


def own_gtin(text: str) -> str:
    """A GTIN as 14 digits that may stand on a stamp.

    Raises the faults of ``gtin.validate``, and ``product.gtin_restricted`` for numbers that are for
    use inside one company only.
    """
    number = gtin.to_gtin14(text)
    if gtin.is_restricted(number):
        raise Fault("product.gtin_restricted", got=text[:20])
    return number


def group_number(value: object) -> object:
    """1 to 6 from the group's number or name; raises ``standard.ocop_group``."""
    text = str(value if value is not None else "").strip()
    if not text or text in {"1", "2", "3", "4", "5", "6"}:
        return int(text) if text else None
    return ocop.GROUPS.index(ocop.validate(text)) + 1


NameAbroad = Annotated[Annotated[str, line(160)] | None, BeforeValidator(empty_is_none)]


class ProductIn(Given):
    """A product as given; ``unit_g`` is the net weight of one stamped unit."""

    sku: Code
    name: Annotated[str, line(160, 2)]
    name_en: NameAbroad = None
    name_zh: NameAbroad = None
    name_ja: NameAbroad = None
    gtin: Annotated[Annotated[str, AfterValidator(own_gtin)] | None, BeforeValidator(empty_is_none)] = None
    crop: Annotated[str, line(32, 1), AfterValidator(crop_of)]
    variety: Annotated[str, line(48), AfterValidator(variety_of)] = ""
    unit_g: Weight
    shelf_life_days: Days = None
    brand: Annotated[str, line(80)] = ""
    standards: Annotated[str, line(240)] = ""
    description: Annotated[str, line(2000)] = ""
    ocop_group: Annotated[Annotated[int, Field(ge=1, le=6)] | None, BeforeValidator(group_number)] = None


def add_product(session: Session, actor: Actor, given: ProductIn, now: datetime) -> Product:
    """Register a product of the actor's cooperative.

    Raises:
        Invalid: the product code is taken; the GTIN is not the organisation's own, or another product's.
    """
    org_id = own_org(actor)
    visible(actor, Act.MANAGE_REGISTRY, Product)
    require_owned(session, org_id, given.gtin, local_day(now))
    require_free(session, given.gtin)
    row = Product(org_id=org_id, public_id=new_public_id(), created_at=now, **_columns(given))
    add_unique(session, row, "sku", given.sku)
    note_gtin(session, actor.account_id, row, None, now)
    return row


def edit_product(session: Session, actor: Actor, public_id: str, given: ProductIn, now: datetime) -> Product:
    """Change a product; its public id stays, because printed stamps lead to it, and so does a former GTIN."""
    row = fetch(session, actor, Act.MANAGE_REGISTRY, Product, public_id=public_id)
    before = row.gtin
    if given.gtin != before:  # what it has it keeps, as printed links do
        require_owned(session, row.org_id, given.gtin, local_day(now))
        require_free(session, given.gtin, row.id)
    with session.no_autoflush:
        change(row, _columns(given))
    add_unique(session, row, "sku", given.sku)
    note_gtin(session, actor.account_id, row, before, now)
    return row


def retire_product(session: Session, actor: Actor, public_id: str) -> Product:
    """Take a product out of the lists; what was printed keeps resolving."""
    row = fetch(session, actor, Act.MANAGE_REGISTRY, Product, public_id=public_id)
    row.is_active = False
    session.flush()
    return row


def product_key(sku: str, name: str) -> str:
    """Under which a product is found: name and code without marks."""
    return f"{fold_vi(name)} {fold_vi(sku)}"


def products(
    session: Session, actor: Actor, text: str = "", limit: int = 100, offset: int = 0
) -> tuple[Sequence[Product], int]:
    """Products in the actor's reach whose name or code holds every word, and how many in all."""
    wanted = (
        visible(actor, Act.VIEW_FARM, Product)
        & col(Product.is_active)
        & found_by(text, col(Product.search_key))
    )
    order = (exact_first(text, col(Product.name)), col(Product.name), col(Product.id))
    question = select(Product).where(wanted).order_by(*order).limit(limit).offset(offset)
    total = session.execute(select(func.count()).select_from(Product).where(wanted)).scalar_one()
    return session.execute(question).scalars().all(), int(total)


def _columns(given: ProductIn) -> dict[str, Any]:
    return {**given.model_dump(), "search_key": product_key(given.sku, given.name)}
