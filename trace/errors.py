"""Every way the registry says no.

::

    NongsanError                 a key into the message catalogs, and its figures
    ├── Invalid        422       what was typed or sent does not fit; one FieldProblem a fault
    ├── NotAllowed     403       this role may not do this act
    │   └── NotSignedIn 401      a program without a token that holds
    ├── NotFound       404       absent, or another cooperative's: the same answer
    ├── Refused        409       a rule of the domain says no; nothing was written
    │   └── Conflict   409       the same request id came with other content
    ├── TooMany        429       over a limit; ``retry_after`` seconds
    └── Unavailable    503       cannot be answered now; nothing was lost

A message is never built here: ``key`` names a text in ``trace/texts`` and ``params`` fill it,
so that the reader's language decides at the edge (page, program, command line).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


class NongsanError(Exception):
    """Base of all refusals: ``key`` is a catalog key, ``params`` are its figures."""

    status = 500

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key, params)
        self.key = key
        self.params = params

    def __str__(self) -> str:
        figures = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.key}({figures})"


@dataclass(frozen=True)
class FieldProblem:
    """One fault of one field: where, the catalog key of what was expected, and what was got."""

    field: str
    key: str
    got: object = None
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)


class Invalid(NongsanError):
    """Input that does not fit; nothing was written."""

    status = 422

    def __init__(self, problems: Iterable[FieldProblem], key: str = "error.invalid") -> None:
        self.problems = tuple(problems)
        super().__init__(key, n=len(self.problems), fields=", ".join(p.field for p in self.problems))


class NotAllowed(NongsanError):
    """The account's role may not do this act."""

    status = 403


class NotSignedIn(NotAllowed):
    """A program came without a token, or with one that is unknown, revoked or over."""

    status = 401


class NotFound(NongsanError):
    """Absent, or owned by another tenant; the two are told apart nowhere."""

    status = 404

    def __init__(self, key: str = "error.not_found", **params: object) -> None:
        super().__init__(key, **params)


class Refused(NongsanError):
    """A rule of the domain refuses; the key names the rule (``gate.over``, ``gate.hold`` ...)."""

    status = 409


class Conflict(Refused):
    """A request id was used before with other content."""


class TooMany(NongsanError):
    """Over a limit; try again after ``retry_after`` seconds."""

    status = 429

    def __init__(self, key: str, retry_after: int, **params: object) -> None:
        super().__init__(key, retry_after=retry_after, **params)
        self.retry_after = retry_after


class Unavailable(NongsanError):
    """Cannot be answered now (database gone, register behind the printed marks)."""

    status = 503
