"""Order and bounds of an answer: ``orderBy``, ``eventCountLimit``, ``perPage``; values that stand alone."""

from collections.abc import Mapping
from typing import Final

from trace.services.epcis.exceptions import wrong_parameter

Given = Mapping[str, list[str]]

MOST_PAGE: Final = 1_000
DEFAULT_PAGE: Final = 30
SHAPING: Final = frozenset(("orderBy", "orderDirection", "eventCountLimit", "maxEventCount", "perPage"))
_ORDERS: Final = {"eventTime": "event_time", "recordTime": "recorded_at"}


def order_of(given: Given) -> tuple[str, bool]:
    """The column an answer is sorted by, and whether the latest come first."""
    by = choice("orderBy", given.get("orderBy", ["eventTime"]), tuple(_ORDERS))
    direction = choice("orderDirection", given.get("orderDirection", ["DESC"]), ("ASC", "DESC"))
    return _ORDERS[by], direction == "DESC"


def bounds_of(given: Given) -> tuple[int | None, int | None, int]:
    """How many events end an answer, how many refuse it, and how many stand on a page."""
    limit, most, page = (_number(name, given) for name in ("eventCountLimit", "maxEventCount", "perPage"))
    if limit is not None and most is not None:
        raise wrong_parameter("maxEventCount", "eventCountLimit xor maxEventCount", f"{limit}, {most}")
    return limit, most, min(page or DEFAULT_PAGE, MOST_PAGE)


def _number(name: str, given: Given) -> int | None:
    if name not in given:
        return None
    said = single(name, given[name])
    if not (said.isascii() and said.isdigit() and 0 < len(said) <= 9 and int(said)):
        raise wrong_parameter(name, ">= 1", said)
    return int(said)


def per_page(given: Given) -> int:
    """How many members of a list stand on a page."""
    return min(_number("perPage", given) or DEFAULT_PAGE, MOST_PAGE)


def choice(name: str, values: list[str], words: tuple[str, ...]) -> str:
    """The one value, of those there are; raises ``QueryParameterException``."""
    said = single(name, values)
    if said not in words:
        raise wrong_parameter(name, " | ".join(words), said)
    return said


def single(name: str, values: list[str]) -> str:
    """The one value of a parameter that is no list; raises ``QueryParameterException``."""
    if len(values) != 1:
        raise wrong_parameter(name, "1", "|".join(values))
    return values[0]
