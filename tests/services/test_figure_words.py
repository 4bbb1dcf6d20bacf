"""How far a figure moved, in words."""

from fractions import Fraction

from trace.services.figures import words
from trace.services.figures.catalogue import BY_NAME
from trace.services.figures.measure import Unit

SHARE = next(one for one in BY_NAME.values() if one.unit is Unit.SHARE)


def test_a_move_too_small_for_its_places_is_not_one_of_nought() -> None:
    """Nineteen kilograms more of five hundred tonnes were told as "tăng 0 điểm %"."""
    assert words.effect("vi", SHARE, Fraction(1, 10**6)) == "tăng dưới 0,01 điểm %"
    assert words.effect("vi", SHARE, Fraction(-1, 10**6)) == "giảm dưới 0,01 điểm %"
    assert words.effect("en", SHARE, Fraction(1, 8)).endswith("12.5 points")
