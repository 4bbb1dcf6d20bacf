"""Shopee's envelope: ``error`` is empty when all went well; the HTTP status tells little."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify


class ShopeeError(Exception):
    """A refusal: Shopee's error name and message, and the HTTP status it comes with."""

    def __init__(self, error: str, message: str, status: int = 200) -> None:
        super().__init__(error, message)
        self.error = error
        self.message = message
        self.status = status


def good(response: Mapping[str, Any], warning: str = "") -> Response:
    """The answer of a shop's call."""
    return jsonify(error="", message="", warning=warning, request_id=_request_id(), response=response)


def good_session(fields: Mapping[str, Any]) -> Response:
    """The answer of a token call: its fields stand at the top."""
    return jsonify(error="", message="", request_id=_request_id(), **fields)


def bad(refusal: ShopeeError) -> Response:
    """A refusal, without ``response``."""
    answer = jsonify(error=refusal.error, message=refusal.message, request_id=_request_id())
    answer.status_code = refusal.status
    return answer


def _request_id() -> str:
    return secrets.token_hex(16)
