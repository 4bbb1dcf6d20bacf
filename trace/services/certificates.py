"""Certificates: what they cover, until when, and which claims hold on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator
from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, NotFound, Refused
from trace.records.certificate import Certificate, CertificateScope, Scheme
from trace.records.organisation import Organisation
from trace.records.plot import GrowingArea, Plot
from trace.records.product import Product
from trace.services.admission import Act, Actor, fetch, own_org, scope_of, visible
from trace.services.intake import Day, Given, Row, line
from trace.services.logging_acts import append_leaf
from trace.services.registering import add_unique
from trace.standards import ggn


class CertificateIn(Given):
    """A paper as given; without any scope it covers the whole cooperative. Both days are included."""

    scheme: Scheme
    number: Annotated[str, line(64, 2), AfterValidator(lambda text: " ".join(text.split()))]
    issuer: Annotated[str, line(160)] = ""
    valid_from: Day
    valid_to: Day
    plot_ids: tuple[Row, ...] = ()
    growing_area_ids: tuple[Row, ...] = ()
    products: tuple[Annotated[str, line(16, 1)], ...] = ()


@dataclass(frozen=True)
class Claim:
    """A certificate that was valid on the day asked for; ``expired_since`` where it no longer is."""

    scheme: Scheme
    number: str
    issuer: str
    valid_from: date
    valid_to: date
    expired_since: date | None


def add_certificate(session: Session, actor: Actor, given: CertificateIn, now: datetime) -> Certificate:
    """Propose a certificate of the actor's cooperative; it is claimed in public once the office confirms it.

    Raises:
        Invalid: the last day is before the first, a GGN is wrong, or the number is there already.
        NotFound: a plot, growing area or product is not the actor's.
    """
    org_id = own_org(actor)
    visible(actor, Act.MANAGE_REGISTRY, Certificate)
    check_paper(given)
    values = given.model_dump(include={"scheme", "number", "issuer", "valid_from", "valid_to"})
    row = add_unique(session, Certificate(org_id=org_id, created_at=now, **values), "number", given.number)
    for scope in _scopes(session, actor, given):
        scope.certificate_id = row.id
        session.add(scope)
    session.flush()
    return row


def check_paper(given: CertificateIn) -> None:
    """That a paper's days and number fit. Raises ``Invalid``."""
    if given.valid_to < given.valid_from:
        span = {"date": given.valid_from}
        raise Invalid([FieldProblem("valid_to", "certificate.days", given.valid_to, span)])
    if given.scheme is Scheme.GLOBALGAP and not ggn.is_valid(given.number):
        shape = {"kind": "GGN"}
        raise Invalid([FieldProblem("number", "certificate.ggn", given.number, shape)])


def _scopes(session: Session, actor: Actor, given: CertificateIn) -> list[CertificateScope]:
    def own(table: type[Plot] | type[GrowingArea], number: int) -> int:
        return fetch(session, actor, Act.MANAGE_REGISTRY, table, id=number).id

    products = [fetch(session, actor, Act.MANAGE_REGISTRY, Product, public_id=one) for one in given.products]
    return [
        *(CertificateScope(certificate_id=0, plot_id=own(Plot, one)) for one in given.plot_ids),
        *(
            CertificateScope(certificate_id=0, growing_area_id=own(GrowingArea, one))
            for one in given.growing_area_ids
        ),
        *(CertificateScope(certificate_id=0, product_id=one.id) for one in products),
    ]


def confirm_certificate(session: Session, actor: Actor, certificate_id: int, now: datetime) -> Certificate:
    """The office has seen the paper.

    Raises:
        NotFound: no such certificate.
    """
    scope_of(actor, Act.CONFIRM_PAPERS)
    row = session.get(Certificate, certificate_id)
    if row is None:
        raise NotFound()
    if row.confirmed_at is None:
        row.confirmed_at, row.confirmed_by = now, actor.account_id
        session.flush()
        append_leaf(session, "certificate_confirmed", {"certificate": row.id, "by": actor.account_id}, now)
    return row


def remove_certificate(session: Session, actor: Actor, certificate_id: int) -> None:
    """Take back a certificate the office has not confirmed yet.

    Raises:
        Refused: it is confirmed, and history is not rewritten.
    """
    row = fetch(session, actor, Act.MANAGE_REGISTRY, Certificate, id=certificate_id)
    if row.confirmed_at is not None:
        raise Refused("certificate.confirmed", number=row.number)
    for scope in session.execute(_scope_rows(row.id)).scalars():
        session.delete(scope)
    session.flush()
    session.delete(row)


def certificates(session: Session, actor: Actor) -> Sequence[Certificate]:
    """Certificates in the actor's reach, those that last longest first."""
    wanted = visible(actor, Act.VIEW_FARM, Certificate)
    order = (col(Certificate.valid_to).desc(), col(Certificate.number))
    return session.execute(select(Certificate).where(wanted).order_by(*order)).scalars().all()


def waiting_papers(session: Session, actor: Actor) -> list[tuple[Certificate, Organisation]]:
    """Papers the office has not confirmed, the oldest first, with their cooperative."""
    scope_of(actor, Act.CONFIRM_PAPERS)
    question = (
        select(Certificate, Organisation)
        .join(Organisation, col(Organisation.id) == col(Certificate.org_id))
        .where(col(Certificate.confirmed_at).is_(None))
        .order_by(col(Certificate.id))
    )
    return [(row[0], row[1]) for row in session.execute(question)]


def scope_of_certificate(session: Session, certificate_id: int) -> Sequence[CertificateScope]:
    """What a certificate covers; nothing listed means the whole holder."""
    return session.execute(_scope_rows(certificate_id)).scalars().all()


def claims_on(
    session: Session,
    org_id: int,
    day: date,
    today: date,
    *,
    plot: Plot | None = None,
    product_id: int | None = None,
) -> list[Claim]:
    """The confirmed certificates that covered this plot and product on this day.

    A paper that ran out later stays: what was true on the day is not rewritten, and ``expired_since``
    says from when it no longer holds today. Laboratory results are no claim and are left out.
    """
    question = (
        select(Certificate)
        .where(
            col(Certificate.org_id) == org_id,
            col(Certificate.confirmed_at).is_not(None),
            col(Certificate.scheme) != Scheme.LAB,
            col(Certificate.valid_from) <= day,
            col(Certificate.valid_to) >= day,
            _covers(plot, product_id),
        )
        .order_by(col(Certificate.scheme), col(Certificate.number))
    )
    return [_claim(row, today) for row in session.execute(question).scalars()]


def _covers(plot: Plot | None, product_id: int | None) -> ColumnElement[bool]:
    scope = CertificateScope
    mine = col(scope.certificate_id) == col(Certificate.id)
    named = [col(scope.product_id) == product_id] if product_id is not None else []
    if plot is not None:
        named.append(col(scope.plot_id) == plot.id)
    if plot is not None and plot.growing_area_id is not None:
        named.append(col(scope.growing_area_id) == plot.growing_area_id)
    whole = ~exists().where(mine)
    return or_(whole, exists().where(and_(mine, or_(*named)))) if named else whole


def _claim(row: Certificate, today: date) -> Claim:
    expired = row.valid_to if row.valid_to < today else None
    return Claim(Scheme(row.scheme), row.number, row.issuer, row.valid_from, row.valid_to, expired)


def _scope_rows(certificate_id: int) -> Select[CertificateScope]:
    return select(CertificateScope).where(col(CertificateScope.certificate_id) == certificate_id)
