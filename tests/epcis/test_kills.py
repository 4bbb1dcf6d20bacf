"""A server that dies while it captures leaves all of a document or nothing; two senders at once are one."""

import threading

import pytest
from sqlmodel import func, select

from tests.epcis.client import Program, document, seen
from tests.epcis.conftest import Two
from tests.services.stamp_kills import in_child
from trace.crashpoint import arm
from trace.db import Database, current_database, reading
from trace.records.capture import Capture
from trace.records.event import Event, EventTerm, LogLeaf


def counted() -> dict[str, int]:
    with reading() as session:
        return {
            table.__name__: session.exec(select(func.count()).select_from(table)).one()
            for table in (Event, EventTerm, LogLeaf, Capture)
        }


@pytest.mark.parametrize("point", ["capture:events", "capture:kept"])
def test_a_death_leaves_nothing_and_sending_again_leaves_all(two: Two, database_url: str, point: str) -> None:
    sent, key = document(*(seen(n) for n in range(20))), {"Idempotency-Key": "tai-lieu-0001"}
    before = counted()

    def capture_and_die(_: int) -> None:
        arm(point)
        two.mine.post("/capture", sent, key)

    ended, _ = in_child(database_url, capture_and_die)
    assert ended == -9
    assert counted() == before
    assert two.mine.capture(sent, key)["success"]
    after = counted()
    assert after["Event"] == after["LogLeaf"] == 20
    assert two.mine.capture(sent, key)["success"]
    assert counted() == after


def test_two_senders_of_one_document_at_once_add_it_once(two: Two, database: Database) -> None:
    sent = document(*(seen(n) for n in range(20)))
    programs = [Program(two.app) for _ in range(4)]
    answers: list[int] = []

    def send(program: Program) -> None:
        program.headers = two.mine.headers
        answers.append(program.post("/capture", sent).status_code)

    threads = [threading.Thread(target=send, args=(program,)) for program in programs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answers == [202] * 4
    assert current_database() is database
    assert counted()["Event"] == 20
    assert all(job["success"] for job in two.mine.get("/capture").json)
