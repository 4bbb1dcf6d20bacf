"""Tiki's refusals: an HTTP status and ``{"errors": [...]}``; the token server has a form of its own."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify


class TikiError(Exception):
    """A refusal of the API; product calls say besides where it came from."""

    def __init__(self, status: int, *messages: str, source: str = "") -> None:
        super().__init__(status, *messages)
        self.status = status
        self.messages = messages
        self.source = source


class OAuthError(Exception):
    """A refusal of the token server, in the form OAuth 2.0 has for it."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(error, description)
        self.status = status
        self.error = error
        self.description = description


def bad(refusal: TikiError) -> Response:
    """A refusal."""
    body: dict[str, Any] = {"errors": list(refusal.messages)}
    if refusal.source:
        body["meta"] = {"source": refusal.source, "id": None}
    answer = jsonify(body)
    answer.status_code = refusal.status
    return answer


def no_token(refusal: OAuthError) -> Response:
    """A refusal of the token server."""
    answer = jsonify(error=refusal.error, error_description=refusal.description)
    answer.status_code = refusal.status
    return answer
