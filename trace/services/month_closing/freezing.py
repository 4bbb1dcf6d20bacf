"""Closing a month: its figures and the rows they were made of, as they stand at one moment.

What a closing holds is gathered in a view of one moment (``draft``), which may take minutes, and written in a
short transaction (``keep``). Whoever comes second finds the month closed and writes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from trace.errors import Refused
from trace.records.month_closing import MonthClosing
from trace.row_log import insert_logged
from trace.services.admission import Act, Actor, scope_of
from trace.services.figures.answering import Answer, Part, answer
from trace.services.figures.asking import Ask, Dimension
from trace.services.figures.catalogue import MEASURES
from trace.services.figures.measure import SCALES, Measure
from trace.services.logging_acts import append_leaf
from trace.services.month_closing.kept import closing_of, written
from trace.services.month_closing.months import days_of
from trace.services.month_closing.packing import Share, packed, portions
from trace.services.month_closing.shares import Sum, places, share_of, shares
from trace.services.open_data import releasing
from trace.services.open_data.suppressing import LEAST
from trace.standards.local_time import local_day
from trace.texts.catalogs import Term

FROZEN_BY = (
    Dimension.COMMUNE,
    Dimension.OLD_DISTRICT,
    Dimension.COOPERATIVE,
    Dimension.PRODUCT,
    Dimension.OCOP_GROUP,
    Dimension.VARIETY,
    Dimension.MARKETPLACE,
    Dimension.MARKET,
)
"""The cuts that are kept beside the whole, of each figure those it knows."""


@dataclass
class Draft:
    """What a closing of ``month`` at ``at`` will hold."""

    month: str
    at: datetime
    figures: list[dict[str, Any]] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    published: list[dict[str, Any]] = field(default_factory=list)


def ask_of(month: str, at: datetime) -> Ask:
    """The question of a closed month: its days, ages counted up to the closing."""
    return Ask(*days_of(month), at=at, known={})


def check(actor: Actor, month: str, now: datetime) -> None:
    """Whether the month may be closed by this actor now.

    Raises:
        NotAllowed: not the office's.
        Invalid: no month.
        Refused: the month is not over.
    """
    scope_of(actor, Act.CLOSE_MONTH)
    last = days_of(month)[1]
    if local_day(now) <= last:
        raise Refused("closing.not_over", day=last)


def draft(session: Session, actor: Actor, month: str, now: datetime, least: int = LEAST) -> Draft:
    """Everything a closing holds, from one view of the rows; open data hides cells of fewer than ``least``
    households.

    Raises:
        NotAllowed: not the office's.
        Invalid: no month.
        Refused: the month is not over; a figure's sums and its rows say different things.
    """
    check(actor, month, now)
    ask, made = ask_of(month, now), Draft(month, now)
    for measure in MEASURES:
        _add(made, session, actor, measure, ask)
    values = {one["measure"]: one["value"] for one in made.figures if not one["dimension"]}
    made.published += releasing.rows_of(session, actor, releasing.Month(month, ask, values), least)
    return made


def _add(made: Draft, session: Session, actor: Actor, measure: Measure, ask: Ask) -> None:
    found = answer(session, actor, measure, ask)
    told: dict[str, int | None] = {}
    for (side, source), _count, rows in places(measure, ask):
        total = Sum(share_of(rows))
        counted = total.passing(shares(session, actor, rows, ask))
        where = {"measure": measure.name, "side": side, "source": source, "share": share_of(rows)}
        made.rows += (where | one for one in _portions(counted))
        number = total.number
        told[side] = number if source == 0 else (told[side] or 0) + (number or 0)
    for side, number in told.items():
        if number != getattr(found.whole, side):
            sums = getattr(found.whole, side)
            name = Term(f"measure.{measure.name}")
            raise Refused("closing.rows_differ", figure=name, sums=sums, rows=number)
    made.figures += _figures(found)
    for by in FROZEN_BY:
        if by in measure.dimensions:
            made.figures += _figures(answer(session, actor, measure, replace(ask, by=by)))


def _portions(counted: Iterator[Share]) -> Iterator[dict[str, Any]]:
    for place, some in enumerate(portions(counted)):
        yield {"place": place, "rows": len(some), "data": packed(some)}


def _figures(found: Answer) -> Iterator[dict[str, Any]]:
    """The whole; of a cut its parts."""
    measure, by = found.measure, found.ask.by
    shared = {"measure": measure.name, "version": measure.version, "timing": measure.timing.value}
    shared |= {"scale": SCALES.get(measure.unit, 1), "dimension": by.value if by else ""}
    for part in found.parts if by else (found.whole,):
        yield shared | _part(part)


def _part(part: Part) -> dict[str, Any]:
    return {
        "key": part.key,
        "name": part.name[:160],
        "top": part.top,
        "bottom": part.bottom,
        "value": written(part.value),
    }


def keep(session: Session, actor: Actor, made: Draft) -> tuple[MonthClosing, bool]:
    """Close the month with what was gathered, unless somebody was faster; whether this was the first.

    Raises:
        NotAllowed: not the office's.
    """
    scope_of(actor, Act.CLOSE_MONTH)
    row = _claimed(session, actor, made)
    if row is None:
        found = closing_of(session, made.month)
        assert found is not None
        return found, False
    kept = {"frozen_figure": made.figures, "frozen_rows": made.rows, "open_row": made.published}
    for table, rows in kept.items():
        insert_logged(session, table, [{"closing_id": row.id, **one} for one in rows])
    told = {"act": "month.closed", "month": made.month, "figures": len(made.figures)}
    append_leaf(session, "month_closed", {**told, "by": actor.account_id}, made.at)
    return row, True


def _claimed(session: Session, actor: Actor, made: Draft) -> MonthClosing | None:
    if closing_of(session, made.month) is not None:
        return None
    row = MonthClosing(month=made.month, closed_at=made.at, closed_by=actor.account_id)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # somebody closed it at this very moment: PostgreSQL waited for them
        return None
    return row
