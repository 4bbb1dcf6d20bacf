"""Typing the strings into every text field of every form, and keeping what was taken.

All fields of a form get a string at once; those a refusal names get what is plausible again, until the form
is taken. A form whose refusal names no field is tried field by field. So each field that takes texts takes
one in every round, and what a field refuses it refuses alone.
"""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from zlib import crc32

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web import grounds
from tests.web.stored.judging import Judge
from tests.web.stored.material import picture, plausible
from tests.web.stored.payloads import PAYLOADS, payload
from tests.web.stored.reading import Form

NAMED = re.compile(r'(?:id="e-|"field": ?")([^"]+)"|<li><b>([a-z_0-9-]+)</b>:')
TRIES = 8
MARKS = {"request_id", "csrf_token", "next"}
Field = tuple[str, str]
"""A form's endpoint, and the name of a field of it."""


@dataclass
class Sower:
    """Sends forms; ``first`` is where in the strings this round begins.

    ``fill`` says what is plausible in a form. ``of`` tells by the mark which field got which string,
    ``taken`` what each field took last. ``only`` narrows the strings to these.
    """

    judge: Judge
    sown: dict[str, str]
    fill: Callable[[str], dict[str, str]]
    first: int = 0
    taken: dict[Field, str] = field(default_factory=dict)
    refused: set[Field] = field(default_factory=set)
    of: dict[str, tuple[Field, int]] = field(default_factory=dict)
    only: list[int] = field(default_factory=list)
    leads: list[str] = field(default_factory=list)

    def sow(self, client: FlaskClient, form: Form) -> None:
        """Get a string into every field of the form that takes one."""
        names = [name for name in form.texts if name not in MARKS]
        for _ in range(TRIES):
            if not names:
                return
            answer = self._send(client, form, names)
            if is_taken(answer):
                return
            wrong = named(answer) & set(names)
            self.refused |= {(form.endpoint, name) for name in wrong}
            names = [name for name in names if name not in wrong]
            if not wrong:
                break
        for name in names:
            self._send(client, form, [name])

    def _send(self, client: FlaskClient, form: Form, names: list[str]) -> TestResponse:
        marks = {name: self.mark(form.endpoint, name) for name in names}
        typed = {name: self.sown[mark] for name, mark in marks.items()}
        values = {**form.chosen, **self.fill(form.endpoint), **form.kept, **plausible(form.endpoint)}
        files = {name: (io.BytesIO(picture()), "anh.png") for name in form.files}
        answer = client.post(form.path, data={**values, "request_id": grounds.request_id(), **typed, **files})
        self.judge.look(answer, f"POST {form.path}")
        self.note(answer, {(form.endpoint, name): mark for name, mark in marks.items()})
        return answer

    def note(self, answer: TestResponse, fields: dict[Field, str]) -> None:
        """What came of a form that was sent, by its fields and the marks in them."""
        if is_taken(answer):
            self.taken |= fields
            self.leads += [answer.location] if answer.location else []
        elif len(fields) == 1:
            self.refused |= set(fields)

    def mark(self, endpoint: str, name: str) -> str:
        """A fresh mark for a field, with its string: its own first one, one further in each round.

        Of a name with a number behind it, such as a shelf's fifth title, each is one more of the same field.
        """
        mark, place = f"zq{len(self.sown):05}", (endpoint, name.split(" ", maxsplit=1)[0])
        number = self.number(endpoint, name)
        self.sown[mark] = payload(number, mark)
        self.of[mark] = place, number % len(PAYLOADS)
        return mark

    def number(self, endpoint: str, name: str) -> int:
        """Which string comes into a field next."""
        if self.only:
            return self.only[len(self.sown) % len(self.only)]
        return self.first + crc32(f"{endpoint}.{name}".encode())


def named(answer: TestResponse) -> set[str]:
    """The fields that a refusal names."""
    return {one or other for one, other in NAMED.findall(answer.text)}


def is_taken(answer: TestResponse) -> bool:
    """Whether a form did what it is for: it leads on, or it hands a file over."""
    return answer.status_code in {201, 302, 303} or (
        answer.status_code == 200 and "Content-Disposition" in answer.headers
    )
