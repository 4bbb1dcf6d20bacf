"""Reading what was sent through the control door, with plain words for what does not fit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

Ask = dict[str, Any]


class BadRequestError(ValueError):
    """What was asked cannot be done; the message says why."""


def text(ask: Ask, name: str, default: str | None = None) -> str:
    """A text, or a number as text."""
    value = ask.get(name, default)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise BadRequestError(f"{name}: expected text, got {value!r}")
    return value


def whole(ask: Ask, name: str, default: int | None = None, minimum: int = 0) -> int:
    """A whole number."""
    value = ask.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < minimum:
        raise BadRequestError(f"{name}: expected a whole number of at least {minimum}, got {value!r}")
    return value


def number(ask: Ask, name: str, default: float) -> float:
    """A number, not negative."""
    value = ask.get(name, default)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1e6:
        raise BadRequestError(f"{name}: expected a number from 0 to 1000000, got {value!r}")
    return float(value)


def part(ask: Ask, name: str) -> Ask:
    """An object; absent means empty."""
    value = ask.get(name) or {}
    if not isinstance(value, dict):
        raise BadRequestError(f"{name}: expected an object, got {value!r}")
    return value


def parts(ask: Ask, name: str) -> list[Ask]:
    """A list of objects; absent means empty."""
    value = ask.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise BadRequestError(f"{name}: expected a list of objects, got {value!r}")
    return value


def moment(ask: Ask, name: str, default: int) -> int:
    """Epoch seconds, from a number or from an ISO time with its offset."""
    value = ask.get(name)
    if value is None:
        return default
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise BadRequestError(f"{name}: expected epoch seconds or an ISO time, got {value!r}") from None
    if at.tzinfo is None:
        raise BadRequestError(f"{name}: expected a time with its offset, such as +07:00, got {value!r}")
    return int(at.timestamp())
