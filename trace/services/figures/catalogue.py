"""All indicators, by name."""

from trace.services.figures.measure import Measure
from trace.services.figures.measures import land, lots, people, sales, sending, stamps, syncing

_ROOMS = (people, sales, land, lots, stamps, sending, syncing)
MEASURES: tuple[Measure, ...] = tuple(
    sorted((one for room in _ROOMS for one in room.MEASURES), key=lambda one: one.number)
)
BY_NAME = {one.name: one for one in MEASURES}
