"""Certificates and OCOP ratings that end within ninety days and were not renewed."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from trace.records.certificate import Certificate, CertificateScope
from trace.records.organisation import Organisation
from trace.records.product import OcopRating, Product
from trace.records.work_decision import WorkKind
from trace.services.ocop_ending import ends_within
from trace.services.work_lists.item import Look, Source, Told, columns
from trace.texts.catalogs import Term

DAYS: Final = 90
STEPS: Final = (7, 30)
"""So many days before the end is a new fact: what was put away before waits again."""


def _step(look: Look, last_day: Any) -> ColumnElement[str]:
    reached = [(last_day <= look.today + timedelta(days=days), str(days)) for days in STEPS]
    return case(*reached, else_=str(DAYS))


def _is_renewed() -> ColumnElement[bool]:
    """Another confirmed paper of the scheme lasts longer and covers all that this one does."""
    later, mine, theirs = aliased(Certificate), aliased(CertificateScope), aliased(CertificateScope)
    same = and_(
        col(theirs.certificate_id) == col(later.id),
        *(
            func.coalesce(col(getattr(theirs, name)), 0) == func.coalesce(col(getattr(mine, name)), 0)
            for name in ("plot_id", "growing_area_id", "product_id")
        ),
    )
    is_mine = col(mine.certificate_id) == col(Certificate.id)
    covers_whole = ~exists().where(col(theirs.certificate_id) == col(later.id)).correlate(later)
    names_some = exists().where(is_mine).correlate(Certificate)
    lacks_one = exists().where(is_mine, ~exists().where(same).correlate(later, mine))
    covers_mine = names_some & ~lacks_one.correlate(Certificate, later)
    renewed = exists().where(
        col(later.org_id) == col(Certificate.org_id),
        col(later.scheme) == col(Certificate.scheme),
        col(later.confirmed_at).is_not(None),
        col(later.valid_to) > col(Certificate.valid_to),
        or_(covers_whole, covers_mine),
    )
    return renewed.correlate(Certificate)


def _certificates(look: Look) -> Select[Any]:
    paper, org = Certificate, Organisation
    ends = col(paper.valid_to)
    where = (
        look.inside(),
        col(paper.confirmed_at).is_not(None),
        ends.between(look.today, look.today + timedelta(days=DAYS)),
        ~_is_renewed(),
    )
    return (
        select(*columns(col(paper.id), col(paper.org_id), col(org.commune_code), ends, _step(look, ends)))
        .join(org, col(org.id) == col(paper.org_id))
        .where(*where)
    )


def _told_certificates(look: Look, keys: Sequence[int]) -> dict[int, Told]:
    question = select(Certificate).where(col(Certificate.id).in_(keys))
    return {
        one.id: Told(
            one.number,
            [
                *([] if one.names_itself else [Term(f"scheme.{one.scheme}")]),
                Term("work.why.ends", {"date": one.valid_to, "n": (one.valid_to - look.today).days}),
            ],
            str(one.id),
        )
        for one in look.session.execute(question).scalars()
    }


def _ratings(look: Look) -> Select[Any]:
    rating, org, ends = OcopRating, Organisation, col(OcopRating.valid_to)
    return (
        select(*columns(col(rating.id), col(Product.org_id), col(org.commune_code), ends, _step(look, ends)))
        .join(Product, col(Product.id) == col(rating.product_id))
        .join(org, col(org.id) == col(Product.org_id))
        .where(look.inside(), *ends_within(look.today, DAYS))
    )


def _told_ratings(look: Look, keys: Sequence[int]) -> dict[int, Told]:
    question = select(OcopRating, Product).join(Product, col(Product.id) == col(OcopRating.product_id))
    found = {}
    for rating, product in look.session.execute(question.where(col(OcopRating.id).in_(keys))):
        stars = {"n": rating.stars, "number": rating.decision_number}
        ends = {"date": rating.valid_to, "n": (rating.valid_to - look.today).days}
        why = [Term("work.why.ocop", stars), Term("work.why.ends", ends)]
        found[rating.id] = Told(product.name, why, product.public_id)
    return found


CERTIFICATES = Source(WorkKind.CERTIFICATE, _certificates, _told_certificates, by_day=True)
RATINGS = Source(WorkKind.OCOP, _ratings, _told_ratings, by_day=True)
