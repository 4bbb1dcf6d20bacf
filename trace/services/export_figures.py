"""Export by market (indicator 19): kilograms sent with the full set of I10, of kilograms sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from trace.services.admission import Actor
from trace.services.figures.answering import answer
from trace.services.figures.asking import Ask, Dimension
from trace.services.figures.catalogue import BY_NAME


@dataclass(frozen=True)
class MarketShare:
    """What went to one market; ``complete_g`` was asked by at least one rule and kept them all."""

    market: str
    consignments: int
    weight_g: int
    complete_g: int


def export_by_market(session: Session, actor: Actor, first: date, last: date) -> Sequence[MarketShare]:
    """Consignments abroad by the day they left, both days included, by market.

    Goods for a market of which nothing is asked count as sent, never as complete: nobody looked.
    """
    ask = Ask(first, last, Dimension.MARKET)
    names = ("export_consignments", "exported", "export_complete")
    found = [
        {part.key: part.top or 0 for part in answer(session, actor, BY_NAME[name], ask).parts}
        for name in names
    ]
    markets = sorted(found[0])
    return [MarketShare(market, *(one.get(market, 0) for one in found)) for market in markets]
