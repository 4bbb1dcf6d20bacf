"""The columns a sheet may have, found by what people call them, marks or not, Vietnamese or English."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from trace.services.importing.reading import Head
from trace.standards.fault import Fault
from trace.standards.search_key import fold_vi
from trace.texts.catalogs import Term, t


@dataclass(frozen=True)
class Column:
    """A column: its name to us, what people head it with (folded), whether every row needs it.

    Its heading to people is the text ``imp.col.<name>``, what it wants is ``imp.want.<name>``.
    ``choices`` become a drop-down of the template; each is said as the text ``labels`` and its name, where
    that is given.
    """

    name: str
    words: tuple[str, ...]
    required: bool = False
    example: str = ""
    choices: tuple[str, ...] = ()
    labels: str = ""

    def label(self, choice: str) -> str:
        """A choice as the template says it."""
        return t("vi", self.labels + choice).split(",")[0] if self.labels else choice

    def choice(self, said: str) -> str:
        """The choice a cell means, by its label in either language or its own name.

        Raises ``imp.choice``.
        """
        wanted = fold_heading(said)
        for one in self.choices:
            texts = (one, *(t(lang, self.labels + one) for lang in ("vi", "en")))
            if wanted in {fold_heading(text) for text in texts}:
                return one
        raise Fault(
            "imp.choice", value=said[:40], choices=tuple(Term(self.labels + one) for one in self.choices)
        )


@dataclass(frozen=True)
class Kind:
    """What the rows of a sheet are; ``needs`` tells the sheet by its columns, ``without`` by absence."""

    name: str
    needs: tuple[str, ...]
    without: tuple[str, ...] = ()
    required: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layout:
    """One recognised sheet: which of our columns stands where, and under which heading."""

    sheet: int
    name: str
    kind: Kind
    head_row: int
    height: int
    places: Mapping[str, int]
    headings: Mapping[str, str]
    cells: Sequence[Any] = ()
    """The row of headings as it stands."""
    twice: Sequence[tuple[str, str, str]] = field(default_factory=tuple)

    def heading(self, name: str) -> str:
        """A column as this file heads it; its own name where the file has none."""
        return self.headings.get(name, name)


def fold_heading(text: object) -> str:
    """A heading without marks, brackets, stars and units.

    >>> fold_heading("Diện tích (m²) *"), fold_heading("Mã_hộ")
    ('dien tich', 'ma ho')
    """
    bare = re.sub(r"\(.*?\)|[*:]", " ", str(text) if isinstance(text, str) else "")
    return " ".join(re.sub(r"[_/\-\n]", " ", fold_vi(bare)).split())


def unit_in(heading: str) -> str:
    """The unit a heading names in brackets, folded: "Diện tích (ha)" -> "ha"; "" where none.

    >>> unit_in("Diện tích (m²)"), unit_in("Khối lượng")
    ('m2', '')
    """
    found = re.search(r"\(([^)]*)\)", heading)
    return fold_vi(found[1]) if found else ""


def recognise(head: Head, columns: Sequence[Column], kinds: Sequence[Kind]) -> Layout | None:
    """The sheet's layout by its row of headings, or None when no kind fits."""
    best = max(head.rows, key=lambda row: len(_matches(row[1], columns)), default=None)
    if best is None:
        return None
    row, cells = best
    matches = _matches(cells, columns)
    places: dict[str, int] = {}
    twice = []
    for place, name in matches:
        if name in places:
            twice.append((name, str(cells[places[name]]), str(cells[place])))
        places.setdefault(name, place)
    headings = {name: str(cells[place]) for name, place in places.items()}
    for kind in kinds:
        if set(kind.needs) <= set(places) and not set(kind.without) & set(places):
            return Layout(
                head.number, head.name, kind, row, head.height, places, headings, cells, tuple(twice)
            )
    return None


def _matches(cells: Sequence[Any], columns: Sequence[Column]) -> list[tuple[int, str]]:
    words = {
        word: column.name for column in columns for word in (*column.words, column.name.replace("_", " "))
    }
    folded = ((place, fold_heading(cell)) for place, cell in enumerate(cells))
    return [(place, words[text]) for place, text in folded if text in words]
