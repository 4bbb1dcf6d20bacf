"""Strict readers over a marketplace's JSON: every value is what the reference promises, or it is refused."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import wraps
from typing import Any, TypeVar

from marketplaces.interface import MarketplaceError

MAX_TEXT = 100_000
MAX_INTEGER = 2**53
EARLIEST_EPOCH_S = 1_262_304_000  # 2010: no marketplace here is older, and it catches zero and minutes
LATEST_EPOCH_S = 4_102_444_800  # 2100: catches milliseconds
WHOLE_NUMBER = re.compile(r"[0-9]{1,16}(\.0{1,4})?")
SPACE_BEFORE_OFFSET = re.compile(r" (?=[+-][0-9])")


class MalformedError(ValueError):
    """A value that is absent or not of the promised kind; the message names where, never a buyer."""


class Record:
    """A JSON object and the place it was found; every reader raises ``MalformedError``."""

    def __init__(self, value: object, where: str = "answer") -> None:
        if not isinstance(value, dict):
            raise MalformedError(f"{where}: expected an object, got {type(value).__name__}")
        self._value: dict[str, object] = value
        self._where = where

    def has(self, name: str) -> bool:
        """Whether the field is there and not null."""
        return self._value.get(name) is not None

    def text(self, name: str, default: str | None = None) -> str:
        """A text without NUL or lone surrogates (no database keeps those)."""
        value = self._get(name, default)
        if not isinstance(value, str) or len(value) > MAX_TEXT or "\0" in value or not _is_unicode(value):
            raise self._fault(name, "text", value)
        return value

    def identifier(self, name: str) -> str:
        """A non-empty text, or a positive whole number as text."""
        value = self._get(name, None)
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63:
            return str(value)
        text = self.text(name)
        if not text.strip() or len(text) > 200:
            raise self._fault(name, "an identifier", value)
        return text

    def integer(self, name: str, default: int | None = None, minimum: int = 0) -> int:
        """A whole number, also when it is written 48000.0."""
        value = self._get(name, default)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not minimum <= value <= MAX_INTEGER:
            raise self._fault(name, f"a whole number of at least {minimum}", value)
        return value

    def number(self, name: str, default: int | None = None, minimum: int = 0) -> int:
        """A whole number that may come as text, such as "48000" or "48000.00"."""
        value = self._get(name, default)
        if isinstance(value, str) and WHOLE_NUMBER.fullmatch(value):
            value = int(value.partition(".")[0])
        return Record({name: value}, self._where).integer(name, minimum=minimum)

    def decimal(self, name: str) -> Decimal:
        """A finite number, not negative, as a number or as text."""
        value = self._get(name, None)
        try:
            number = Decimal(str(value)) if not isinstance(value, bool) else Decimal("nan")
        except InvalidOperation:
            number = Decimal("nan")
        if not number.is_finite() or not 0 <= number <= MAX_INTEGER:
            raise self._fault(name, "a number", value)
        return number

    def flag(self, name: str, default: bool | None = None) -> bool:
        """true or false."""
        value = self._get(name, default)
        if not isinstance(value, bool):
            raise self._fault(name, "true or false", value)
        return value

    def moment(self, name: str) -> datetime:
        """Epoch seconds as aware UTC."""
        value = self.integer(name)
        if not EARLIEST_EPOCH_S <= value <= LATEST_EPOCH_S:
            raise self._fault(name, "epoch seconds", value)
        return datetime.fromtimestamp(value, UTC)

    def iso_moment(self, name: str) -> datetime:
        """An ISO time with its offset, also written "2026-10-09 12:34:56 +0700", as aware UTC."""
        text = self.text(name)
        try:
            at = datetime.fromisoformat(SPACE_BEFORE_OFFSET.sub("", text))
            if at.tzinfo and EARLIEST_EPOCH_S <= at.timestamp() <= LATEST_EPOCH_S:
                return at.astimezone(UTC)
        except (OverflowError, ValueError):
            pass
        raise self._fault(name, "an ISO time with its offset", text)

    def record(self, name: str) -> Record:
        """An object."""
        return Record(self._get(name, None), f"{self._where}.{name}")

    def items(self, name: str, optional: bool = False) -> list[object]:
        """A list of anything; an absent optional one is empty."""
        value = self._get(name, [] if optional else None)
        if not isinstance(value, list):
            raise self._fault(name, "a list", value)
        return value

    def records(self, name: str, optional: bool = False) -> list[Record]:
        """A list of objects."""
        return [
            Record(item, f"{self._where}.{name}[{place}]")
            for place, item in enumerate(self.items(name, optional))
        ]

    def sample(self, names: Iterable[str]) -> str:
        """The named plain fields as JSON: an allow list, so that nothing of a buyer slips through."""
        shown = {name: str(self._value[name])[:60] for name in names if name in self._value}
        return json.dumps(shown)

    def _get(self, name: str, default: object) -> object:
        value = self._value.get(name)
        if value is None:
            value = default
        if value is None:
            raise MalformedError(f"{self._where}.{name}: absent")
        return value

    def _fault(self, name: str, expected: str, got: object) -> MalformedError:
        return MalformedError(f"{self._where}.{name}: expected {expected}, got {type(got).__name__}")


T = TypeVar("T")


def strict(place: str) -> Callable[[type[T]], type[T]]:
    """Every public method of the class refuses a whole answer that does not fit, as ``MarketplaceError``."""

    def guard(adapter: type[T]) -> type[T]:
        for name, method in list(vars(adapter).items()):
            if inspect.isfunction(method) and not name.startswith("_"):
                setattr(adapter, name, _strict(place, method))
        return adapter

    return guard


def _strict(place: str, method: Callable[..., Any]) -> Callable[..., Any]:
    """A generator's body runs while it is read from, so that it is watched there."""
    if inspect.isgeneratorfunction(method):

        @wraps(method)
        def pages(*given: Any, **named: Any) -> Iterator[Any]:
            with _strictly(place):
                yield from method(*given, **named)

        return pages

    @wraps(method)
    def whole(*given: Any, **named: Any) -> Any:
        with _strictly(place):
            return method(*given, **named)

    return whole


@contextmanager
def _strictly(place: str) -> Iterator[None]:
    try:
        yield
    except MalformedError as error:
        raise MarketplaceError(f"{place}: unreadable {error}", kind="malformed") from None


def parse(body: bytes) -> object:
    """JSON from bytes somebody sent us; anything else raises ``MalformedError``."""
    try:
        value: object = json.loads(body.decode())
    except (ValueError, RecursionError) as error:
        raise MalformedError(f"body: not JSON ({type(error).__name__})") from None
    return value


def header(headers: Mapping[str, str], name: str) -> str:
    """A header's value whatever its letters' case; empty when absent."""
    return next((value for key, value in headers.items() if key.lower() == name.lower()), "")


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
