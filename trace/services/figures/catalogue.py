"""All indicators, by name."""

from trace.services.figures.measure import Measure
from trace.services.figures.measures import sales

MEASURES: tuple[Measure, ...] = tuple(sorted((*sales.MEASURES,), key=lambda one: one.number))
BY_NAME = {one.name: one for one in MEASURES}
