"""What can change the rows behind a figure: whether notes of touched months tell of all of it."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.sql import visitors

from trace.services.figures.asking import Ask
from trace.services.figures.counting import Quantile, Rows
from trace.services.figures.measure import Measure
from trace.services.month_closing.shares import has_past, places
from trace.services.month_touches import TOLD_OF


def subjects_of(measure: Measure, ask: Ask) -> frozenset[str] | None:
    """Of which subjects the figure's rows are; nothing where they can change and no note tells of it.

    Rows are joined by keys that stay, so that only what is counted, asked for or dated matters.
    """
    found: set[str] = set()
    for _, count, rows in places(measure, ask):
        if has_past(count, rows):
            subject = _subject(rows)
            if subject is None:
                return None
            found.add(subject)
    return frozenset(found)


def _subject(rows: Rows) -> str | None:
    if rows.judge is not None:
        return None
    tables: set[str] = set()
    columns: set[tuple[str, str]] = set()
    for one in _parts(rows):
        for part in visitors.iterate(one):
            if isinstance(part, Table):
                tables.add(part.name)
            elif isinstance(part, Column):
                columns.add((part.table.name, part.name))
    tables |= {table for table, _ in columns}
    for subject, told in TOLD_OF.items():
        if tables and tables <= told.keys() and all(name in told[table] for table, name in columns):
            return subject
    return None


def _parts(rows: Rows) -> Iterator[Any]:
    """What a row counts for, whether it does, its number and its time."""
    fact = rows.fact
    given = [rows.each, *rows.where, fact.id, fact.day, fact.at, fact.lasting and fact.lasting.id]
    if isinstance(rows, Quantile):
        given.append(rows.weight)
    return (getattr(one, "__clause_element__", lambda one=one: one)() for one in given if one is not None)
