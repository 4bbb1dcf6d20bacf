"""What a product says of itself, held against the papers of the lot's day (invariant I9).

A certificate that is named in a product's name, brand or standards stands on every stamp and page of it, so
its lots may go out only where such a paper held on the day they were packed. What the programme adds by
itself (stamp lines, pages, texts of listings) is left out on days it does not hold; that is no refusal.
"""

import re
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.certificate import Certificate, Scheme
from trace.records.lot import Lot
from trace.records.product import OcopRating, Product
from trace.services.export_words import grounds_of
from trace.services.gates import Stop
from trace.services.lot_information import day_of
from trace.services.papers import papers_on, stars_on
from trace.standards.search_key import fold_vi
from trace.texts.catalogs import Term

OCOP = "ocop"
_WORDS = {
    Scheme.VIETGAP: re.compile(r"\bvietgap\b|\bviet gap\b"),
    Scheme.GLOBALGAP: re.compile(r"\bglobal ?gap\b|\bglobalg\.a\.p\b"),
    Scheme.GI: re.compile(r"\bchi dan dia ly\b|\bcddl\b|\bgeographical indication\b"),
    # Manured with is not certified as: the words after "phân" say nothing of a paper.
    Scheme.ORGANIC: re.compile(r"(?<!phan )(?<!phan bon )\bhuu co\b|\borganic\b"),
}
_OCOP = re.compile(r"\bocop\b")
_STARS = re.compile(r"\b([1-5]) ?sao\b|\b([1-5])[- ]?stars?\b")


@dataclass(frozen=True)
class Claim:
    """A paper a product names; ``stars`` only of OCOP, 0 where it names none."""

    scheme: str
    stars: int = 0


def claims_of(product: Product) -> list[Claim]:
    """The papers a product's name, brand and standards speak of; its description promises nothing.

    >>> claims_of(Product(name="Vải thiều VietGAP, OCOP 4 sao"))
    [Claim(scheme='vietgap', stars=0), Claim(scheme='ocop', stars=4)]
    >>> claims_of(Product(name="Vải bón phân hữu cơ"))
    []
    """
    said = fold_vi(" · ".join((product.name, product.name_en or "", product.brand, product.standards)))
    found = [Claim(str(scheme)) for scheme, words in _WORDS.items() if words.search(said)]
    if _OCOP.search(said):
        stars = _STARS.search(said)
        found.append(Claim(OCOP, int(stars[1] or stars[2]) if stars else 0))
    return found


def holds(session: Session, lot: Lot, product: Product, claim: Claim) -> bool:
    """Whether a claim is true of this product in this lot, on the lot's day."""
    return not _stops(session, lot, product, [claim])


def claim_stops(session: Session, lot: Lot, product: Product | None) -> list[Stop]:
    """The noes to claims that do not hold on the lot's day, in the order they are read."""
    claims = claims_of(product) if product else []
    return _stops(session, lot, product, claims) if product and claims else []


def _stops(session: Session, lot: Lot, product: Product, claims: list[Claim]) -> list[Stop]:
    day = day_of(lot)
    papers = papers_on(session, lot.org_id, product.id, day, day, grounds_of(session, lot))
    held = {paper.scheme for paper in papers}
    stops = []
    for claim in claims:
        if claim.scheme == OCOP:
            stops.append(_stars_stop(session, lot, product, claim, day))
        elif claim.scheme not in held:
            stops.append(_paper_stop(session, lot, product, claim, day))
    return [stop for stop in stops if stop is not None]


def _paper_stop(session: Session, lot: Lot, product: Product, claim: Claim, day: date) -> Stop:
    """``gate.claim`` names the last paper that ran out; ``gate.claim.none`` where no paper covers the lot."""
    figures: dict[str, object] = {
        "scheme": Term(f"scheme.{claim.scheme}"),
        "product": product.name,
        "date2": day,
        "lot": lot.code,
    }
    last = _last_paper(session, lot, claim.scheme, day)
    if last is None:
        return Stop("gate.claim.none", figures)
    return Stop("gate.claim", {**figures, "number": last.number, "date": last.valid_to})


def _last_paper(session: Session, lot: Lot, scheme: str, day: date) -> Certificate | None:
    """The paper that ran out last; none where one is valid and merely covers other land."""
    question = (
        select(Certificate)
        .where(col(Certificate.org_id) == lot.org_id, col(Certificate.scheme) == scheme)
        .where(col(Certificate.confirmed_at).is_not(None), col(Certificate.valid_from) <= day)
        .order_by(col(Certificate.valid_to).desc(), col(Certificate.id).desc())
        .limit(1)
    )
    found: Certificate | None = session.execute(question).scalar_one_or_none()
    return found if found and found.valid_to < day else None


def _stars_stop(session: Session, lot: Lot, product: Product, claim: Claim, day: date) -> Stop | None:
    """``gate.claim.ocop``: no rating on the day, or one of fewer stars than the product says."""
    held = stars_on(session, product.id, day, day)
    if held is not None and held.stars >= claim.stars:
        return None
    figures: dict[str, object] = {"product": product.name, "date2": day, "lot": lot.code}
    if held is not None:
        shown = {"n": claim.stars, "m": held.stars, "number": held.number}
        return Stop("gate.claim.stars", {**figures, **shown})
    last = _last_rating(session, product, day)
    if last is None:
        return Stop("gate.claim.none", {**figures, "scheme": "OCOP"})
    ended = {"scheme": "OCOP", "number": last.decision_number, "date": last.valid_to}
    return Stop("gate.claim", {**figures, **ended})


def _last_rating(session: Session, product: Product, day: date) -> OcopRating | None:
    question = (
        select(OcopRating)
        .where(col(OcopRating.product_id) == product.id, col(OcopRating.valid_to) < day)
        .order_by(col(OcopRating.valid_to).desc(), col(OcopRating.id).desc())
        .limit(1)
    )
    found: OcopRating | None = session.execute(question).scalar_one_or_none()
    return found
