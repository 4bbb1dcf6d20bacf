"""Paging of searches: size, order and token in the query, filters in the body."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from flask import request

from marketplaces.simulators.bench import Bench
from marketplaces.simulators.tiktok.envelope import bad_parameter

END_OF_TIME = 4_102_444_800
Keys = Sequence[tuple[str, int]]


def page_of(bench: Bench, keys: Keys, size: int) -> tuple[list[str], dict[str, Any]]:
    """The names on this page, and what the answer says of the whole and of the page after."""
    names = bench.faults.listed(keys, bench.now())
    page, following = bench.faults.cut(names, _start(), size)
    return page, {"total_count": len(names), "next_page_token": _token(following) if following else ""}


def page_size(least: int, most: int, default: int | None) -> int:
    """``page_size``; without a default it is a must."""
    text = request.args.get("page_size", "" if default is None else str(default))
    if not (text.isascii() and text.isdigit() and least <= int(text[:9]) <= most):
        raise bad_parameter(f"param page_size must be from {least} to {most}")
    return int(text)


def sorting(default: str) -> tuple[str, bool]:
    """The field to sort by, and whether the oldest comes first."""
    field, order = request.args.get("sort_field", "create_time"), request.args.get("sort_order", default)
    if field not in {"create_time", "update_time"} or order not in {"ASC", "DESC"}:
        raise bad_parameter("param sort_field or sort_order is invalid")
    return field, order == "ASC"


def span(body: dict[str, Any], field: str, end: str = "lt") -> tuple[int, int]:
    """From ``…_ge`` to ``…_lt``, as a span with both ends; ``…_le`` is an end that is meant."""
    since, until = body.get(f"{field}_ge", 0), body.get(f"{field}_{end}", END_OF_TIME)
    for value in (since, until):
        if type(value) is not int or not 0 <= value <= END_OF_TIME:
            raise bad_parameter(f"param body.{field} is not epoch seconds")
    return since, until if end == "le" else until - 1


def texts(body: dict[str, Any], name: str, most: int) -> list[str] | None:
    """A list of texts; None when it is not asked for."""
    if name not in body:
        return None
    value = body[name]
    if (
        not isinstance(value, list)
        or not 1 <= len(value) <= most
        or not all(isinstance(v, str) for v in value)
    ):
        raise bad_parameter(f"param body.{name} must hold 1 to {most} texts")
    return value


def _start() -> int:
    token = request.args.get("page_token", "")
    if not token:
        return 0
    try:
        word, _, start = base64.b64decode(token.encode(), validate=True).decode().partition("?>")
        if word != "row":
            raise ValueError(word)
        return int(start)
    except (binascii.Error, ValueError):
        raise bad_parameter("param page_token is invalid") from None


def _token(start: int) -> str:
    """Opaque, with letters that must be escaped in a query."""
    return base64.b64encode(f"row?>{start}".encode()).decode()
