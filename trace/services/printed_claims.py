"""What a roll says that was printed before anything was packed, held against the lot it is stuck on (I9).

A roll's words were true on the day it was printed. Stars and the mark of a geographical indication may have
ended since, or may not be this lot's: then these stamps are not for it.
"""

from collections.abc import Iterator

from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import Refused
from trace.records.certificate import Scheme
from trace.records.lot import Lot
from trace.records.product import Product
from trace.records.stamp import ON_PAPER, PrintRun, StampBlock
from trace.services.claim_gates import OCOP, Claim, holds
from trace.services.lot_information import day_of
from trace.services.print_recipes import said_by
from trace.services.stamp_ranges import Range, serial_text
from trace.texts.catalogs import Term


def printed_claims(session: Session, block: StampBlock, inside: Range) -> list[Claim]:
    """The claims that the prints of these serials carry, the same once; none of a block made for a lot."""
    if block.lot_id is not None:
        return []
    question = (
        select(col(PrintRun.recipe))
        .where(col(PrintRun.block_id) == block.id, col(PrintRun.recipe) != "")
        .where(col(PrintRun.state).in_(ON_PAPER))
        .where(col(PrintRun.first) <= inside.last, col(PrintRun.last) >= inside.first)
        .order_by(col(PrintRun.id))
    )
    found = [claim for recipe in session.execute(question).scalars() for claim in _claims(recipe)]
    return list(dict.fromkeys(found))


def _claims(recipe: str) -> Iterator[Claim]:
    texts, design = said_by(recipe)
    if texts.ocop and "ocop" in design.rows:
        yield Claim(OCOP, texts.ocop_stars)
    if texts.gi and design.has_gi:
        yield Claim(str(Scheme.GI))


def refuse_printed(session: Session, block: StampBlock, wanted: Range, lot: Lot, product: Product) -> None:
    """Stamps that say what does not hold for the lot are not stuck on it.

    Raises:
        Refused: ``gate.claim.printed`` with the serials, the claim and the day.
    """
    for claim in printed_claims(session, block, wanted):
        if not holds(session, lot, product, claim):
            raise Refused(
                "gate.claim.printed",
                first=serial_text(wanted.first),
                last=serial_text(wanted.last),
                claim=_name(claim),
                lot=lot.code,
                date2=day_of(lot),
            )


def _name(claim: Claim) -> Term:
    return Term("stamp.ocop", {"n": claim.stars}) if claim.scheme == OCOP else Term(f"scheme.{claim.scheme}")
