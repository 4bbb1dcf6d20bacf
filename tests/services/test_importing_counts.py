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
from trace.services.importing.undoing import undo

WRITTEN_TOGETHER = ("lots", "packs", "diary")
"""Nouns whose rows are written, and taken back, by the thousand."""
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


@pytest.mark.parametrize("noun", WRITTEN_TOGETHER)
def test_a_thousand_rows_are_written_and_taken_back_by_the_statements_of_a_hundred(
    database: Database, tmp_path: Path, now: datetime, noun: str
) -> None:
    actor, orders = laid(tmp_path, now, noun, 100, 1_000)
    (few, few_back), (many, many_back) = (spent_on(database, order, actor, now) for order in orders)
    own = 900 if database.is_sqlite else 0  # it is given each new row by itself, with no question between
    assert many <= few + own + 2 * FEW_MORE
    assert many_back <= few_back + (own if noun == "diary" else 0) + FEW_MORE


def spent_on(database: Database, order: ImportOrder, actor: Actor, now: datetime) -> tuple[int, int]:
    """Statements of writing a file and of taking it back."""
    with effort(database) as wrote, transaction() as session:
        run = import_file(session, actor, replace(order, dry_run=False), now).run
    assert run is not None
    with effort(database) as undid, transaction() as session:
        done = undo(session, actor, run.id, now)
    assert (done.rows_back, done.rows_kept) == (run.rows_good, 0)
    return wrote.statements, undid.statements
