"""The form of Decision 1034/QĐ-BTTTT: its four counts, by commune, beside what the province published."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlmodel import Session

from trace.records.market_order import BaselineFigure
from trace.services.admission import Actor
from trace.services.baseline import published
from trace.services.figures import words
from trace.services.figures.answering import Answer, answer
from trace.services.figures.asking import Ask, Dimension
from trace.services.figures.catalogue import BY_NAME
from trace.services.tables import Column, Table
from trace.texts.catalogs import t

NAMES = ("households_on_platforms", "households_trained", "products_on_platforms", "transactions")
"""Measures of the catalogue that the province published figures of."""


@dataclass(frozen=True)
class Form1034:
    """The counts of a period by commune; ``published`` are the province's, oldest first, ``others`` of it
    those the form does not ask for.

    Transactions are those of the period, people trained as of its last day; households and products on
    marketplaces stand today.
    """

    ask: Ask
    counts: dict[str, Answer]
    published: tuple[BaselineFigure, ...]
    others: tuple[BaselineFigure, ...]

    @property
    def dates(self) -> list[date]:
        """Days the province published of."""
        return sorted({one.as_of for one in self.published})

    def published_on(self, name: str, day: date) -> BaselineFigure | None:
        """What it published of a count for a day."""
        found = (one for one in self.published if (one.indicator, one.as_of) == (name, day))
        return next(found, None)

    @property
    def communes(self) -> list[tuple[str, str, list[int]]]:
        """Code, name and the four counts of every commune with any of them; the empty code last."""
        names: dict[str, str] = {}
        numbers: dict[str, dict[str, int]] = {}
        for count, found in self.counts.items():
            for part in found.parts:
                names[part.key] = part.name
                numbers.setdefault(part.key, {})[count] = part.top or 0
        order = sorted(numbers, key=lambda key: (not key, names[key]))
        return [(key, names[key], [numbers[key].get(count, 0) for count in self.counts]) for key in order]


def form_1034(session: Session, actor: Actor, ask: Ask) -> Form1034:
    """The form for the actor's reach.

    Raises:
        NotAllowed: the role sees no figures.
    """
    ask = replace(ask, by=None)
    by_commune = replace(ask, by=Dimension.COMMUNE)
    counts = {name: answer(session, actor, BY_NAME[name], by_commune) for name in NAMES}
    told = published(session)
    mine = tuple(one for one in told if one.indicator in NAMES)
    return Form1034(ask, counts, mine, tuple(one for one in told if one.indicator not in NAMES))


def table_1034(form: Form1034, lang: str) -> Table:
    """The form as one table: a row for each published day, one for the period, one for each commune."""
    heads = [("place", "text"), ("as_of", "day"), *((name, "number") for name in NAMES), ("source", "text")]
    columns = [Column(name, t(lang, f"form1034.{name}"), kind) for name, kind in heads]
    rows: list[list[Any]] = []
    for day in form.dates:
        found = [form.published_on(name, day) for name in NAMES]
        sources = list(dict.fromkeys(one.source for one in found if one))
        told = [one.value if one else None for one in found]
        rows.append([t(lang, "form1034.province"), day, *told, "; ".join(sources)])
    totals = [form.counts[name].whole.top for name in NAMES]
    rows.append([t(lang, "form1034.whole"), form.ask.until, *totals, ""])
    for key, name, values in form.communes:
        place = words.part_name(lang, Dimension.COMMUNE, key, name)
        rows.append([place, form.ask.until, *values, ""])
    note = t(lang, "form1034.note", since=form.ask.since, until=form.ask.until)
    return Table(t(lang, "form1034.title"), columns, rows, [note], sheet=t(lang, "board.form1034"))
