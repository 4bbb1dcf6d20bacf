"""What every form of the working faces does: reads what was typed, keeps it when it is refused."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flask import request

from trace.errors import Invalid, NongsanError
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
    """A form not sent yet, with a fresh request id."""
    kept = {name: str(value) for name, value in values.items() if value is not None}
    return FormState({"request_id": secrets.token_urlsafe(12).replace("-", "."), **kept})


def typed(names: Iterable[str]) -> dict[str, str]:
    """The named fields as they were sent; absent ones are left out."""
    return {name: request.form[name] for name in names if name in request.form}


def kept(error: NongsanError, values: Mapping[str, str]) -> FormState:
    """The form once more, with what was typed and why it was refused."""
    lang = face_language()
    state = FormState(dict(values), key=error.key, status=error.status)
    if isinstance(error, Invalid):
        state.errors = {one.field.split(".")[0]: problem_text(one, lang) for one in error.problems}
    else:
        state.refusal = said(error, lang)
    return state
