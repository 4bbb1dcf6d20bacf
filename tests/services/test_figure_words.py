"""How far a figure moved, in words."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace.services.figures import words
from trace.services.figures.catalogue import BY_NAME
from trace.services.figures.measure import Measure, Unit

SHARE = next(one for one in BY_NAME.values() if one.unit is Unit.SHARE)
PER_10K = next(one for one in BY_NAME.values() if one.unit is Unit.PER_10K)


def test_a_move_too_small_for_its_places_is_not_one_of_nought() -> None:
    """Nineteen kilograms more of five hundred tonnes were told as "tăng 0 điểm %"."""
    assert words.effect("vi", SHARE, Fraction(1, 10**6)) == "tăng dưới 0,01 điểm %"
    assert words.effect("vi", SHARE, Fraction(-1, 10**6)) == "giảm dưới 0,01 điểm %"
    assert words.effect("en", SHARE, Fraction(1, 8)).endswith("12.5 points")


@pytest.mark.parametrize("measure", [SHARE, PER_10K])
def test_two_figures_that_read_alike_moved_nearly_not_at_all(measure: Measure) -> None:
    """0,1% and 0,1% were told as "tăng 0,1 điểm %"."""
    size = 1000 if measure is SHARE else 10
    low, high = Fraction(60, 100 * size), Fraction(140, 100 * size)
    assert words.said("vi", measure, low) == words.said("vi", measure, high)
    assert words.moved("vi", measure, high, low) == "gần như không đổi"
    assert words.moved("vi", measure, low, low) == "không đổi"


@given(st.fractions(0, 1, max_denominator=5000), st.fractions(0, 1, max_denominator=5000))
def test_points_are_those_between_the_shares_as_they_are_read(now: Fraction, before: Fraction) -> None:
    read = [Decimal(words.headline("en", SHARE, value)[0]) for value in (now, before)]
    by = words.distance("en", SHARE, now, before)
    assert (Decimal(by.split()[0]) if by else 0) == abs(read[0] - read[1])
