"""Numbers that stand in tables of sums: whole months by the month, the days around them by the day."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlmodel import Session

from trace.services.admission import Actor
from trace.services.figures.asking import IN_TIME, Ask, Dimension
from trace.services.figures.counting import Bag, Bags, Count, Rows, Timing

Span = tuple[date, date]


@dataclass(frozen=True)
class Stored:
    """A number of stored sums: of a row each day and each month, and of each thing's rows added up first."""

    days: Rows
    days_together: Rows
    months: Rows
    months_together: Rows

    @property
    def dimensions(self) -> frozenset[Dimension]:
        """What the sums know."""
        return self.days.dimensions

    def gathered(self, session: Session, actor: Actor, ask: Ask, by: Dimension | None) -> Bags:
        """What the spans of the question hold together."""
        found: dict[str, Bag] = {}
        for span, is_month in spans(ask.since, ask.until, by_day=Dimension.DAY in ask.dimensions):
            rows = self._rows(is_month=is_month, in_time=bool(ask.dimensions & IN_TIME))
            for key, bag in rows.gathered(session, actor, replace(ask, span=span), by).items():
                found[key] = found[key] + bag if key in found else bag  # type: ignore[operator]
        return found

    def _rows(self, *, is_month: bool, in_time: bool) -> Rows:
        if is_month:
            return self.months if in_time else self.months_together
        return self.days if in_time else self.days_together


def spans(since: date, until: date, *, by_day: bool = False) -> Iterator[tuple[Span, bool]]:
    """A question's days in parts, each with whether it is of whole months.

    >>> [(str(first), str(last), is_month)
    ...  for (first, last), is_month in spans(date(2026, 5, 20), date(2026, 6, 30))]
    [('2026-05-20', '2026-05-31', False), ('2026-06-01', '2026-06-30', True)]
    """
    first = since if since.day == 1 else _next_month(since)
    after = (until + timedelta(days=1)).replace(day=1)
    if by_day or first >= after:
        yield (since, until), False
        return
    if since < first:
        yield (since, first - timedelta(days=1)), False
    yield (first, after - timedelta(days=1)), True
    if after <= until:
        yield (after, until), False


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


@dataclass(frozen=True)
class Summed(Count):
    """A number that stands in tables of sums, the smallest first, and the rows those follow: they are asked
    where no sums can be cut as wanted, and are what stands behind it."""

    sums: tuple[Stored, ...]
    rows: Count
    timing = Timing.PERIOD

    @property
    def dimensions(self) -> frozenset[Dimension]:  # type: ignore[override]
        """What the rows know."""
        return self.rows.dimensions

    def behind(self, ask: Ask) -> tuple[Rows, ...]:
        """The rows the sums follow."""
        return self.rows.behind(ask)

    def gathered(self, session: Session, actor: Actor, ask: Ask, by: Dimension | None) -> Bags:
        """The first sums that know every dimension asked for, else the rows."""
        knowing = next((one for one in self.sums if ask.dimensions <= one.dimensions), None)
        return (knowing or self.rows).gathered(session, actor, ask, by)

    def is_parted(self, ask: Ask) -> bool:
        """As the sums are that would be asked, else the rows."""
        knowing = next((one for one in self.sums if ask.dimensions <= one.dimensions), None)
        return (knowing.days if knowing else self.rows).is_parted(ask)

    def shares_bag(self, other: Count | None) -> bool:
        """Where the rows do."""
        return isinstance(other, Summed) and self.rows.shares_bag(other.rows)

    def read(self, bag: Bag | None) -> int | None:
        """As the rows read it."""
        return self.rows.read(bag)
