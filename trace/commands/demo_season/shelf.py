"""Products with their picture and OCOP rating."""

from datetime import date, datetime, timedelta
from functools import partial

from sqlmodel import Session

from trace.commands.demo_season.cast import Cast, Coop
from trace.commands.demo_season.days import at
from trace.commands.demo_season.goods import GS1_PREFIX, Good
from trace.commands.demo_season.pictures import draw
from trace.services import company_prefixes, ocop, product_images, products
from trace.services.product_images import Picture

MONTH = timedelta(days=30)
FRESH_CROPS = ("lychee", "carrot", "guava")
YEAR_OF_STANDARDS = 2024


def plan_shelf(cast: Cast, coop: Coop, day: date) -> None:
    """A cooperative's goods on that day, and their ratings from the day of the decision on."""
    if any(good.gtin for good in coop.goods):
        cast.agenda.add(at(day, 9), partial(_prefix, cast, coop))
    for place, good in enumerate(coop.goods):
        registered = at(day, 10) + timedelta(minutes=12 * place)
        cast.agenda.add(registered, partial(_product, cast, coop, good))
        if good.rating is not None:
            decided = cast.days.today - good.rating[2] * MONTH
            seen = max(at(decided, 14), registered + timedelta(hours=5))
            cast.agenda.add(seen, partial(_rating, cast, coop, good, decided))
    reported = [good for good in coop.goods if good.ocop_group and good.rating is None]
    for good in reported:
        cast.agenda.add(at(cast.days.ago(4), 15), partial(_report, cast, coop, good))


def _prefix(cast: Cast, coop: Coop, session: Session, now: datetime) -> None:
    """GS1's numbers of the cooperative, told and confirmed the same morning."""
    given = company_prefixes.PrefixIn(digits=GS1_PREFIX, paper="GCP-MAU-01", valid_from=date(now.year, 1, 1))
    row = company_prefixes.propose_prefix(session, coop.hand, given, now)
    company_prefixes.accept_prefix(session, cast.office, row.id, now)


def _product(cast: Cast, coop: Coop, good: Good, session: Session, now: datetime) -> None:
    given = products.ProductIn(
        sku=good.sku,
        name=good.name,
        name_en=good.name_en,
        name_zh=good.name_zh,
        name_ja=good.name_ja,
        gtin=good.gtin,
        crop=good.crop,
        variety=good.variety,
        unit_g=good.unit_g,
        shelf_life_days=good.shelf_days,
        brand=coop.short_name,
        standards=_standards(coop, good),
        description=good.description,
        ocop_group=good.ocop_group,
    )
    row = products.add_product(session, coop.hand, given, now)
    coop.products[good.sku] = row.public_id
    product_images.add_image(session, coop.hand, row.public_id, cast.pictures[good.motif], now)


def _standards(coop: Coop, good: Good) -> str:
    """VietGAP is named where the cooperative has the paper and the goods are fresh; else its own standard."""
    if coop.has_vietgap and good.crop in FRESH_CROPS:
        return "TCVN 11892-1:2017 (VietGAP)"
    return f"TCCS {coop.number:02d}:{YEAR_OF_STANDARDS}/{coop.plan.code}"


def _rating(cast: Cast, coop: Coop, good: Good, decided: date, session: Session, now: datetime) -> None:
    stars, score, _months = good.rating or (0, 0.0, 0)
    given = ocop.RatingIn(
        product=coop.products[good.sku],
        stars=stars,
        score=score,
        decision_number=f"{100 + coop.number}/QĐ-MAU-{good.sku}",
        decided_on=decided,
    )
    ocop.rate_product(session, cast.office, given, now)


def _report(cast: Cast, coop: Coop, good: Good, session: Session, now: datetime) -> None:
    """A cooperative says it was rated; the office has not looked at it yet."""
    given = ocop.RatingIn(
        product=coop.products[good.sku],
        stars=3,
        score=67.0,
        decision_number=f"{200 + coop.number}/QĐ-MAU-{good.sku}",
        decided_on=cast.days.ago(11),
    )
    ocop.propose_rating(session, coop.hand, given, now)


def draw_pictures(motifs: set[str]) -> dict[str, Picture]:
    """One picture a motif, brought to the registry's form as an upload would be."""
    return {motif: product_images.reencode(draw(motif)) for motif in sorted(motifs)}
