"""The job that signs where the log stands: when it is due, once, and never over another history."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.audit.season import Season, begun
from trace.db import Database, reading, transaction
from trace.jobs import work
from trace.jobs.desk import Desk
from trace.records.job import Job, JobState
from trace.services import schedules
from trace.settings import Settings


@pytest.fixture
def made(database: Database, tmp_path: Path, now: datetime) -> Season:
    return begun(tmp_path, now)


def run(folder: Path, now: datetime) -> Job:
    desk = Desk(Settings(instance=folder), "one", now=lambda: now)
    with transaction() as session:
        number = schedules.run_now(session, "seal_log", "", now)
    work.run_one(desk, number)
    with reading() as session:
        return session.get_one(Job, number)


def test_it_signs_once_and_again_after_an_hour_of_work(made: Season, tmp_path: Path, now: datetime) -> None:
    made.activate(2)
    assert run(tmp_path, now).figures["checkpoints"] == 1
    assert "checkpoints" not in run(tmp_path, now + timedelta(minutes=1)).figures
    made.activate(1)
    assert "checkpoints" not in run(tmp_path, now + timedelta(minutes=59)).figures
    assert made.counts().waiting == 0
    assert run(tmp_path, now + timedelta(minutes=61)).figures["checkpoints"] == 1
    assert "checkpoints" not in run(tmp_path, now + timedelta(hours=9)).figures
    assert made.counts().checkpoints == 2


def test_it_fails_aloud_where_the_log_does_not_continue(made: Season, tmp_path: Path, now: datetime) -> None:
    made.activate(2)
    run(tmp_path, now)
    with transaction() as session:
        session.execute(text("DELETE FROM log_leaf"))
        session.execute(text("DELETE FROM log_tile"))
    job = run(tmp_path, now + timedelta(hours=2))
    assert job.state != JobState.DONE
    assert "audit.not_continued" in job.error
    assert len(made.notes()) == 1
