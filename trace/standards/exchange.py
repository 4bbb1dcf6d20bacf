"""Exact money across currencies: whole numbers of the smallest unit, and one rule of rounding.

A rate is đồng for one unit of a currency, in ten-thousandths of a đồng. A sum is turned once, never added up
from sums turned apart, and goes to the nearest whole unit, half up.
"""

PARTS = 10_000
"""Of one đồng, in a rate."""


def to_dong(minor: int, decimals: int, dong_e4: int) -> int:
    """Whole đồng for a sum in a currency's smallest unit, of which ``10**decimals`` are one unit.

    >>> to_dong(220, 2, 25_412_5000), to_dong(1, 2, 25_450_0000), to_dong(1_000, 0, 165_4350)
    (55908, 255, 165435)
    """
    return _nearest(minor * dong_e4, PARTS * 10**decimals)


def from_dong(dong: int, decimals: int, dong_e4: int) -> int:
    """The sum in the currency's smallest unit for whole đồng; never nothing for something.

    >>> from_dong(55_000, 2, 25_412_5000), from_dong(10, 2, 25_412_5000), from_dong(0, 2, 25_412_5000)
    (216, 1, 0)
    """
    return max(_nearest(dong * PARTS * 10**decimals, dong_e4), 1 if dong else 0)


def _nearest(part: int, whole: int) -> int:
    """Half up; nothing here is negative."""
    return (2 * part + whole) // (2 * whole)
