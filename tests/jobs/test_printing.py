"""Prints in the background: ordered once, drawn by turns, killed anywhere, cancelled, over quota."""

import hashlib
import os
import random
import re
import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

import nongsan
from tests import world
from tests.jobs.print_world import PrintWorld, make_print_world
from tests.services.stamp_world import all_faults
from trace.db import Database, reading, transaction
from trace.errors import Conflict, Invalid, NotFound, Refused
from trace.jobs import clock, print_stamps, queue, work
from trace.jobs.desk import Run
from trace.records.event import LogLeaf
from trace.records.job import Job, JobState
from trace.records.stamp import BlockState, PrintRun, RunState, StampBlock
from trace.services import leases, print_queue, print_runs, schedules, stamp_keys, stamp_printing
from trace.services.print_drawing import Drawer
from trace.services.print_quota import Quota

KILLS = int(os.environ.get("PRINT_KILLS", "4"))
"""Random kills on each database; the long haul asks for hundreds."""


@pytest.fixture
def prints(database: Database, database_url: str, tmp_path: Path) -> PrintWorld:
    return make_print_world(database_url, tmp_path)


@pytest.fixture
def lite(sqlite: Database, sqlite_url: str, tmp_path: Path) -> PrintWorld:
    """For tests whose subject is not the database."""
    return make_print_world(sqlite_url, tmp_path)


def rows(table: type) -> list:
    with reading() as session:
        return list(session.exec(select(table)).all())


def block_state(block: StampBlock) -> str:
    with reading() as session:
        return session.get(StampBlock, block.id).state


def prints_logged() -> list[str]:
    return [leaf.body for leaf in rows(LogLeaf) if '"act":"print"' in leaf.body]


def test_an_order_is_a_row_and_a_job_or_nothing(prints: PrintWorld) -> None:
    block = prints.stamps.issue(10)
    runs = [prints.order(block, request_id="mot") for _ in range(3)]
    assert len({run.public_id for run in runs}) == len(rows(PrintRun)) == len(rows(Job)) == 1
    assert (rows(Job)[0].kind, rows(Job)[0].subject) == ("print_stamps", runs[0].public_id)
    with pytest.raises(Conflict):
        prints.order(block, request_id="mot", start_cell=2)
    with pytest.raises(Invalid):
        prints.order(block, request_id="hai")  # in print already, and no reason given
    assert len(rows(PrintRun)) == len(rows(Job)) == 1


def test_eight_orders_of_one_form_at_once_are_one_print(prints: PrintWorld) -> None:
    block, together = prints.stamps.issue(10), threading.Barrier(8)
    got: list[str] = []

    def ask() -> None:
        together.wait()
        got.append(prints.order(block, request_id="mot").public_id)

    in_threads(ask, 8)
    assert len(got) == 8
    assert len(set(got)) == len(rows(Job)) == 1


