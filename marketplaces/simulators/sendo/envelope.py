"""Sendo's envelope: ``result`` and ``success``; a refusal has its words in ``error``."""

from __future__ import annotations

from flask import Response, jsonify


class SendoError(Exception):
    """A refusal: the status and the words it comes with."""

    def __init__(self, status: int, message: str, field: str = "") -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message
        self.field = field


class ExpiredError(Exception):
    """A token that is no longer good: its answer has a form of its own."""


def good(result: object) -> Response:
    """An answer."""
    return jsonify(result=result, success=True, error=None, status_code=200)


def bad(refusal: SendoError) -> Response:
    """A refusal."""
    details = [{"property_name": refusal.field, "message": refusal.message, "value": None, "code": ""}]
    error = {
        "message": refusal.message,
        "details": None,
        "error_details": details if refusal.field else None,
    }
    answer = jsonify(result=None, success=False, error=error, status_code=refusal.status)
    answer.status_code = refusal.status
    return answer


def expired() -> Response:
    """What clients recognise by ``exp``."""
    answer = jsonify(exp="token expired")
    answer.status_code = 401
    return answer
