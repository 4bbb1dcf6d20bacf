"""A place where files are brought in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import render_template

from trace.errors import NotFound
from trace.web.door import Door


@dataclass(frozen=True)
class Desk:
    """Where files are brought in: its door and face, and where each noun's rows are seen afterwards."""

    door: Door
    face: str
    after: Mapping[str, str]

    def page(self, name: str, **shown: Any) -> str:
        """One of its pages."""
        base, door = f"{self.face}/base.html", self.door.name
        return render_template(f"cooperative/registry/{name}.html", base=base, door=door, **shown)

    def asked(self, noun: str) -> str:
        """A noun of this desk.

        Raises:
            NotFound: it takes none of that name.
        """
        if noun not in self.after:
            raise NotFound()
        return noun
