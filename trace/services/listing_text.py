"""What buyers read under a listing: the product's description, where its story is, its valid certificates.

Sent in Vietnamese, as everything on these shops. What is too long for the shop is cut from the
description, then certificates are left out; the link is never cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from trace.records.product import Product
from trace.services.certificates import Claim
from trace.texts.catalogs import t

LANG = "vi"
ELLIPSIS = "…"


@dataclass(frozen=True)
class Face:
    """What an offer needs to know of the instance and the shop: ``longest`` letters, 0 for unknown.

    ``currency`` is the one its prices are set in.
    """

    public_url: str
    longest: int = 0
    currency: str = "VND"


def listing_text(product: Product, claims: Sequence[Claim], face: Face) -> str:
    """Description, link, certificates; within ``face.longest`` letters where that is known.

    A limit too short even for the link gives the link alone: the shop refuses it with its own words.
    """
    link = t(LANG, "listing.trace", url=f"{face.public_url}/sp/{product.public_id}")
    papers = [_paper(claim) for claim in claims]
    while face.longest and papers and len("\n".join((link, *papers))) > face.longest:
        papers.pop()
    tail = "\n".join((link, *papers))
    room = face.longest - len(tail) - 2 if face.longest else len(product.description)
    head = _cut(product.description.strip(), room)
    return f"{head}\n\n{tail}" if head else tail


def _paper(claim: Claim) -> str:
    scheme = t(LANG, f"scheme.{claim.scheme.value}")
    return t(LANG, "listing.paper", scheme=scheme, number=claim.number, date=claim.valid_to)


def _cut(text: str, room: int) -> str:
    """At a word's end, with three dots; nothing where too little would be left."""
    if len(text) <= room:
        return text
    kept = text[: max(0, room - 1)]
    kept = kept[: kept.rfind(" ")] if " " in kept else kept
    return f"{kept.rstrip(' ,.;:')}{ELLIPSIS}" if kept.strip() else ""
