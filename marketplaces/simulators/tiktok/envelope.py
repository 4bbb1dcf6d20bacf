"""TikTok's envelope: ``code`` is 0 when all went well. Few statuses tell errors apart."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Response, jsonify

BAD_PARAMETER = 36009004
STATUSES = {105002: 401, 106001: 401, BAD_PARAMETER: 400, 105005: 403, 36009009: 404, 36009002: 429}
"""Seen or likely; every other refusal comes with 200."""


class TikTokError(Exception):
    """A refusal: TikTok's number and its words."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message


def bad_parameter(words: str) -> TikTokError:
    """The one number for whatever is wrong with a request."""
    return TikTokError(BAD_PARAMETER, words)


def good(data: dict[str, Any]) -> Response:
    """The answer of a call."""
    return jsonify(code=0, message="Success", request_id=_request_id(), data=data)


def bad(refusal: TikTokError) -> Response:
    """A refusal."""
    answer = jsonify(code=refusal.code, message=refusal.message, request_id=_request_id(), data=None)
    answer.status_code = STATUSES.get(refusal.code, 200)
    return answer


def failure(code: int, message: str, **detail: Any) -> dict[str, Any]:
    """One of ``data.errors`` in an answer that is good as a whole."""
    return {"code": code, "message": message, "detail": detail}


def _request_id() -> str:
    return secrets.token_hex(16).upper()
