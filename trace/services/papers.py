"""Papers and stars: what held on a lot's day is told, and since when it no longer does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, cast

from sqlalchemy import Executable, bindparam, select
from sqlmodel import Session, col

from trace.records.certificate import Certificate, CertificateScope
from trace.records.product import OcopRating

Ground = tuple[int | None, int | None]
"""A plot and the growing area it lies in."""


@dataclass(frozen=True)
class Paper:
    """A confirmed certificate that held on the lot's day, and since when it no longer does."""

    scheme: str
    number: str
    issuer: str
    valid_from: date
    valid_to: date
    expired: bool


@dataclass(frozen=True)
class Stars:
    """The OCOP rating that held on the lot's day."""

    stars: int
    number: str
    valid_to: date
    expired: bool


Held = Sequence[tuple[Paper, Sequence[Any]]]
"""Papers of an organisation that held on a day, each with what it covers."""


def papers_on(
    session: Session,
    org_id: int,
    product_id: int | None,
    day: date,
    today: date,
    grounds: frozenset[Ground] = frozenset(),
) -> tuple[Paper, ...]:
    """Confirmed papers that held on ``day`` for this product, or for every plot the goods came from."""
    return covering(held_on(session, org_id, day, today), product_id, grounds)


def held_on(session: Session, org_id: int, day: date, today: date) -> Held:
    """Confirmed papers of an organisation that held on ``day``, whatever they cover."""
    held: dict[int, tuple[Paper, list[Any]]] = {}
    for row in session.connection().execute(_held(), {"org": org_id, "day": day}):
        paper = Paper(row.scheme, row.number, row.issuer, row.valid_from, row.valid_to, row.valid_to < today)
        held.setdefault(row.id, (paper, []))[1].extend([row] if row.scope_id is not None else [])
    return [*held.values()]


def covering(held: Held, product_id: int | None, grounds: frozenset[Ground]) -> tuple[Paper, ...]:
    """Those that cover this product, or every plot the goods came from."""
    return tuple(paper for paper, scopes in held if _covers(scopes, product_id, grounds))


@cache
def _held() -> Executable:
    org: Any = bindparam("org")
    day: Any = bindparam("day")
    paper, scope = Certificate, CertificateScope
    facts = (paper.id, paper.scheme, paper.number, paper.issuer, paper.valid_from, paper.valid_to)
    return (
        select(
            *(cast(Any, fact) for fact in facts),
            col(scope.id).label("scope_id"),
            col(scope.product_id),
            col(scope.plot_id),
            col(scope.growing_area_id),
        )
        .outerjoin(scope, col(scope.certificate_id) == col(paper.id))
        .where(col(paper.org_id) == org, col(paper.confirmed_at).is_not(None))
        .where(col(paper.valid_from) <= day, col(paper.valid_to) >= day)
        .order_by(col(paper.scheme), col(paper.id))
    )


def _covers(scopes: Sequence[Any], product_id: int | None, grounds: frozenset[Ground]) -> bool:
    """A paper without scope covers its holder's goods; one over land must cover all of the lot's land."""
    if not scopes or (product_id is not None and any(scope.product_id == product_id for scope in scopes)):
        return True
    plots = {scope.plot_id for scope in scopes} - {None}
    areas = {scope.growing_area_id for scope in scopes} - {None}
    return bool(grounds) and all(plot in plots or area in areas for plot, area in grounds)


def stars_on(session: Session, product_id: int | None, day: date, today: date) -> Stars | None:
    """The OCOP rating of a product that held on ``day``."""
    if product_id is None:
        return None
    row = session.connection().execute(_rated(), {"product": product_id, "day": day}).first()
    return Stars(row[0], row[1], row[2], row[2] < today) if row else None


@cache
def _rated() -> Executable:
    product: Any = bindparam("product")
    day: Any = bindparam("day")
    return (
        select(col(OcopRating.stars), col(OcopRating.decision_number), col(OcopRating.valid_to))
        .where(col(OcopRating.product_id) == product)
        .where(col(OcopRating.decided_on) <= day, col(OcopRating.valid_to) >= day)
        .order_by(col(OcopRating.decided_on).desc())
        .limit(1)
    )
