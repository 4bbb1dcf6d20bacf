"""What a template's drop-downs offer of an installation's own: communes, cooperatives, codes."""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, SQLModel, col

from trace.records.columns import NEW_SCHEME, OLD_SCHEME
from trace.records.plot import GrowingArea, PackingHouse, Plot
from trace.records.product import Product
from trace.services.admission import Actor, own_org
from trace.services.importing.cells import BESIDE
from trace.services.importing.communes import Gazetteer
from trace.services.importing.runs import NOUNS
from trace.services.importing.tenants import Tenants

MOST = 5_000
"""Choices of one column; a longer list helps nobody."""


def picks(session: Session, actor: Actor, noun: str) -> dict[str, Sequence[str]]:
    """Column -> what to choose from, for the columns of a noun and whoever fills it in."""
    names = {column.name for column in NOUNS[noun].columns}
    tenants = Tenants(session, actor)
    found: dict[str, Sequence[str]] = {}
    if "commune" in names:
        gazetteer, home = Gazetteer(session), next(iter(tenants.homes.values()), "")
        found["commune"] = gazetteer.named(NEW_SCHEME, home)
        found["old_commune"] = gazetteer.named(OLD_SCHEME, home)
    if "rated_product" in names:
        found["rated_product"] = _names(session, actor.org_id)
    if actor.org_id is None:
        return {**found, "org": tenants.names[:MOST]} if "org" in names else found
    for name, table, column in _OWN:
        if name in names and noun in _WHERE[name]:
            found[name] = _own(session, own_org(actor), table, column)
    return found


_OWN: tuple[tuple[str, type[SQLModel], str], ...] = (
    ("growing_area", GrowingArea, "code"),
    ("plot_of", Plot, "code"),
    ("sku", Product, "sku"),
    ("packed_at", PackingHouse, "code"),
    ("covered_plots", Plot, "code"),
    ("covered_areas", GrowingArea, "code"),
    ("covered_products", Product, "sku"),
)
_PAPERS = ("certificates",)
_WHERE = {
    **dict.fromkeys(("covered_plots", "covered_areas", "covered_products"), _PAPERS),
    "growing_area": ("farms",),
    "plot_of": ("lots", "diary"),
    "sku": ("lots", "packs"),
    "packed_at": ("packs",),
}
"""A code is chosen where it must be there already, and typed where it is given."""


def _names(session: Session, org: int | None) -> Sequence[str]:
    """What products are called, an organisation's or all, each name once."""
    question = select(col(Product.name)).where(col(Product.is_active)).distinct().order_by(col(Product.name))
    if org is not None:
        question = question.where(col(Product.org_id) == org)
    return session.execute(question.limit(MOST)).scalars().all()


def _own(session: Session, org: int, table: type[SQLModel], column: str) -> Sequence[str]:
    """Each code with its name beside it; a site has a row for each market, and so may have several names.

    What stands between codes of one cell does not stand in a name.
    """
    row: Any = table
    code: Any = col(getattr(row, column))
    question = select(code, func.min(row.name)).where(row.org_id == org).group_by(code)
    found = session.execute(question.order_by(code).limit(MOST)).all()
    names = [(said, " ".join(re.split(r"[\s,;]+", name or "")).strip()) for said, name in found]
    return [f"{said}{BESIDE}{name}" if name and name != said else said for said, name in names]
