"""What the gates of a harvest ask the registry: row by row here, for many lots at once where a file comes."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from trace.records.diary_entry import DiaryEntry, DiaryKind
from trace.records.lot import Lot, LotKind
from trace.records.plot import GrowingArea
from trace.records.rules import PesticideRule, YieldRule
from trace.services import rules
from trace.services.lot_states import counts

LOOK_BACK = timedelta(days=400)
"""No waiting time is longer than a year; older sprays are not looked at."""
PLOT, AREA = "plot_id", "growing_area_id"
"""The columns of a lot whose harvests of a year are added up."""
_Later = aliased(DiaryEntry)  # made once: its columns are adapted anew for every alias


class GateFacts:
    """Asks the database for each answer."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def sprays(self, plot_id: int, until: date) -> Sequence[DiaryEntry]:
        """Sprays of a plot that count, newest first: not those that a later entry corrected."""
        return self.session.execute(sprays_of([plot_id], until - LOOK_BACK, until)).scalars().all()

    def pesticide_rules(self, material_key: str, crop: str) -> Sequence[PesticideRule]:
        """All rules of a material on a crop, the newest first."""
        return rules.pesticide_rules(self.session, material_key, crop)

    def yield_rule(self, crop: str, variety: str, day: date) -> YieldRule | None:
        """The rule of a variety on a day."""
        return rules.yield_rule(self.session, crop, variety, day)

    def growing_area(self, number: int) -> GrowingArea | None:
        """The growing area of this number."""
        return self.session.get(GrowingArea, number)

    def picked_g(self, column: str, number: int, year: int, without: int | None) -> int:
        """Grams harvested of a plot or growing area in a year; ``without`` is a lot not to be counted."""
        question = picked_in(column, [number], year).where(col(Lot.id) != (without or 0))
        return sum(int(grams) for _, grams in self.session.execute(question))


def sprays_of(plot_ids: Sequence[int], since: date, until: date) -> Any:
    """The question for sprays of plots that count, newest first."""
    corrected = select(col(_Later.id)).where(col(_Later.corrects_id) == DiaryEntry.id).exists()
    return (
        select(DiaryEntry)
        .where(
            col(DiaryEntry.plot_id).in_(plot_ids),
            col(DiaryEntry.kind) == DiaryKind.SPRAY,
            col(DiaryEntry.done_on).between(since, until),
            ~corrected,
        )
        .order_by(col(DiaryEntry.done_on).desc(), col(DiaryEntry.id).desc())
    )


def picked_in(column: str, numbers: Sequence[int], year: int) -> Any:
    """The question for grams harvested in a year: number of a plot or growing area, grams."""
    place = col(getattr(Lot, column))
    return (
        select(place, func.sum(Lot.weight_g))
        .where(
            place.in_(numbers),
            col(Lot.kind) == LotKind.HARVEST,
            counts(),
            col(Lot.harvested_on).between(date(year, 1, 1), date(year, 12, 31)),
        )
        .group_by(place)
    )
