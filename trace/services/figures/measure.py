"""An indicator as data: its number, version, unit, and the counts it is made of."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from trace.services.figures.asking import Dimension
from trace.services.figures.counting import Count, Timing


class Unit(StrEnum):
    """How a figure is read."""

    COUNT = "count"
    SHARE = "share"
    VND = "vnd"
    VND_PER_KG = "vnd_per_kg"
    GRAMS = "grams"
    PER_10K = "per_10k"
    MILLISECONDS = "milliseconds"
    SECONDS = "seconds"
    TIMES = "times"


SCALES = {Unit.VND_PER_KG: 1000, Unit.PER_10K: 10_000}
"""What top over bottom is multiplied by: grams to kilograms, one to ten thousand."""


@dataclass(frozen=True)
class Measure:
    """One figure of indicator ``number``. ``version`` rises when its formula changes; its words are texts.

    ``better`` is 1 where more is better, -1 where less is, 0 where neither.
    """

    number: int
    name: str
    version: int
    unit: Unit
    top: Count
    bottom: Count | None = None
    better: int = 1

    @property
    def counts(self) -> tuple[Count, ...]:
        """What it is made of."""
        return (self.top,) if self.bottom is None else (self.top, self.bottom)

    @property
    def dimensions(self) -> frozenset[Dimension]:
        """What the figure can be cut by: what both its counts can."""
        return frozenset.intersection(*(one.dimensions for one in self.counts))

    @property
    def timing(self) -> Timing:
        """Of when it is: what it is divided by may stand today all the same."""
        return self.top.timing

    def value(self, top: int | None, bottom: int | None) -> Fraction | None:
        """The figure, exactly; empty where nothing is recorded or there is nothing to divide by."""
        if top is None:
            return None
        if self.bottom is None:
            return Fraction(top)
        return Fraction(top * SCALES.get(self.unit, 1), bottom) if bottom else None
