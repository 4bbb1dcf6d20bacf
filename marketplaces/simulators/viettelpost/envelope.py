"""ViettelPost's envelope: a refusal too comes with HTTP 200 mostly."""

from __future__ import annotations

from flask import Response, jsonify


class VtpError(Exception):
    """A refusal: the status inside, and its words."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message


def good(data: object, message: str = "OK") -> Response:
    """An answer."""
    return jsonify(status=200, error=False, message=message, data=data)


def bad(refusal: VtpError) -> Response:
    """A refusal, under HTTP 200."""
    return jsonify(status=refusal.status, error=True, message=refusal.message, data=None)
