"""What people and programs give, read by one pydantic model a noun: form, command and JSON alike.

A typed weight such as "1.500" or "1 tấn 5 tạ" is read as kilograms; an integer is grams already.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
)

from trace.errors import FieldProblem, Invalid
from trace.standards import quantity
from trace.standards.fault import Fault
from trace.standards.plain_text import plain

MAX_WEIGHT_G = 1_000_000_000
"""A thousand tonnes: no lot of a cooperative is heavier."""


def _weight(value: object) -> object:
    return quantity.weight_g(value) if isinstance(value, str) else value


def _count(value: object) -> object:
    if isinstance(value, str):
        return quantity.count(value) if value.strip() else None
    return value


def _empty_is_none(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _pointed(value: object) -> object:
    """A decimal comma is a point."""
    if isinstance(value, str):
        return value.strip().replace(",", ".") or None
    return value


DecimalComma = BeforeValidator(_pointed)
"""A number typed with a comma or a point; an empty text is nothing."""
Weight = Annotated[int, BeforeValidator(_weight), Field(gt=0, le=MAX_WEIGHT_G)]
"""Grams."""
Count = Annotated[Annotated[int, Field(ge=1, le=1_000_000)] | None, BeforeValidator(_count)]
"""A number of things, or nothing."""
Days = Annotated[Annotated[int, Field(ge=0, le=365)] | None, BeforeValidator(_count)]
"""A number of days, or nothing."""


def _day(value: object) -> object:
    text = value.isoformat() if isinstance(value, date) else str(value).strip()
    if text and not _ISO_DAY.match(text):
        raise Fault("field.date")
    return value


_ISO_DAY = re.compile(r"(19|[2-9][0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}(?![0-9])")
Day = Annotated[date, BeforeValidator(_day)]
"""A day as programs write it, of 1900 or later: a bare number, which pydantic takes for seconds, is none."""
Row = Annotated[int, Field(gt=0, lt=2**63)]
"""The number of a row."""
MaybeRow = Annotated[Row | None, BeforeValidator(_empty_is_none)]
"""The number of a row, or nothing."""
RequestId = Annotated[str, StringConstraints(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9._:-]+$")]
"""Chosen by the sender; the same id with the same content is done once."""


def line(most: int, least: int = 0) -> StringConstraints:
    """A text of ``least`` to ``most`` letters, without blanks around it."""
    return StringConstraints(strip_whitespace=True, min_length=least, max_length=most)


class Given(BaseModel):
    """Base of all inputs: what is not known is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _readable(cls, value: object) -> object:
        """Composed letters, no unseen sign; no control sign but line end and tab, no half letter."""
        if isinstance(value, tuple | list):
            return type(value)(cls._readable(one) for one in value)
        if not isinstance(value, str):
            return value
        if any(unicodedata.category(sign) in {"Cc", "Cs"} and sign not in "\r\n\t" for sign in value):
            raise Fault("field.unexpected", expected="abc, 123", got=None)
        return plain(value)


LONGEST_REASON = 400


def said(text: str, most: int = LONGEST_REASON, field: str = "reason") -> str:
    """What a person wrote to say why, on one line, with the letters of every input.

    Raises:
        Invalid: nothing said, more than ``most`` letters, or a control sign.
    """
    try:
        line_ = " ".join(str(Given._readable(text)).split())
    except Fault as fault:
        raise Invalid([FieldProblem(field, fault.key, "", fault.params)]) from None
    if not line_:
        raise Invalid([FieldProblem(field, "error.empty", "")])
    if len(line_) > most:
        raise Invalid([FieldProblem(field, "field.too_long", len(line_), {"max": most})])
    return line_


Model = TypeVar("Model", bound=Given)

_KEYS = {
    "missing": "field.required",
    "extra_forbidden": "field.unknown",
    "string_too_long": "field.too_long",
    "string_too_short": "field.too_short",
    "int_parsing": "field.whole",
    "int_type": "field.whole",
    "float_parsing": "field.number",
    "greater_than": "field.positive",
    "less_than_equal": "field.max",
    "enum": "field.choice",
}
_DATES = ("date_", "datetime_", "timezone_")


def read(model: type[Model], values: Mapping[str, Any]) -> Model:
    """The values as a model.

    Raises:
        Invalid: with one problem for each field that does not fit.
    """
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        raise Invalid([_problem(one) for one in error.errors(include_url=False)]) from None


def _problem(one: Any) -> FieldProblem:
    field = ".".join(str(part) for part in one["loc"]) or "?"
    got = None if isinstance(one.get("input"), Mapping | list) else one.get("input")
    shown = got if isinstance(got, int) else str(got if got is not None else "")[:80]
    context = one.get("ctx", {})
    fault = context.get("error")
    if isinstance(fault, Fault):
        return FieldProblem(field, fault.key, shown, fault.params)
    if shown == "":
        return FieldProblem(field, "error.empty", shown)
    key = "field.date" if one["type"].startswith(_DATES) else _KEYS.get(one["type"], "error.value")
    return FieldProblem(field, key, shown, _figures(context))


def _figures(context: Mapping[str, Any]) -> dict[str, object]:
    least = context.get("min_length", context.get("ge", context.get("gt")))
    most = context.get("max_length", context.get("le", context.get("lt")))
    expected = context.get("expected") or context.get("pattern") or "?"
    return {"min": least, "max": most, "choices": expected, "expected": expected}
