"""An exchange rate as people and files give it."""

import csv
import io
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from trace.services.intake import Day, Given, line, read
from trace.standards import quantity
from trace.standards.exchange import PARTS
from trace.standards.fault import Fault

MOST_DONG = 10_000_000
"""Đồng for one unit: no currency is worth a hundredth of it."""


def _rate(value: object) -> object:
    return quantity.rate_e4(value) if isinstance(value, str) else value


class RateIn(Given):
    """Đồng for one unit of a currency on a day, and who says so; ``dong`` is in ten-thousandths of a đồng."""

    currency: Annotated[str, line(3, 3), AfterValidator(str.upper)]
    day: Day
    dong: Annotated[int, BeforeValidator(_rate), Field(gt=0, le=MOST_DONG * PARTS)]
    source: Annotated[str, line(240, 1)]


def read_rate(values: dict[str, str], today: date) -> RateIn:
    """One rate from typed words; days as people write them.

    Raises:
        Invalid: what does not fit, by field.
    """
    return read(RateIn, {**values, "day": _day(values.get("day", ""), today)})


def read_file(content: str, today: date) -> list[RateIn]:
    """Rates from CSV with the columns ``currency,day,dong,source``.

    Raises:
        Fault: a column is absent, or the file has no row.
        Invalid: a value of one row does not fit.
    """
    rows = csv.DictReader(io.StringIO(content.lstrip("\ufeff")))
    absent = sorted(RateIn.model_fields.keys() - set(rows.fieldnames or ()))
    if absent:
        raise Fault("rates.columns", expected=", ".join(RateIn.model_fields), got=", ".join(absent))
    return [read_rate({name: row[name] or "" for name in RateIn.model_fields}, today) for row in rows]


def _day(text: str, today: date) -> Any:
    """A day, or the text for the model to refuse."""
    try:
        return quantity.day(text, today)
    except Fault:
        return text
