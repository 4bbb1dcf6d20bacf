"""One spelling for one JSON value: the JSON Canonicalization Scheme, RFC 8785.

What is hashed or signed is written this way, so that any reader in any language can write the
same bytes again.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from trace.standards.fault import Fault

MAX_DEPTH: Final = 100
"""Lists and objects inside one another; deeper is refused, so that no input exhausts the stack."""

MAX_INTEGER: Final = 2**53 - 1
"""Beyond it a JSON number does not survive every reader (RFC 7493, I-JSON)."""


def dumps(value: object) -> bytes:
    """The canonical UTF-8 bytes of a value made of None, bool, int, float, str, list, tuple, mapping.

    Raises Fault: ``standard.json_number`` (not finite, or an integer no double holds),
    ``standard.json_text`` (half of a surrogate pair), ``standard.json_type``, ``standard.json_depth``.

    >>> dumps({"b": [1.0, 1e21, True], "a": "Vải"}).decode()
    '{"a":"Vải","b":[1,1e+21,true]}'
    """
    return _write(value, 0).encode()


def dumps_parsed(value: object) -> bytes:
    """As ``dumps``, for values that ``json.loads`` made: faster where the C encoder writes the same.

    It does but for keys beyond the basic plane, which sort otherwise, and for numbers that ECMAScript
    writes in another way.
    """
    text = _ENCODER.encode(value)
    if _SPELLED_OTHERWISE.search(text) or (not text.isascii() and max(text) >= "\ud800"):
        return dumps(value)
    return text.encode()


_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_SPELLED_OTHERWISE: Final = re.compile(
    r"[:,\[](?=[-0-9IN])(?:-?Infinity|NaN|-0|-?[0-9]+\.0(?![0-9])|-?[0-9.]*[0-9][eE]|-?[0-9]{16})"
)
"""Numbers stand after a colon, a comma or a bracket; what looks like one in a text costs time only."""


def _write(value: object, depth: int) -> str:
    if depth > MAX_DEPTH:
        raise Fault("standard.json_depth", expected=MAX_DEPTH, got=depth)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, float):
        return _double(value)
    if isinstance(value, Mapping):
        return _object(value, depth)
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(_write(item, depth + 1) for item in value) + "]"
    raise Fault("standard.json_type", expected="JSON", got=type(value).__name__)


def _object(members: Mapping[object, object], depth: int) -> str:
    is_plain = all(isinstance(name, str) and name.isascii() for name in members)
    ordered = sorted(members.items(), key=_name if is_plain else _utf16)
    return "{" + ",".join([f"{_text(name)}:{_write(value, depth + 1)}" for name, value in ordered]) + "}"


def _name(member: tuple[object, object]) -> str:
    """Letters of ASCII stand in the same order in UTF-16."""
    return str(member[0])


def _utf16(member: tuple[object, object]) -> bytes:
    """RFC 8785 section 3.2.3 sorts by UTF-16 code units, not by code points."""
    _text(member[0])
    return str(member[0]).encode("utf-16-be")


def _text(text: object) -> str:
    if not isinstance(text, str):
        raise Fault("standard.json_type", expected="text", got=type(text).__name__)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Fault("standard.json_text", expected="UTF-8", got=ascii(text)) from error
    return json.dumps(text, ensure_ascii=False)


def _integer(number: int) -> str:
    """Larger integers are written only if the double they are read as is written the same way:
    then what was written from a double and read back by Python keeps its bytes."""
    text = str(int(number)) if abs(number) < 10**21 else ""
    if abs(number) > MAX_INTEGER and (not text or _double(float(number)) != text):
        raise Fault("standard.json_number", expected=MAX_INTEGER, got=text or ">= 1e21")
    return text


def _double(number: float) -> str:
    """As ECMAScript writes it: the shortest digits that read back, plain within 21 places."""
    if not math.isfinite(number):
        raise Fault("standard.json_number", expected="finite", got=str(number))
    if number == 0:
        return "0"
    _, digits, exponent = Decimal(repr(abs(number))).normalize().as_tuple()
    text = "".join(map(str, digits))
    point = len(text) + int(exponent)
    return ("-" if number < 0 else "") + _place(text, point)


def _place(digits: str, point: int) -> str:
    """Digits with a decimal point after ``point`` places (Number::toString of ECMA-262)."""
    if 0 < point <= 21:
        whole = digits[:point].ljust(point, "0")
        return f"{whole}.{digits[point:]}" if len(digits) > point else whole
    if -6 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{tail}e{point - 1:+d}"
