"""How fresh a figure is: as fresh as what was heard last, or as the shop that was read longest ago."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from trace.records.shop import Shop
from trace.services.admission import Actor
from trace.services.figures.asking import Ask
from trace.services.figures.counting import Rows
from trace.services.figures.facts.syncing import SHOPS
from trace.services.figures.measure import Measure
from trace.services.figures.measures.people import CONNECTED


@dataclass(frozen=True)
class Freshness:
    """``at`` is the newest row's time, or when the stalest of ``shops`` shops was read; empty where nothing
    was. ``silent`` of the shops were never read.
    """

    at: datetime | None
    shops: int = 0
    silent: int = 0


def freshness(session: Session, actor: Actor, measure: Measure, ask: Ask) -> Freshness:
    """How fresh the figure of the question is, in the actor's reach.

    Raises:
        NotAllowed: the role sees no figures.
    """
    rows = [one for count in measure.counts for one in count.behind(ask)]
    if any(one.fact.is_sold for one in rows):
        return _of_shops(session, actor, ask)
    times = [at for one in rows if (at := _newest(session, actor, one, ask)) is not None]
    return Freshness(max(times, default=None))


def _of_shops(session: Session, actor: Actor, ask: Ask) -> Freshness:
    inside = replace(ask, by=None, only={k: v for k, v in ask.only.items() if k in SHOPS.keys})
    read = col(Shop.last_success_at)
    question = select(func.min(read), func.count(), func.count(read)).where(col(Shop.state).in_(CONNECTED))
    oldest, shops, known = session.execute(SHOPS.narrowed(question, actor, inside)).one()
    return Freshness(oldest, shops, shops - known)


def _newest(session: Session, actor: Actor, rows: Rows, ask: Ask) -> datetime | None:
    fact = rows.fact.knowing(ask.dimensions)
    written = fact.written
    if written is None:
        return None
    # In the order of its days, or by an index of its own, the newest row is the first that is found; no row
    # is the newest of none. An index of days would be in the way then: SQLite sorts what it finds by it.
    is_ordered = written is fact.at or fact.is_indexed
    if is_ordered and fact.day is not None:
        fact = replace(fact, day=func.coalesce(fact.day, fact.day))
    question = rows.narrowed(select(written if is_ordered else func.max(written)), fact, actor, ask)
    if is_ordered:
        question = question.order_by(written.desc()).limit(1)
    found: datetime | None = session.execute(question, ask.days).scalar()
    return found
