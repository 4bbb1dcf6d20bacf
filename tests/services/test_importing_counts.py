"""A check asks the database as often for a thousand rows as for a hundred, whatever is brought in."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from tests import world
from tests.effort import effort
from tests.services import sheets
from tests.services.import_rows import ROWS, sender
from trace.db import Database, reading, transaction
from trace.services.admission import Actor
from trace.services.importing.runs import NOUNS, ImportOrder, import_file

FEW_MORE = 16
"""Statements of a second batch of a file, whatever its length: rows come a thousand at a time, the heading
among them. PostgreSQL's reader is its writer, so each statement is heard twice there."""


def asked(database: Database, order: ImportOrder, actor: Actor, now: datetime, what: str) -> int:
    """Statements of a check that finds all rows good, and all of them ``created`` or the ``same``."""
    with effort(database) as spent, reading() as session:
        report = import_file(session, actor, order, now).report
    assert (report.bad, report.problems) == (0, [])
    assert {key.partition(".")[2] for key, number in report.made.items() if number} == {what}
    return spent.statements


def laid(folder: Path, now: datetime, noun: str, few: int, many: int) -> tuple[Actor, list[ImportOrder]]:
    """A file of few rows and one of many, of one cooperative, to be checked."""
    with transaction() as session:
        coop = world.make_coop(session, now)
        rows = ROWS[noun](session, now, coop, many)
    paths = [sheets.long(folder / f"{count}.xlsx", rows[: count + 1]) for count in (few, many)]
    return sender(noun, coop), [ImportOrder(noun, path, path.name, dry_run=True) for path in paths]


@pytest.mark.parametrize("noun", NOUNS)
def test_a_check_of_a_thousand_new_rows_asks_as_often_as_one_of_a_hundred(
    database: Database, tmp_path: Path, now: datetime, noun: str
) -> None:
    actor, (few, many) = laid(tmp_path, now, noun, 100, 1_000)
    before = asked(database, few, actor, now, "created")
    assert asked(database, many, actor, now, "created") <= before + FEW_MORE


@pytest.mark.parametrize("noun", NOUNS)
def test_a_check_of_rows_that_are_there_asks_no_more_for_more_of_them(
    database: Database, tmp_path: Path, now: datetime, noun: str
) -> None:
    actor, (few, many) = laid(tmp_path, now, noun, 10, 100)
    with transaction() as session:
        done = import_file(session, actor, replace(many, dry_run=False), now).report
    assert (done.good, done.bad) == (100, 0)
    before = asked(database, few, actor, now, "same")
    assert asked(database, many, actor, now, "same") <= before + FEW_MORE
