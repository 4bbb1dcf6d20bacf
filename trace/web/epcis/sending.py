"""What programs send: JSON read within bounds, and acts that are done once a key."""

import json
from collections.abc import Callable
from typing import Any

from flask import Response, request
from sqlmodel import Session

from trace.db import transaction
from trace.errors import FieldProblem, Invalid
from trace.services.epcis.reading import MOST_BYTES
from trace.services.request_keys import keep_answer, take_key
from trace.web import once
from trace.web.visitor import now

Done = tuple[int, str]
"""The status of an answer, and the address it leads to."""


def do_once(act: Callable[[Session], Done]) -> Response:
    """Do an act in one transaction; sent again under the same ``Idempotency-Key`` it is answered as the
    first time, and nothing is done. A refusal leaves no key.

    Raises:
        Conflict: the key came before with other content.
    """
    said = once.sent()
    with transaction() as session:
        if said is None:
            return _answer(*act(session))
        row, is_first = take_key(session, said, now())
        if is_first:
            keep_answer(row, *act(session))
        return _answer(row.status, row.location)


def _answer(status: int, location: str) -> Response:
    return Response(status=status, headers={"Location": location} if location else {})


def read_json() -> Any:
    """The body as values.

    Raises:
        Invalid: no JSON, or numbers that JSON has not.
        RequestEntityTooLarge: too many bytes.
    """
    request.max_content_length = MOST_BYTES
    try:
        text = request.get_data().decode("utf-8")
        value = json.loads(text, parse_constant=_no_number)
        if "\\ud" in text.lower():
            json.dumps(value, ensure_ascii=False).encode()  # half of a pair is no text that can be kept
        return value
    except (ValueError, RecursionError) as error:
        raise Invalid([FieldProblem("", "epcis.json", None, {"got": str(error)[:80]})]) from None


def _no_number(word: str) -> Any:
    raise ValueError(word)
