"""Refusals as RFC 7807 problems with the exceptions of EPCIS 2.0."""

from typing import Any

from flask import Flask, Response, json, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge
from werkzeug.exceptions import NotFound as NoSuchAddress
from werkzeug.routing import WebsocketMismatch

from trace.errors import FieldProblem, Invalid, NongsanError, NotAllowed, NotFound, NotSignedIn, Refused
from trace.services.epcis.exceptions import EpcisException
from trace.services.epcis.reading import MOST_BYTES
from trace.texts.catalogs import title_and_text
from trace.web import refusals
from trace.web.door import Door
from trace.web.visitor import face_language

PREFIX = "/epcis"
_NAMES: tuple[tuple[type[NongsanError], str, int], ...] = (
    (NotSignedIn, "SecurityException", 401),
    (NotAllowed, "SecurityException", 403),
    (NotFound, "NoSuchResourceException", 404),
    (Invalid, "ValidationException", 400),
    (Refused, "ResourceAlreadyExistsException", 409),
)


def hang(door: Door) -> None:
    """Answer what a door's routes refuse."""
    door.register_error_handler(NongsanError, refuse)
    door.register_error_handler(RequestEntityTooLarge, _too_large)


def prepare(app: Flask) -> None:
    """Answer addresses and methods that no route has, where they lie under ``/epcis``."""
    app.register_error_handler(NoSuchAddress, _no_route)
    app.register_error_handler(MethodNotAllowed, _no_route)
    app.register_error_handler(WebsocketMismatch, _no_websocket)


def refuse(error: NongsanError) -> Response:
    """Answer a refusal."""
    name, status = _name(error)
    title, detail = refusals.said(error, face_language())
    problems = error.problems if isinstance(error, Invalid) else ()
    answer = problem(name, status, title, detail, [as_field(one) for one in problems])
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="nongsan"'
    return answer


def as_field(one: FieldProblem) -> dict[str, str]:
    """One fault: where, and what to do."""
    return {"field": one.field, "reason": refusals.problem_text(one, face_language())}


def problem(name: str, status: int, title: str, detail: str, errors: list[dict[str, str]]) -> Response:
    """A problem document."""
    body: dict[str, Any] = {
        "type": f"epcisException:{name}",
        "title": title,
        "status": status,
        "detail": detail,
    }
    if errors:
        body["errors"] = errors
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, status, content_type="application/problem+json")


def _name(error: NongsanError) -> tuple[str, int]:
    if isinstance(error, EpcisException):
        return error.name, error.status
    for kind, name, status in _NAMES:
        if isinstance(error, kind):
            return name, status
    return "ImplementationException", error.status


def _too_large(_error: RequestEntityTooLarge) -> Response:
    return refuse(EpcisException("CaptureLimitExceededException", "epcis.limit_bytes", expected=MOST_BYTES))


def _no_websocket(error: WebsocketMismatch) -> Any:
    if not request.path.startswith(f"{PREFIX}/"):
        return refusals.refuse_http(error)
    return refuse(EpcisException("ImplementationException", "epcis.no_websocket"))


def _no_route(error: HTTPException) -> Any:
    if not request.path.startswith(f"{PREFIX}/") and request.path != PREFIX:
        return refusals.refuse_http(error)
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(error.valid_methods or ())
        title, text = title_and_text(face_language(), "error.method", got=request.method, expected=allowed)
        made = problem("ImplementationException", 405, title, text, [])
        made.headers["Allow"] = allowed
        return made
    return refuse(NotFound("epcis.absent"))
