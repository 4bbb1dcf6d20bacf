"""How a standard says that something does not fit."""

from __future__ import annotations


class Fault(ValueError):
    """Something typed or sent breaks a standard.

    ``key`` names a text in the message catalogs, ``params`` hold its figures: by custom
    ``expected`` and ``got``. The message itself is made at the edge, in the reader's language.

    >>> str(Fault("standard.length", expected=13, got=12))
    'standard.length(expected=13, got=12)'
    """

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key, params)
        self.key = key
        self.params = params

    def __str__(self) -> str:
        figures = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.key}({figures})"
