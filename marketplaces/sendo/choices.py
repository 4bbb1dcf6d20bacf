"""What is not known of Sendo; ``docs/marketplaces/sendo.md`` says more of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from marketplaces.interface import MarketplaceError
from marketplaces.values import AppKeys

CHECKED = "service_checked"
"""The last pages about this API are of 2023. Whoever switches it on has seen that it answers."""
DATE_FORMS = {"yyyy-mm-dd": "%Y-%m-%d", "yyyy/mm/dd": "%Y/%m/%d"}


@dataclass(frozen=True, slots=True)
class Choices:
    """The operator's answers, checked."""

    is_on: bool
    date_form: str
    stamps_ahead: timedelta
    unit_id: int


def is_on(keys: AppKeys) -> bool:
    """Whether the operator has called Sendo and said so."""
    return keys.option(CHECKED, "no") == "yes"


def read_choices(keys: AppKeys) -> Choices:
    """The options of ``[marketplaces.sendo.options]``, or their defaults.

    Raises:
        MarketplaceError: one of them cannot be.
    """
    form = keys.option("date_form", "yyyy-mm-dd")
    if form not in DATE_FORMS:
        raise _wrong("date_form", " or ".join(DATE_FORMS), form)
    return Choices(
        is_on=is_on(keys),
        date_form=DATE_FORMS[form],
        stamps_ahead=timedelta(hours=_whole(keys, "stamps_ahead_h", "0", 14)),
        unit_id=_whole(keys, "unit_id", "1", 10_000),
    )


def _whole(keys: AppKeys, name: str, default: str, most: int) -> int:
    text = keys.option(name, default)
    if not (text.isascii() and text.isdigit() and int(text) <= most):
        raise _wrong(name, f"a whole number up to {most}", text)
    return int(text)


def _wrong(name: str, expected: str, got: str) -> MarketplaceError:
    message = f"Sendo: option {name}: expected {expected}, got {got[:40]!r}"
    return MarketplaceError(message, permanent=True, kind="setup")
