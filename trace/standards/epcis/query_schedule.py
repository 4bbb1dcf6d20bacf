"""When a standing query is asked: the fields of EPCIS 2.0's query schedule, read as a calendar.

A field is a list of numbers ``5``, ranges ``[1-5]`` and steps ``0/30`` with commas between, or ``*``. A
moment is due when every field fits it. What is not said fits any value where it is coarser than the
finest field that is said, and is the least value where it is finer: hour 1, minute 5 is 01:05:00 once
a day. The clock is Vietnam's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from trace.standards.fault import Fault
from trace.standards.local_time import VN, require_aware

FIELDS: Final = {
    "second": (0, 59), "minute": (0, 59), "hour": (0, 23), "dayOfMonth": (1, 31), "month": (1, 12),
    "dayOfWeek": (1, 7),
}  # fmt: skip
"""Each field with its least and greatest value; day 1 of the week is Monday."""
FARTHEST: Final = timedelta(days=366 * 8 + 2)
"""29 February comes again within eight years, 2096 to 2104."""

_FINE: Final = ("second", "minute", "hour")
_PART: Final = re.compile(r"(?:\[([0-9]{1,2})-([0-9]{1,2})\]|([0-9]{1,2})(?:/([0-9]{1,2}))?|(\*))", re.ASCII)


@dataclass(frozen=True)
class QuerySchedule:
    """The values each field may have, sorted."""

    second: tuple[int, ...]
    minute: tuple[int, ...]
    hour: tuple[int, ...]
    dayOfMonth: tuple[int, ...]  # noqa: N815 - the standard's names
    month: tuple[int, ...]
    dayOfWeek: tuple[int, ...]  # noqa: N815

    def next_after(self, moment: datetime) -> datetime:
        """The first due moment later than ``moment``; raises ``epcis.schedule_never``.

        >>> from datetime import UTC
        >>> early = read_schedule({"hour": "1", "minute": "5"})
        >>> early.next_after(datetime(2026, 6, 1, 18, 5, tzinfo=UTC)).isoformat()
        '2026-06-03T01:05:00+07:00'
        """
        local = require_aware(moment).astimezone(VN).replace(microsecond=0) + timedelta(seconds=1)
        day, last = local.date(), local.date() + FARTHEST
        while day <= last:
            found = self._on(day, local.time() if day == local.date() else time.min)
            if found is not None:
                return datetime.combine(day, found, VN)
            day += timedelta(days=1)
        raise Fault("epcis.schedule_never", field="schedule", expected="schedule", got=str(self.dayOfMonth))

    def _on(self, day: date, earliest: time) -> time | None:
        if day.month not in self.month or day.day not in self.dayOfMonth:
            return None
        if day.isoweekday() not in self.dayOfWeek:
            return None
        due = (
            time(h, m, s) for h in self.hour if h >= earliest.hour for m in self.minute for s in self.second
        )
        return next((one for one in due if one >= earliest), None)


def read_schedule(said: object) -> QuerySchedule:
    """A schedule from its JSON. Raises ``epcis.schedule``, ``epcis.schedule_never``.

    >>> read_schedule({"second": "0/30"}).second, read_schedule({"hour": "[1-3],7"}).hour
    ((0, 30), (1, 2, 3, 7))
    """
    if not isinstance(said, Mapping) or not said or set(said) - set(FIELDS):
        raise Fault("epcis.schedule", field="schedule", expected=", ".join(FIELDS), got=str(said)[:80])
    finest = next((name for name in _FINE if name in said), "dayOfMonth")
    values = {name: _values(name, said[name]) if name in said else _unsaid(name, finest) for name in FIELDS}
    schedule = QuerySchedule(**values)
    schedule.next_after(datetime(2026, 1, 1, tzinfo=VN))
    return schedule


def _unsaid(name: str, finest: str) -> tuple[int, ...]:
    least, most = FIELDS[name]
    is_finer = name in _FINE and (finest not in _FINE or _FINE.index(name) < _FINE.index(finest))
    return (least,) if is_finer else tuple(range(least, most + 1))


def _values(name: str, said: object) -> tuple[int, ...]:
    text = str(said) if isinstance(said, (str, int)) and not isinstance(said, bool) else ""
    found: set[int] = set()
    for part in text.replace(" ", "").split(","):
        found.update(_part(name, part, text))
    return tuple(sorted(found))


def _part(name: str, part: str, whole: str) -> range:
    least, most = FIELDS[name]
    read = _PART.fullmatch(part)
    if read is not None:
        low, high, start, step, star = read.groups()
        if star:
            return range(least, most + 1)
        first = int(low or start)
        last = int(high) if high else most if step else first
        if least <= first <= last <= most and step not in ("0", "00"):
            return range(first, last + 1, int(step or 1))
    expected = f"{least}..{most}: 5 | 1,2 | [1-5] | 0/30"
    raise Fault("epcis.schedule", field=f"schedule.{name}", expected=expected, got=whole[:40])
