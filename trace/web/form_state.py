"""What every form of the working faces does: reads what was typed, keeps it when it is refused."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flask import request

from trace.errors import Invalid, NongsanError
from trace.web.once import said_key
from trace.web.refusals import problem_text, said
from trace.web.visitor import face_language


@dataclass
class FormState:
    """Typed values, errors per field, and a refusal's title and text to show above the form."""

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    refusal: tuple[str, str] | None = None
    key: str = ""
    status: int = 200

    def get(self, name: str, default: object = "") -> str:
        """What stands in a field."""
        return self.values.get(name, str(default if default is not None else ""))


def blank(**values: object) -> FormState:
    """A form not sent yet."""
    return FormState({name: str(value) for name, value in values.items() if value is not None})


def typed(names: Iterable[str]) -> dict[str, str]:
    """The named fields as they were sent; absent ones are left out.

    A program may say the request id by the header ``Idempotency-Key`` instead.
    """
    sent = {name: request.form[name] for name in names if name in request.form}
    key = said_key()
    return {**sent, "request_id": key} if key and "request_id" in names else sent


def kept(error: NongsanError, values: Mapping[str, str]) -> FormState:
    """The form once more, with what was typed and why it was refused."""
    lang = face_language()
    state = FormState(dict(values), key=error.key, status=error.status)
    if isinstance(error, Invalid):
        state.errors = {one.field.split(".")[0]: problem_text(one, lang) for one in error.problems}
    else:
        state.refusal = said(error, lang)
    return state
