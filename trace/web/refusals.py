"""How a refusal reaches its reader: a page for people, RFC 7807 for programs."""

import secrets
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from trace.errors import FieldProblem, Invalid, NongsanError, Refused, TooMany
from trace.logbook import log
from trace.services.registering import lost_its_ground
from trace.standards.fault import Fault
from trace.texts.catalogs import t, title_and_text
from trace.web.visitor import face_language, settings, wants_json

HTTP_KEYS = {404: "error.no_page", 405: "error.method", 413: "error.too_large"}


def said(error: NongsanError, lang: str) -> tuple[str, str]:
    """Title and sentences of a refusal in the reader's language."""
    return title_and_text(lang, error.key, **{"phone": settings().contact_phone, **error.params})


def problem_text(problem: FieldProblem, lang: str) -> str:
    """One field's fault in the reader's language."""
    return t(lang, problem.key, **{"got": problem.got, "value": problem.got, **problem.params})


def as_problem(fault: Fault, field: str, got: object) -> FieldProblem:
    """A standard's fault as the fault of a field."""
    return FieldProblem(field, fault.key, got, fault.params)


def refuse(error: NongsanError) -> tuple[Any, int]:
    """Answer a refusal."""
    lang = face_language()
    title, text = said(error, lang)
    problems = error.problems if isinstance(error, Invalid) else ()
    fields = [{"field": p.field, "reason": problem_text(p, lang)} for p in problems]
    answer = _answer(error.status, error.key, title, text, fields)
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer, error.status


def _answer(status: int, key: str, title: str, text: str, fields: list[dict[str, str]]) -> Response:
    if wants_json():
        body = {
            "type": f"about:blank#{key}",
            "title": title,
            "status": status,
            "detail": text,
            "errors": fields,
        }
        answer: Response = jsonify(body)
        answer.content_type = "application/problem+json"
        return answer
    page = render_template("refusal.html", status=status, title=title, text=text, fields=fields)
    return Response(page, content_type="text/html; charset=utf-8")


def refuse_http(error: HTTPException) -> tuple[Any, int]:
    """Answer what Flask itself refuses."""
    status = error.code or 500
    lang = face_language()
    key = HTTP_KEYS.get(status)
    if key is None:
        return _answer(
            status, f"http.{status}", HTTPStatus(status).phrase, error.description or "", []
        ), status
    expected = ", ".join(getattr(error, "valid_methods", None) or ())
    limits = {"max": f"{settings().upload_mb} MB", "got": request.method, "expected": expected}
    title, text = title_and_text(lang, key, **limits)
    return _answer(status, key, title, text, []), status


def refuse_csrf(_error: CSRFError) -> tuple[Any, int]:
    """A form without its mark, or from elsewhere."""
    title, text = title_and_text(face_language(), "error.csrf")
    return _answer(403, "error.csrf", title, text, []), 403


def refuse_database(error: OperationalError) -> tuple[Any, int]:
    """The database is gone or busy: nothing was written."""
    log.error("database", error=type(error.orig).__name__)
    title, text = title_and_text(face_language(), "error.unavailable")
    return _answer(503, "error.unavailable", title, text, []), 503


def refuse_gone(_error: StaleDataError) -> tuple[Any, int]:
    """Somebody else took away what was to be changed, between our reading it and writing it."""
    return refuse(Refused("error.gone"))


def refuse_broken_rule(error: IntegrityError) -> tuple[Any, int]:
    """The same of what a new row was to hang on; any other rule of the database is our own mistake."""
    return refuse(Refused("error.gone")) if lost_its_ground(error) else refuse_surprise(error)


def refuse_surprise(error: Exception) -> tuple[Any, int]:
    """Our own mistake: an incident number for the reader, the story for the log."""
    if isinstance(error, HTTPException):
        return refuse_http(error)
    incident = secrets.token_hex(4)
    log.exception("incident", incident=incident, path=request.path)
    params = {"incident": incident, "minutes": 5, "phone": settings().contact_phone}
    title, text = title_and_text(face_language(), "error.internal", **params)
    return _answer(500, "error.internal", title, text, []), 500


def prepare(app: Flask) -> None:
    """Hang the refusals into the app."""
    app.register_error_handler(NongsanError, refuse)
    app.register_error_handler(CSRFError, refuse_csrf)
    app.register_error_handler(OperationalError, refuse_database)
    app.register_error_handler(StaleDataError, refuse_gone)
    app.register_error_handler(IntegrityError, refuse_broken_rule)
    app.register_error_handler(HTTPException, refuse_http)
    app.register_error_handler(Exception, refuse_surprise)
