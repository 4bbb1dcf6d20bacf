"""Windows in whole seconds: they touch, leave nothing out, and go on where a reading stopped."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from marketplaces.values import Window

START = datetime(2026, 6, 12, tzinfo=UTC)
SECONDS = st.floats(0, 10_000_000).map(lambda value: timedelta(seconds=value))
SPANS = st.integers(3_600, 5_000_000).map(lambda value: timedelta(seconds=value))


@given(SECONDS, SECONDS, SPANS)
def test_slices_touch_cover_the_window_and_are_no_longer_than_the_span(
    before: timedelta, length: timedelta, span: timedelta
) -> None:
    window = Window(START + before, START + before + length)
    found = list(window.slices(span))
    assert found[0][0] <= window.since.timestamp()
    assert found[-1][1] >= window.until.timestamp()
    assert all(one[1] == other[0] for one, other in pairwise(found))
    assert all(0 <= until - since <= span.total_seconds() for since, until in found)


@given(SECONDS, SPANS, st.floats(0, 1))
def test_a_reading_goes_on_where_its_last_slice_ended(
    length: timedelta, span: timedelta, share: float
) -> None:
    window = Window(START, START + length)
    every = list(window.slices(span))
    stopped = every[int(share * (len(every) - 1))]
    assert list(window.slices(span, stopped[1])) == every[every.index(stopped) + 1 :]
