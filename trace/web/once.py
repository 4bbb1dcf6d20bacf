"""Acts that are done once, however often a browser or a program sends them.

The key is the header ``Idempotency-Key``, or the hidden ``request_id`` that every form carries. The first
answer of an act is the page it leads to; a resent request is led there too. A refusal leaves no key.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, Response, flash, g, redirect, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading, transaction
from trace.errors import Conflict
from trace.keyring import current_keyring
from trace.services.intake import read
from trace.services.request_keys import KeyIn, Sent, keep_answer, known_key, take_key
from trace.texts.catalogs import t
from trace.web.visitor import actor, face_language, now

HEADER = "Idempotency-Key"
QUEUED = "X-Queued"
"""Says that a form comes from a device's queue: it may come often, and is told where its act leads."""
UNSAID = ("csrf_token", "request_id")
"""Fields that are no content: another browser tab has another mark."""


class Repeated(Exception):
    """This very request was answered before, with this redirect."""

    def __init__(self, status: int, location: str) -> None:
        super().__init__(status, location)
        self.status, self.location = status, location


@contextmanager
def once() -> Iterator[Session]:
    """A transaction for an act that ``leads_to`` a page, done once for each key.

    Raises:
        Repeated: it was done before; nothing is done now.
        Conflict: the key came before with other content.
        Invalid: the key is no key.
    """
    said = sent()
    with transaction() as session:
        g.request_key = _first(session, said) if said is not None else None
        yield session
        if g.request_key is not None and not g.request_key.location:
            raise RuntimeError(f"{request.endpoint} took a key and leads nowhere")


def stop_repeated() -> None:
    """Answer a resent request before its checks and files: what it did makes them say something else now.

    Raises:
        Repeated: it was done before.
    """
    said = sent()
    if said is None:
        return
    with reading() as session:
        row = known_key(session, said)
    if row is not None and row.content_hash == said.content_hash:
        raise Repeated(row.status, row.location)


def leads_to(endpoint: str, **values: Any) -> AnyResponse:
    """The answer of an act, kept with its key; to be asked for inside ``once``."""
    answer = redirect(url_for(endpoint, **values), 303)
    if g.get("request_key") is not None:
        keep_answer(g.request_key, answer.status_code, answer.location or "")
    return answer


def _first(session: Session, said: Sent) -> Any:
    try:
        row, is_first = take_key(session, said, now())
    except Conflict as error:
        raise error if HEADER in request.headers else Conflict("form.sent_before") from None
    if not is_first:
        raise Repeated(row.status, row.location)
    return row


def sent() -> Sent | None:
    """Who sent this request under which key, or None where it has none.

    Raises:
        Invalid: the key is no key.
    """
    key = said_key()
    if key is None:
        return None
    account_id = actor().account_id
    if account_id is None:
        return None
    return Sent(account_id, read(KeyIn, {"request_id": key}).request_id, _content())


def said_key() -> str | None:
    """The key this request came with, as it was sent."""
    return request.headers.get(HEADER) or request.form.get("request_id") or None


def _content() -> bytes:
    """A keyed mark of what a request says, whatever the order of its fields.

    Keyed, because a form may hold a buyer's phone: from a plain hash it could be guessed. A form resent
    across a change of the master key counts as one with other content.
    """
    said = [(name, value) for name, value in request.form.items(multi=True) if name not in UNSAID]
    files = [(name, _digest(file.stream)) for name, file in request.files.items(multi=True)]
    body = hashlib.sha256(request.get_data()).hexdigest() if request.is_json else ""
    whole = repr((request.method, request.path, sorted(said), sorted(files), body))
    return current_keyring().mark(b"request", whole.encode())


def _digest(stream: Any) -> str:
    stream.seek(0)
    found = hashlib.file_digest(stream, "sha256").hexdigest()
    stream.seek(0)
    return found


def _again(repeated: Repeated) -> AnyResponse:
    if QUEUED not in request.headers:
        flash(t(face_language(), "form.repeated"), "info")
    return redirect(repeated.location, repeated.status, Response=Response)


def prepare(app: Flask) -> None:
    """Hang the answer to a resent request into the app."""
    app.register_error_handler(Repeated, _again)
