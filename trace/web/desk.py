"""A place where files are brought in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import render_template

from trace.errors import NotFound
from trace.services.admission import may
from trace.services.importing.runs import NOUNS
from trace.web.door import Door
from trace.web.visitor import actor


@dataclass(frozen=True)
class Desk:
    """Where files are brought in: its door and face, and where each noun's rows are seen afterwards."""

    door: Door
    face: str
    after: Mapping[str, str]

    @property
    def nouns(self) -> list[str]:
        """What whoever is here may bring in."""
        return [noun for noun in self.after if may(actor(), NOUNS[noun].act)]

    def page(self, name: str, **shown: Any) -> str:
        """One of its pages."""
        base, door = f"{self.face}/base.html", self.door.name
        return render_template(f"cooperative/registry/{name}.html", base=base, door=door, **shown)

    def asked(self, noun: str) -> str:
        """A noun of this desk.

        Raises:
            NotFound: it takes none of that name from this visitor.
        """
        if noun not in self.nouns:
            raise NotFound()
        return noun
