"""Classes of values for a map: few, about equally filled, with bounds a person can read."""

import math
from collections.abc import Iterable
from fractions import Fraction

MOST = 5


def bounds(values: Iterable[Fraction]) -> list[Fraction]:
    """Where each class but the lowest begins; of n values about n/5 lie in each.

    Bounds are rounded to two digits. Equal values are never parted, so there are fewer classes where values
    are few or alike.

    >>> bounds(Fraction(n) for n in range(1, 101))
    [Fraction(21, 1), Fraction(41, 1), Fraction(61, 1), Fraction(81, 1)]
    >>> bounds([Fraction(3), Fraction(3)])
    []
    """
    ordered = sorted(values)
    if not ordered:
        return []
    places = [len(ordered) * part // MOST for part in range(1, MOST)]
    rounded = {_round(ordered[place]) for place in places}
    return sorted(bound for bound in rounded if ordered[0] < bound <= ordered[-1])


def class_of(value: Fraction, found: list[Fraction]) -> int:
    """The value's class, from 0: how many bounds it reaches.

    >>> class_of(Fraction(21), [Fraction(21), Fraction(41)])
    1
    """
    return sum(value >= bound for bound in found)


def _round(value: Fraction) -> Fraction:
    """To two digits; an exact value of fewer stays."""
    if not value:
        return value
    step = Fraction(10) ** (math.floor(math.log10(abs(value))) - 1)
    return round(value / step) * step