def in_threads(work_of_each: object, n: int) -> None:
    threads = [threading.Thread(target=work_of_each) for _ in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_print_is_drawn_noted_and_logged_once(prints: PrintWorld) -> None:
    block = prints.stamps.issue(70)
    ordered = prints.order(block, start_cell=5)
    assert work.run_one_print(prints.desk()) == "done"
    run = prints.run(ordered.public_id)
    data = prints.file_of(run)
    assert (run.state, run.done, run.size) == (RunState.READY, 70, len(data))
    assert run.sha256 == sha256(data)
    assert block_state(block) == BlockState.PRINTED
    assert prints.files() == [f"{run.public_id}.pdf"]
    assert len(prints_logged()) == 1
    assert work.run_one_print(prints.desk()) is None


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_the_file_is_for_nobody_else_to_read(lite: PrintWorld) -> None:
    run = lite.order(lite.stamps.issue(5))
    work.run_one_print(lite.desk())
    assert lite.settings.prints.stat().st_mode & 0o077 == 0
    assert (lite.settings.prints / f"{run.public_id}.pdf").stat().st_mode & 0o077 == 0


def test_the_drawing_process_is_humble_and_tells_no_key(
    lite: PrintWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its priority is low, and neither its command line nor its environment holds a secret."""
    seen: dict = {}

    def look(run: Run, public_id: str, drawing: Drawer) -> dict | None:
        process = Path(f"/proc/{drawing._child.pid}")
        seen["told"] = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        told = watched(run, public_id, drawing)
        seen["nice"] = int((process / "stat").read_text().rsplit(")", 1)[1].split()[16])
        return told

    watched = print_stamps._watched
    monkeypatch.setattr(print_stamps, "_watched", look)
    lite.order(lite.stamps.issue(5))
    assert work.run_one_print(lite.desk()) == "done"
    assert seen["nice"] >= 10
    with reading() as session:
        key = stamp_keys.key_for(session, 0)
    for secret in (key.permutation_key, key.tag_key):
        assert secret.hex().encode() not in seen["told"]
        assert secret not in seen["told"]


def test_a_cancelled_print_leaves_nothing_and_its_serials_in_stock(
    prints: PrintWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is stopped while it is drawn: the process dies and no file is there."""
    monkeypatch.setattr(print_stamps, "NOTE_EVERY_S", 0.0)
    block = prints.stamps.issue(5_000)
    run = prints.order(block, format="png")
    drawing = threading.Event()
    monkeypatch.setattr(print_stamps, "crashpoint", lambda name: name == "print drawing" and drawing.set())
    ends: list[str | None] = []
    worker = threading.Thread(target=lambda: ends.append(work.run_one_print(prints.desk())))
    worker.start()
    assert drawing.wait(60)
    with transaction() as session:
        print_runs.cancel_print(session, prints.stamps.actor, run.public_id, prints.now())
    worker.join(60)
    assert ends == ["done"]
    assert prints.run(run.public_id).state == RunState.CANCELLED
    assert prints.files() == []
    assert (block_state(block), prints_logged()) == (BlockState.ISSUED, [])
    assert [job.state for job in rows(Job)] == [JobState.DONE]


def test_a_waiting_print_that_is_cancelled_is_never_begun(prints: PrintWorld) -> None:
    run = prints.order(prints.stamps.issue(5))
    with transaction() as session:
        print_runs.cancel_print(session, prints.stamps.actor, run.public_id, prints.now())
    assert work.run_one_print(prints.desk()) is None
    other = coops(prints, 1)[0]
    with pytest.raises(NotFound), transaction() as session:
        print_runs.cancel_print(session, other.boss, run.public_id, prints.now())


def test_a_stop_of_the_program_gives_the_print_back(lite: PrintWorld) -> None:
    run = lite.order(lite.stamps.issue(5_000), format="png")
    desk = lite.desk()
    desk.stopping.set()
    assert work.run_one_print(desk) == "given back"
    assert lite.files() == []
    desk.stopping.clear()
    with reading() as session:
        assert session.exec(select(Job)).one().state == JobState.PENDING
    assert lite.run(run.public_id).state == RunState.RUNNING


def test_a_full_disk_is_said_and_nothing_is_left(lite: PrintWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    run = lite.order(lite.stamps.issue(5))
    monkeypatch.setattr(print_stamps, "_drawn", lambda *_given: {"fault": "print.failed.disk"})
    assert work.run_one_print(lite.desk()) == "done"
    failed = lite.run(run.public_id)
    assert (failed.state, failed.problem) == (RunState.FAILED, "print.failed.disk")
    assert lite.files() == []
    again = lite.order(lite.stamps.issue(5))
    assert again.state == RunState.WAITING


def test_a_folder_that_takes_no_file_is_such_a_fault(lite: PrintWorld) -> None:
    lite.order(lite.stamps.issue(5))
    lite.settings.prints.write_text("a file in the folder's place")
    assert work.run_one_print(lite.desk()) == "stumbled"


def test_a_print_whose_workers_all_died_has_failed(prints: PrintWorld) -> None:
    run = prints.order(prints.stamps.issue(5))
    with transaction() as session:
        job = session.exec(select(Job)).one()
        job.state, job.attempt, job.lease_until = JobState.RUNNING, leases.TRIES, prints.now()
    prints.ahead += timedelta(minutes=2)
    clock.reap(prints.desk())
    failed = prints.run(run.public_id)
    assert (failed.state, failed.problem) == (RunState.FAILED, "print.failed.tries")


# --- killed anywhere ------------------------------------------------------------------------------


def crash_points() -> list[str]:
    root = Path(nongsan.ROOT) / "trace"
    paths = (*root.glob("services/print_*.py"), root / "jobs" / "print_stamps.py")
    return sorted(
        {name for path in paths for name in re.findall(r'crashpoint\("([^"]+)"\)', path.read_text())}
    )


def test_there_are_crash_points() -> None:
    assert len(crash_points()) == 10


@pytest.mark.parametrize("point", [one for one in crash_points() if one != "print progress"])
def test_killed_at_any_named_point_the_next_worker_makes_the_same_file(
    prints: PrintWorld, point: str
) -> None:
    block = prints.stamps.issue(300)
    expected = drawn_elsewhere(prints, block)
    run = prints.order(block, reason="thử")
    prints.worker(crash_at=point).end()
    assert not half_files(prints)
    state = prints.run(run.public_id).state
    assert state in (RunState.RUNNING, RunState.READY)
    prints.ahead += timedelta(minutes=30)  # past every lease and wait
    clock.reap(prints.desk())
    work.run_one_print(prints.desk())
    after = prints.run(run.public_id)
    assert (after.state, prints.file_of(after)) == (RunState.READY, expected)
    assert len(prints_logged()) == 2  # the one drawn elsewhere, and this one, once
    assert all_faults() == []


def drawn_elsewhere(prints: PrintWorld, block: StampBlock) -> bytes:
    """The same print in an undisturbed world: what every death must end in."""
    run = prints.order(block)
    assert work.run_one_print(prints.desk()) == "done"
    data = prints.file_of(run)
    (prints.settings.prints / f"{run.public_id}.pdf").unlink()
    return data


def half_files(prints: PrintWorld) -> list[str]:
    """Names in sight that hold less than a whole file."""
    return [
        name
        for name in prints.files()
        if not name.startswith(".") and not (prints.settings.prints / name).read_bytes().endswith(b"%%EOF\n")
    ]


def kill_often(prints: PrintWorld, kills: int) -> None:
    chance = random.Random(20260618)
    block = prints.stamps.issue(500)
    expected = drawn_elsewhere(prints, block)
    for _ in range(kills):
        run = prints.order(block, reason="thử", request_id=f"{chance.random()}")
        worker = prints.worker()
        worker.wait_until_ready()
        time.sleep(chance.uniform(0, 1.5))
        worker.kill()
        assert half_files(prints) == []
        prints.ahead += timedelta(minutes=2)
        clock.reap(prints.desk())
        while work.run_one_print(prints.desk()):
            pass
        after = prints.run(run.public_id)
        assert (after.state, prints.file_of(after)) == (RunState.READY, expected)
        (prints.settings.prints / f"{run.public_id}.pdf").unlink()
    assert len(prints_logged()) == kills + 1
    assert all_faults() == []


def test_random_kills_leave_no_half_file_and_no_serial_in_doubt(prints: PrintWorld) -> None:
    kill_often(prints, KILLS)


@pytest.mark.chaos
@pytest.mark.timeout(1800)
def test_hundreds_of_random_kills_do_neither(prints: PrintWorld) -> None:
    kill_often(prints, 200)


def test_a_drawing_process_ends_with_its_worker(lite: PrintWorld) -> None:
    lite.order(lite.stamps.issue(20_000), format="png")
    worker = lite.worker()
    children = wait_for(lambda: children_of(worker.pid))
    worker.kill()
    assert wait_for(lambda: not any(is_running(child) for child in children))


def children_of(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(child) for child in task.read_text().split()]
    return found


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def wait_for(question: object, patience_s: float = 60.0) -> object:
    until = time.monotonic() + patience_s
    while not (answer := question()) and time.monotonic() < until:
        time.sleep(0.02)
    return answer


# --- turns and quotas -----------------------------------------------------------------------------


def coops(prints: PrintWorld, n: int) -> list[world.Coop]:
    with transaction() as session:
        return [world.make_coop(session, prints.now()) for _ in range(n)]


def test_cooperatives_take_turns_and_the_one_that_ordered_most_waits(prints: PrintWorld) -> None:
    first, second, third = coops(prints, 3)
    for coop, orders in ((first, 4), (second, 2), (third, 1)):
        for _ in range(orders):
            prints.order(prints.stamps.issue(2, actor=coop.boss), coop.boss)
    owners = {run.public_id: run.org_id for run in rows(PrintRun)}
    names = {first.org.id: "a", second.org.id: "b", third.org.id: "c"}
    served = ""
    for _ in range(7):
        prints.ahead += timedelta(seconds=1)
        with transaction() as session:
            job = session.get(Job, print_queue.next_job(session, prints.now()))
            served += names[owners[job.subject]]
            job.state, job.started_at = JobState.DONE, prints.now()
    assert served == "abcabaa"


def test_who_has_a_print_running_lets_the_others_first(prints: PrintWorld) -> None:
    first, second = coops(prints, 2)
    for coop in (first, first, second):
        prints.order(prints.stamps.issue(2, actor=coop.boss), coop.boss)
    with transaction() as session:
        session.get(Job, print_queue.next_job(session, prints.now())).state = JobState.RUNNING
    with reading() as session:
        job = session.get(Job, print_queue.next_job(session, prints.now()))
        run = session.exec(select(PrintRun).where(PrintRun.public_id == job.subject)).one()
    assert run.org_id == second.org.id


def test_eight_print_workers_take_each_print_once(prints: PrintWorld) -> None:
    for coop in coops(prints, 4):
        for _ in range(5):
            prints.order(prints.stamps.issue(2, actor=coop.boss), coop.boss)
    taken: list[int] = []

    def take() -> None:
        idle = 0
        while idle < 20:
            held = queue.claim_print(prints.desk(threading.current_thread().name))
            idle = 0 if held else idle + 1
            if held:
                taken.append(held.id)

    in_threads(take, 8)
    assert (len(taken), len(set(taken))) == (20, 20)


def test_a_worker_of_shops_leaves_prints_alone(lite: PrintWorld) -> None:
    lite.order(lite.stamps.issue(2))
    assert work.run_one(lite.desk()) is None
    with transaction() as session:
        schedules.run_now(session, "housekeep", "", lite.now())
    assert work.run_one(lite.desk()) == "done"


def test_more_open_prints_or_stamps_a_day_than_allowed_are_refused(prints: PrintWorld) -> None:
    small = Quota(2, 100)
    prints.order(prints.stamps.issue(60), quota=small)
    with pytest.raises(Refused) as refused:
        prints.order(prints.stamps.issue(41), quota=small)
    figures = refused.value.params
    assert (refused.value.key, figures["n"], figures["want"], figures["max"]) == ("gate.quota", 60, 41, 100)
    assert figures["coop"] == prints.stamps.coop.org.name
    prints.order(prints.stamps.issue(40), quota=small)
    with pytest.raises(Refused) as refused:
        prints.order(prints.stamps.issue(1), quota=Quota(2, 10**6))
    assert (refused.value.key, refused.value.params["n"]) == ("print.quota.open", 2)
    other = coops(prints, 1)[0]
    prints.order(prints.stamps.issue(60, actor=other.boss), other.boss, quota=small)  # has its own


def test_what_was_cancelled_or_printed_yesterday_does_not_count(prints: PrintWorld) -> None:
    small = Quota(5, 100)
    run = prints.order(prints.stamps.issue(90), quota=small)
    with transaction() as session:
        print_runs.cancel_print(session, prints.stamps.actor, run.public_id, prints.now())
    prints.order(prints.stamps.issue(90), quota=small)
    prints.ahead += timedelta(days=1)
    prints.order(prints.stamps.issue(90), quota=small)


def test_orders_at_once_never_pass_the_quota_together(prints: PrintWorld) -> None:
    blocks = [prints.stamps.issue(10) for _ in range(8)]
    ends: Counter[str] = Counter()
    together = threading.Barrier(8)

    def ask(block: StampBlock) -> None:
        together.wait()
        try:
            prints.order(block, quota=Quota(3, 10**6))
        except Refused as refused:
            ends[refused.key] += 1

    threads = [threading.Thread(target=ask, args=(block,)) for block in blocks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(rows(PrintRun)), ends) == (3, {"print.quota.open": 5})


# --- keeping --------------------------------------------------------------------------------------


def test_housekeeping_removes_old_files_and_a_gone_one_comes_back_equal(prints: PrintWorld) -> None:
    old, actor = prints.order(prints.stamps.issue(70)), prints.stamps.actor
    work.run_one_print(prints.desk())
    before = prints.file_of(old)
    prints.ahead += timedelta(days=prints.settings.print_files_days + 1)
    fresh = prints.order(prints.stamps.issue(5))
    work.run_one_print(prints.desk())
    stray = prints.settings.prints / ".khac.0000.part"
    stray.write_bytes(b"half")
    os.utime(stray, (0, 0))
    with transaction() as session:
        number = schedules.run_now(session, "housekeep", "", prints.now())
    assert work.run_one(prints.desk(), number) == "done"
    assert prints.files() == [f"{fresh.public_id}.pdf"]
    with transaction() as session:
        print_runs.make_again(session, actor, old.public_id, Quota(3, 1), prints.now())
    assert work.run_one_print(prints.desk()) == "done"
    assert prints.file_of(old) == before
    run = prints.run(old.public_id)
    assert (run.state, run.sha256) == (RunState.READY, sha256(before))
    with transaction() as session:
        schedules.run_now(session, "housekeep", "", prints.now())
    work.run_one(prints.desk())
    assert len(prints.files()) == 2  # made again: kept anew


def test_a_remake_that_is_cancelled_is_a_ready_print_still(prints: PrintWorld) -> None:
    run, actor = prints.order(prints.stamps.issue(5)), prints.stamps.actor
    work.run_one_print(prints.desk())
    with transaction() as session:
        print_runs.make_again(session, actor, run.public_id, Quota(3, 1), prints.now())
        print_runs.cancel_print(session, actor, run.public_id, prints.now())
    assert prints.run(run.public_id).state == RunState.READY
    assert work.run_one_print(prints.desk()) is None


def test_a_block_closed_meanwhile_is_not_printed(prints: PrintWorld) -> None:
    block = prints.stamps.roll(4)
    run = prints.order(block, reason="thử")
    prints.stamps.void(block, block.first, block.last)
    with transaction() as session:
        stamp_printing.close_block(session, prints.stamps.actor, block.public_id, prints.now())
    work.run_one_print(prints.desk())
    failed = prints.run(run.public_id)
    assert (failed.state, failed.problem, prints.files()) == (RunState.FAILED, "print.closed", [])


def test_who_may_not_print(lite: PrintWorld) -> None:
    block = lite.stamps.issue(5)
    with transaction() as session:
        other = world.make_coop(session, lite.now())
    with pytest.raises(NotFound):
        lite.order(block, other.boss)
    run = lite.order(block)
    with pytest.raises(NotFound), reading() as session:
        print_runs.find_run(session, other.boss, run.public_id)
