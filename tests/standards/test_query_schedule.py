"""When a standing query is due."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace.standards.epcis.query_schedule import FIELDS, read_schedule
from trace.standards.fault import Fault
from trace.standards.local_time import VN


def numbers(name: str) -> st.SearchStrategy[str]:
    least, most = FIELDS[name]
    most = 28 if name == "dayOfMonth" else most
    one = st.integers(least, most)
    pair = st.tuples(one, one).map(sorted)
    part = st.one_of(
        one.map(str), pair.map(lambda p: f"[{p[0]}-{p[1]}]"),
        st.tuples(one, st.integers(1, 30)).map(lambda p: f"{p[0]}/{p[1]}"),
    )  # fmt: skip
    return st.lists(part, min_size=1, max_size=3).map(",".join)


schedules = st.fixed_dictionaries({}, optional={name: numbers(name) for name in FIELDS}).filter(bool)
moments = st.integers(0, 6 * 365 * 86_400).map(
    lambda s: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=s)
)


@given(schedules, moments, st.floats(0, 1, exclude_max=True))
def test_the_next_due_moment_fits_and_none_lies_before_it(
    said: dict[str, str], moment: datetime, share: float
) -> None:
    schedule = read_schedule(said)
    due = schedule.next_after(moment)
    assert due > moment
    parts = (due.second, due.minute, due.hour, due.day, due.month, due.isoweekday())
    assert all(part in getattr(schedule, name) for part, name in zip(parts, FIELDS, strict=True))
    between = moment + (due - moment) * share
    assert between >= due or schedule.next_after(between) == due


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"hour": "1", "minute": "5"}, "2026-06-03T01:05:00+07:00"),
        ({"hour": "1"}, "2026-06-03T01:00:00+07:00"),
        ({"second": "0/30"}, "2026-06-02T12:00:30+07:00"),
        ({"minute": "[0-59]"}, "2026-06-02T12:01:00+07:00"),
        ({"minute": 7}, "2026-06-02T12:07:00+07:00"),
        ({"dayOfWeek": "1"}, "2026-06-08T00:00:00+07:00"),
        ({"dayOfMonth": "29", "month": "2"}, "2028-02-29T00:00:00+07:00"),
        ({"dayOfMonth": "13", "dayOfWeek": "5", "hour": "*"}, "2026-11-13T00:00:00+07:00"),
    ],
)
def test_known_schedules(said: dict[str, Any], expected: str) -> None:
    noon = datetime(2026, 6, 2, 12, 0, tzinfo=VN)
    assert read_schedule(said).next_after(noon).isoformat() == expected


@pytest.mark.parametrize(
    "said",
    [
        {}, [], "hourly", None, {"hour": ""}, {"hour": "24"}, {"hour": "-1"}, {"hour": "1-5"},
        {"hour": "[5-1]"},
        {"second": "0/0"}, {"minute": "60"}, {"month": "0"}, {"dayOfWeek": "8"}, {"dayOfMonth": "32"},
        {"hour": True}, {"hour": 1.5}, {"hour": ["1"]}, {"hour": "1,,2"}, {"hours": "1"}, {"hour": "١"},
    ],
)  # fmt: skip
def test_what_is_no_schedule_is_refused(said: Any) -> None:
    with pytest.raises(Fault) as fault:
        read_schedule(said)
    assert fault.value.key == "epcis.schedule"


def test_a_day_that_never_comes_is_refused() -> None:
    with pytest.raises(Fault) as fault:
        read_schedule({"dayOfMonth": "30", "month": "2"})
    assert fault.value.key == "epcis.schedule_never"


def test_a_second_later_is_the_next_moment() -> None:
    every = read_schedule({"second": "*"})
    at = datetime(2026, 6, 2, 23, 59, 59, 500_000, tzinfo=VN)
    assert every.next_after(at) - at == timedelta(milliseconds=500)
