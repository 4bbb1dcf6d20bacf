"""Units of measure that are converted into one another: codes of UN/ECE Recommendation 20.

Only these; any other unit equals itself alone. Factors are exact (SI; the avoirdupois pound of 1959 is
0.45359237 kg, the inch 0.0254 m, 0 degrees Celsius are 273.15 kelvin).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

_POUND: Final = Fraction("0.45359237")
_INCH: Final = Fraction("0.0254")
_ZERO_C: Final = Fraction("273.15")
_ZERO_F: Final = Fraction("459.67")

_UNITS: Final[dict[str, tuple[str, Fraction, Fraction]]] = {
    "KEL": ("temperature", Fraction(1), Fraction(0)),
    "CEL": ("temperature", Fraction(1), _ZERO_C),
    "FAH": ("temperature", Fraction(5, 9), _ZERO_F),
    "MGM": ("mass", Fraction(1, 1_000_000), Fraction(0)),
    "GRM": ("mass", Fraction(1, 1_000), Fraction(0)),
    "KGM": ("mass", Fraction(1), Fraction(0)),
    "TNE": ("mass", Fraction(1_000), Fraction(0)),
    "ONZ": ("mass", _POUND / 16, Fraction(0)),
    "LBR": ("mass", _POUND, Fraction(0)),
    "MMT": ("length", Fraction(1, 1_000), Fraction(0)),
    "CMT": ("length", Fraction(1, 100), Fraction(0)),
    "MTR": ("length", Fraction(1), Fraction(0)),
    "KMT": ("length", Fraction(1_000), Fraction(0)),
    "INH": ("length", _INCH, Fraction(0)),
    "FOT": ("length", 12 * _INCH, Fraction(0)),
    "MLT": ("volume", Fraction(1, 1_000), Fraction(0)),
    "LTR": ("volume", Fraction(1), Fraction(0)),
    "MTQ": ("volume", Fraction(1_000), Fraction(0)),
    "PAL": ("pressure", Fraction(1), Fraction(0)),
    "A97": ("pressure", Fraction(100), Fraction(0)),
    "KPA": ("pressure", Fraction(1_000), Fraction(0)),
    "MBR": ("pressure", Fraction(100), Fraction(0)),
    "BAR": ("pressure", Fraction(100_000), Fraction(0)),
    "SEC": ("time", Fraction(1), Fraction(0)),
    "MIN": ("time", Fraction(60), Fraction(0)),
    "HUR": ("time", Fraction(3_600), Fraction(0)),
    "DAY": ("time", Fraction(86_400), Fraction(0)),
}
"""Each unit's quantity, its size in the quantity's first unit, and what is added before it is sized."""

UNITS: Final = tuple(_UNITS)


def converted(amount: Fraction, unit: str, to: str, *, is_difference: bool = False) -> Fraction | None:
    """An amount in another unit; None where the two measure different things.

    A difference, such as a standard deviation, has no zero to shift.

    >>> converted(Fraction("41"), "FAH", "CEL"), converted(Fraction(9), "FAH", "CEL", is_difference=True)
    (Fraction(5, 1), Fraction(5, 1))
    >>> converted(Fraction(1), "KGM", "CEL"), converted(Fraction(7), "P1", "P1")
    (None, Fraction(7, 1))
    """
    if unit == to:
        return amount
    if unit not in _UNITS or to not in _UNITS or _UNITS[unit][0] != _UNITS[to][0]:
        return None
    (_, size, shift), (_, to_size, to_shift) = _UNITS[unit], _UNITS[to]
    if is_difference:
        return amount * size / to_size
    return (amount + shift) * size / to_size - to_shift
