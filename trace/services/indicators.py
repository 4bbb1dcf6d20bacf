"""The four counts of Decision 1034/QĐ-BTTTT as they stand today, beside the published ones."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from trace.records.market_order import BaselineFigure
from trace.services.admission import Actor
from trace.services.baseline import published
from trace.services.figures.answering import answer
from trace.services.figures.asking import Ask
from trace.services.figures.catalogue import BY_NAME

NAMES = ("households_on_platforms", "households_trained", "products_on_platforms", "transactions")
"""Measures of the catalogue that the province published figures of."""


@dataclass(frozen=True)
class Indicator:
    """One count today, and what the province published under the same name, oldest first."""

    name: str
    today: int
    published: tuple[BaselineFigure, ...]


def indicators(session: Session, actor: Actor, since: date, until: date) -> list[Indicator]:
    """The four counts within the actor's reach; transactions are those of the period."""
    figures, ask = published(session), Ask(since, until)
    today = {name: answer(session, actor, BY_NAME[name], ask).whole.top or 0 for name in NAMES}
    return [Indicator(name, today[name], tuple(f for f in figures if f.indicator == name)) for name in NAMES]
