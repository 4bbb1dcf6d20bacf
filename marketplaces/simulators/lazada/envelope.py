"""Lazada's envelope: ``code`` is "0" when all went well, and HTTP says 200 either way."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Response, jsonify


class LazadaError(Exception):
    """A refusal: Lazada's code and message, and what it says of single SKUs."""

    def __init__(self, code: str, message: str, detail: list[dict[str, Any]] | None = None) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.detail = detail


def good(data: object, **more: Any) -> Response:
    """The answer of a business call."""
    return jsonify(code="0", data=data, request_id=_request_id(), **more)


def good_session(fields: dict[str, Any]) -> Response:
    """The answer of a token call: its fields stand at the top."""
    return jsonify(code="0", request_id=_request_id(), **fields)


def bad(refusal: LazadaError) -> Response:
    """A refusal, without ``data``."""
    more = {"detail": refusal.detail} if refusal.detail else {}
    return jsonify(code=refusal.code, type="ISV", message=refusal.message, request_id=_request_id(), **more)


def figure(text: str) -> int | str:
    """A number as a number; the control door also takes names for orders."""
    return int(text) if text.isascii() and text.isdigit() else text


def _request_id() -> str:
    return secrets.token_hex(16)
