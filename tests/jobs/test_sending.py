"""Prints on their way to a printer: exactly the file, once; broken off anywhere, never again by itself."""

import hashlib
import os
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from labels.printers import TcpPrinter, tcp_parts
from tests import world
from tests.jobs.print_world import NO_LIMIT, PrintWorld, make_print_world
from tests.jobs.printer_port import LOOPBACK, PrinterPort, own_host
from tests.jobs.test_print_load import working
from tests.labels.printer_languages import read_zpl
from tests.services.stamp_world import all_faults
from trace.db import Database, reading, transaction
from trace.errors import Conflict, Invalid, NotFound, Refused
from trace.jobs import clock, send_stamps, work
from trace.records.event import LogLeaf
from trace.records.job import Job, JobState
from trace.records.label_printer import LabelPrinter
from trace.records.stamp import BlockState, PrintRun, RunState, Sending, StampBlock
from trace.services import label_printers, leases, print_runs, stamp_history, stamp_printing, stamp_sending
from trace.services.intake import read
from trace.services.label_printers import PrinterIn
from trace.services.print_quota import Quota
from trace.services.stamp_ranges import Range

LONG = 20_000
"""Stamps whose file is larger than what two ends of a connection keep."""
ROLL = "roll-50x30"


@pytest.fixture
def prints(database: Database, database_url: str, tmp_path: Path) -> PrintWorld:
    return make_print_world(database_url, tmp_path, printer_hosts=(LOOPBACK,))


@pytest.fixture
def lite(sqlite: Database, sqlite_url: str, tmp_path: Path) -> PrintWorld:
    """For tests whose subject is not the database."""
    return make_print_world(sqlite_url, tmp_path, printer_hosts=(LOOPBACK,))


def add_printer(prints: PrintWorld, address: str, kind: str = "zpl", coop: world.Coop | None = None) -> str:
    given = read(PrinterIn, {"name": "Máy nhà đóng gói", "kind": kind, "dpi": "203", "address": address})
    with transaction() as session:
        boss = (coop or prints.stamps.coop).boss
        return label_printers.add_printer(session, boss, given, prints.now()).public_id


def drawn(
    prints: PrintWorld, printer: str, count: int = 30, *, kind: str = "zpl", **given: object
) -> PrintRun:
    """A print to be sent, its file in place."""
    block = given.pop("block", None) or prints.stamps.issue(count)
    run = prints.order(block, send=True, stock=ROLL, format=kind, printer=printer, **given)
    assert work.run_one_print(prints.desk()) == "done"
    return prints.run(run.public_id)


def send(prints: PrintWorld, run: PrintRun) -> PrintRun:
    assert work.run_one_sending(prints.desk()) == "done"
    return prints.run(run.public_id)


def ended(run: PrintRun) -> tuple[str, str]:
    return run.sending, run.send_problem


def leaves(act: str) -> list[str]:
    with reading() as session:
        return [leaf.body for leaf in session.exec(select(LogLeaf)).all() if f'"act":"{act}"' in leaf.body]


def wait_for(question: Callable[[], object], patience_s: float = 60.0) -> None:
    until = time.monotonic() + patience_s
    while not question():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.parametrize("kind", ["zpl", "tspl"])
def test_the_port_receives_exactly_the_bytes_of_the_file_once(prints: PrintWorld, kind: str) -> None:
    with PrinterPort() as port:
        run = drawn(prints, add_printer(prints, port.address, kind), 300, kind=kind)
        assert (run.state, run.sending) == (RunState.READY, Sending.ASKED)
        after = send(prints, run)
        assert work.run_one_sending(prints.desk()) is None
        port.quiet()
        assert port.data == prints.file_of(after)
        assert (port.sha256, len(port.jobs)) == (after.sha256, 1)
    assert ended(after) == (Sending.SENT, "")
    assert (after.sent, after.sent_bytes, after.sent_to) == (300, after.size, port.address)
    assert len(leaves("send")) == 1
    assert all_faults() == []


def test_the_workers_of_an_installation_draw_it_and_send_it(prints: PrintWorld) -> None:
    with PrinterPort() as port, working(prints):
        printer, block = add_printer(prints, port.address), prints.stamps.issue(300)
        run = prints.order(block, send=True, stock=ROLL, format="zpl", printer=printer)
        wait_for(lambda: not prints.run(run.public_id).is_open)
        port.quiet()
        assert port.sha256 == prints.run(run.public_id).sha256
    assert ended(prints.run(run.public_id)) == (Sending.SENT, "")


def test_a_print_is_ordered_to_be_sent_or_not(prints: PrintWorld) -> None:
    printer, block = add_printer(prints, f"tcp://{own_host()}"), prints.stamps.issue(5)
    given = {"stock": ROLL, "format": "zpl", "printer": printer, "request_id": "mot"}
    assert prints.order(block, send=True, **given).sending == Sending.ASKED
    assert prints.order(block, send=True, **given).sending == Sending.ASKED
    with pytest.raises(Conflict):
        prints.order(block, send=False, **given)


@pytest.mark.parametrize(
    ("printer", "order", "why"),
    [
        ({"kind": "zpl", "address": ""}, "zpl", "send.no_address"),
        ({"kind": "tspl", "address": "tcp://127.0.0.1"}, "zpl", "send.kind"),
        ({"kind": "pdf", "address": "cups://Canon"}, "pdf", "send.kind"),
        (None, "zpl", "send.no_address"),
    ],
)
def test_a_printer_that_can_not_be_sent_this_is_refused_at_once(
    lite: PrintWorld, printer: dict[str, str] | None, order: str, why: str
) -> None:
    name = add_printer(lite, printer["address"], printer["kind"]) if printer else ""
    with pytest.raises(Refused) as refused:
        lite.order(lite.stamps.issue(5), send=True, stock=ROLL, format=order, printer=name)
    assert refused.value.key == why
    with reading() as session:
        assert session.exec(select(PrintRun)).all() == []


def test_anothers_printer_and_an_absent_one_are_the_same(prints: PrintWorld) -> None:
    with transaction() as session:
        other = world.make_coop(session, prints.now())
    theirs = add_printer(prints, f"tcp://{own_host()}", coop=other)
    block = prints.stamps.issue(5)
    told = []
    for name in (theirs, "zzzzzzzzzz"):
        with pytest.raises(Invalid) as wrong:
            prints.order(block, send=True, stock=ROLL, format="zpl", printer=name)
        told.append([(problem.field, problem.key) for problem in wrong.value.problems])
        with pytest.raises(NotFound), transaction() as session:
            label_printers.open_row(session, prints.stamps.actor, name)
    assert told[0] == told[1] == [("printer", "error.value")]


def test_a_row_that_names_anothers_printer_is_not_sent_there(prints: PrintWorld) -> None:
    with transaction() as session:
        other = world.make_coop(session, prints.now())
    with PrinterPort() as port:
        theirs = add_printer(prints, port.address, coop=other)
        run = drawn(prints, add_printer(prints, f"tcp://{own_host()}"))
        with transaction() as session:
            session.get_one(PrintRun, run.id).printer = theirs
        assert ended(send_none(prints, run)) == (Sending.UNSENT, "send.no_address")
    assert port.jobs == []


def send_none(prints: PrintWorld, run: PrintRun) -> PrintRun:
    """The job runs and nothing goes out."""
    after = send(prints, run)
    assert (after.sent, after.sent_bytes) == (0, 0)
    return after


def change(printer: str, **values: object) -> None:
    with transaction() as session:
        row = session.exec(select(LabelPrinter).where(LabelPrinter.public_id == printer)).one()
        for name, value in values.items():
            setattr(row, name, value)


def test_an_address_that_was_changed_to_a_forbidden_one_is_sent_nothing(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    with PrinterPort() as allowed, PrinterPort() as forbidden:
        prints = make_print_world(database_url, tmp_path, printer_hosts=(allowed.host,))
        printer = add_printer(prints, allowed.address)
        run = drawn(prints, printer)
        change(printer, address=forbidden.address)
        assert ended(send_none(prints, run)) == (Sending.UNSENT, "print.hosts")
        assert (allowed.jobs, forbidden.jobs) == ([], [])
        change(printer, address=allowed.address)
        again(prints, run)
        assert ended(send(prints, run)) == (Sending.SENT, "")
        allowed.quiet()
        assert allowed.sha256 == run.sha256


def again(prints: PrintWorld, run: PrintRun, *, is_kept: bool = True) -> PrintRun:
    with transaction() as session:
        actor, at = prints.stamps.actor, prints.now()
        return print_runs.send_again(session, actor, run.public_id, NO_LIMIT, at, is_kept=is_kept)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"address": ""}, "send.no_address"),
        ({"kind": "tspl"}, "send.kind"),
        ({"address": "cups://Zebra"}, "print.hosts"),
        ({"address": "tcp://printer.invalid:9100"}, "send.silent"),
    ],
)
def test_a_printer_that_was_changed_meanwhile_is_asked_anew(
    lite: PrintWorld, values: dict[str, str], why: str
) -> None:
    printer = add_printer(lite, f"tcp://{own_host()}")
    run = drawn(lite, printer)
    change(printer, **values)
    assert ended(send_none(lite, run)) == (Sending.UNSENT, why)


def test_a_retired_printer_and_a_closed_roll_are_sent_nothing(lite: PrintWorld) -> None:
    printer = add_printer(lite, f"tcp://{own_host()}")
    first, block = drawn(lite, printer), lite.stamps.roll(4)
    change(printer, retired_at=lite.now())
    assert ended(send_none(lite, first)) == (Sending.UNSENT, "send.no_address")
    change(printer, retired_at=None)
    second = drawn(lite, printer, block=block, reason="thử")
    lite.stamps.void(block, block.first, block.last)
    with transaction() as session:
        stamp_printing.close_block(session, lite.stamps.actor, block.public_id, lite.now())
    assert ended(send_none(lite, second)) == (Sending.UNSENT, "print.closed")
    with pytest.raises(Refused) as refused:
        again(lite, second)
    assert refused.value.key == "print.closed"


def test_without_a_list_of_printers_nothing_is_sent(
    sqlite: Database, sqlite_url: str, tmp_path: Path
) -> None:
    with PrinterPort() as port:
        prints = make_print_world(sqlite_url, tmp_path)
        run = drawn(prints, add_printer(prints, port.address))
        assert ended(send_none(prints, run)) == (Sending.UNSENT, "print.hosts.off")
    assert port.jobs == []


def test_a_printer_that_is_off_is_told_and_the_same_print_sent_later(prints: PrintWorld) -> None:
    printer = add_printer(prints, f"tcp://{own_host()}")
    run = drawn(prints, printer)
    assert ended(send_none(prints, run)) == (Sending.UNSENT, "send.silent")
    assert work.run_one_sending(prints.desk()) is None  # not by itself
    with PrinterPort() as port:
        change(printer, address=port.address)
        assert again(prints, run).sending == again(prints, run).sending == Sending.ASKED
        assert ended(send(prints, run)) == (Sending.SENT, "")
        port.quiet()
        assert port.sha256 == run.sha256
    with pytest.raises(Refused) as refused:
        again(prints, run)
    assert refused.value.key == "send.late"


def test_a_printer_that_dies_halfway_is_told_with_the_last_stamp(prints: PrintWorld) -> None:
    with PrinterPort(most=100_000) as port:
        run = drawn(prints, add_printer(prints, port.address), LONG)
        after = send(prints, run)
    assert ended(after) == (Sending.PARTLY, "send.broken")
    assert after.sent_bytes >= len(port.data) == 100_000
    assert whole_labels(port.data) <= after.sent < LONG
    assert work.run_one_sending(prints.desk()) is None
    with pytest.raises(Refused):
        again(prints, after)
    assert len(port.jobs) == 1


def whole_labels(data: bytes) -> int:
    end = data.rfind(b"^XZ\n") + 4
    return len(read_zpl(data[:end])) if end > 3 else 0


def test_a_printer_that_takes_nothing_any_more_is_left_after_a_while(
    lite: PrintWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        send_stamps, "printer_at", lambda address: TcpPrinter(*tcp_parts(address), write_s=0.5)
    )
    with PrinterPort(most=50_000, then="hold") as port:
        after = send(lite, drawn(lite, add_printer(lite, port.address), LONG))
    assert ended(after) == (Sending.PARTLY, "send.slow")
    assert 0 < after.sent < LONG


# --- killed and stopped ---------------------------------------------------------------------------


@pytest.mark.parametrize("point", ["send recorded", "send piece:2", "send over"])
def test_killed_at_any_point_nothing_is_sent_twice_and_the_print_is_unknown(
    prints: PrintWorld, point: str
) -> None:
    with PrinterPort() as port:
        run = drawn(prints, add_printer(prints, port.address), 2_000)
        prints.worker(point, work.run_one_sending).end()
        assert prints.run(run.public_id).sending == Sending.SENDING
        after = found_by_the_next_worker(prints, run)
        port.quiet()
        assert prints.file_of(run).startswith(port.data)
        expected = {"send recorded": 0, "send over": run.size}
        assert len(port.data) == expected.get(point, len(port.data))
        assert len(port.jobs) <= 1
    assert ended(after) == (Sending.UNKNOWN, "")


def found_by_the_next_worker(prints: PrintWorld, run: PrintRun) -> PrintRun:
    prints.ahead += timedelta(minutes=30)  # past every lease and wait
    clock.reap(prints.desk())
    assert work.run_one_sending(prints.desk()) == "done"
    assert work.run_one_sending(prints.desk()) is None
    with pytest.raises(Refused) as refused:
        again(prints, run)
    assert refused.value.key == "send.late"
    return prints.run(run.public_id)


def test_a_kill_in_the_middle_of_sending_is_unknown_and_a_reprint_needs_a_reason(prints: PrintWorld) -> None:
    """``kill -9`` from outside, while the printer holds still with half of the file."""
    with PrinterPort(most=200_000, then="hold") as port:
        printer = add_printer(prints, port.address)
        run = drawn(prints, printer, LONG)
        worker = prints.worker("", work.run_one_sending)
        assert port.reached.wait(60)
        worker.kill()
        after = found_by_the_next_worker(prints, run)
        port.quiet()
        assert len(port.data) < run.size
        assert prints.file_of(run).startswith(port.data)
        assert (len(port.jobs), ended(after)) == (1, (Sending.UNKNOWN, ""))
        block = block_of(run)
        with pytest.raises(Invalid):
            prints.order(block, send=True, stock=ROLL, format="zpl", printer=printer)
        reprint = drawn(prints, printer, block=block, reason="kẹt giấy")
        assert ended(send(prints, reprint)) == (Sending.SENT, "")
        port.quiet()
        assert bytes(port.jobs[1]) == prints.file_of(run)  # the same stamps, not one new serial
    assert all_faults() == []


def block_of(run: PrintRun) -> StampBlock:
    with reading() as session:
        return session.get_one(StampBlock, run.block_id)


def test_a_worker_that_lost_its_lease_stops_and_says_nothing(prints: PrintWorld) -> None:
    """It slept; meanwhile another one called the print unknown."""
    with PrinterPort(most=50_000, then="hold") as port:
        run = drawn(prints, add_printer(prints, port.address), LONG)
        ends: list[str | None] = []
        worker = threading.Thread(target=lambda: ends.append(work.run_one_sending(prints.desk("slow"))))
        worker.start()
        assert port.reached.wait(60)
        with transaction() as session:
            job = session.exec(select(Job).where(Job.kind == "send_stamps")).one()
            job.state, job.fence = JobState.PENDING, job.fence + 1
        assert work.run_one_sending(prints.desk("other")) == "done"
        worker.join(60)
        assert ends == ["lost"]
        port.quiet()
        assert len(port.data) < run.size
    assert ended(prints.run(run.public_id)) == (Sending.UNKNOWN, "")


def test_a_person_stops_it_and_what_went_out_is_told(prints: PrintWorld) -> None:
    with PrinterPort(most=50_000, then="hold") as port:
        run = drawn(prints, add_printer(prints, port.address), LONG)
        worker = threading.Thread(target=work.run_one_sending, args=(prints.desk(),))
        worker.start()
        assert port.reached.wait(60)
        cancel(prints, run)
        cancel(prints, run)
        worker.join(60)
        port.quiet()
    after = prints.run(run.public_id)
    assert ended(after) == (Sending.PARTLY, "send.stopped")
    assert whole_labels(port.data) <= after.sent < LONG
    assert after.state == RunState.READY


def cancel(prints: PrintWorld, run: PrintRun) -> None:
    with transaction() as session:
        print_runs.cancel_print(session, prints.stamps.actor, run.public_id, prints.now())


def test_one_that_waits_is_stopped_before_a_byte(prints: PrintWorld) -> None:
    with PrinterPort() as port:
        run = drawn(prints, add_printer(prints, port.address))
        cancel(prints, run)
        assert work.run_one_sending(prints.desk()) is None
        assert ended(prints.run(run.public_id)) == (Sending.UNSENT, "send.cancelled")
        again(prints, run)
        assert ended(send(prints, run)) == (Sending.SENT, "")
        port.quiet()
        assert len(port.jobs) == 1


def test_a_stop_of_the_program_ends_behind_what_is_out(lite: PrintWorld) -> None:
    with PrinterPort(most=50_000, then="hold") as port:
        run, desk = drawn(lite, add_printer(lite, port.address), LONG), lite.desk()
        worker = threading.Thread(target=work.run_one_sending, args=(desk,))
        worker.start()
        assert port.reached.wait(60)
        desk.stopping.set()
        worker.join(60)
    assert ended(lite.run(run.public_id)) == (Sending.PARTLY, "send.restart")


def test_a_stop_of_the_program_before_it_began_gives_it_back(lite: PrintWorld) -> None:
    run, desk = drawn(lite, add_printer(lite, f"tcp://{own_host()}")), lite.desk()
    desk.stopping.set()
    assert work.run_one_sending(desk) == "given back"
    assert lite.run(run.public_id).sending == Sending.ASKED


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Sending.ASKED, (Sending.UNSENT, "send.tries")),
        (Sending.SENDING, (Sending.UNKNOWN, "")),
        (Sending.STOPPING, (Sending.UNKNOWN, "")),
    ],
)
def test_a_sending_whose_workers_all_died_is_told(
    prints: PrintWorld, before: Sending, after: tuple[str, str]
) -> None:
    run = drawn(prints, add_printer(prints, f"tcp://{own_host()}"))
    with transaction() as session:
        job = session.exec(select(Job).where(Job.kind == "send_stamps")).one()
        job.state, job.attempt, job.lease_until = JobState.RUNNING, leases.TRIES, prints.now()
        session.get_one(PrintRun, run.id).sending = before
    prints.ahead += timedelta(minutes=2)
    clock.reap(prints.desk())
    assert ended(prints.run(run.public_id)) == after


# --- turns ----------------------------------------------------------------------------------------


def test_prints_to_one_printer_go_one_after_the_other(prints: PrintWorld) -> None:
    with PrinterPort() as port:
        printer = add_printer(prints, port.address)
        runs = [drawn(prints, printer, 400) for _ in range(5)]
        left = len(runs)

        def work_off() -> None:
            nonlocal left
            while left > 0:
                if work.run_one_sending(prints.desk(threading.current_thread().name)) == "done":
                    left -= 1
                time.sleep(0.01)

        threads = [threading.Thread(target=work_off) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        port.quiet()
        assert (port.most_at_once, len(port.jobs)) == (1, 5)
        arrived = sorted(hashlib.sha256(job).hexdigest() for job in port.jobs)
    assert arrived == sorted(run.sha256 for run in runs)
    assert {prints.run(run.public_id).sending for run in runs} == {Sending.SENT}


def test_a_stuck_printer_keeps_nobody_elses_print_waiting(prints: PrintWorld) -> None:
    with PrinterPort(most=50_000, then="hold") as stuck, PrinterPort() as free:
        first = drawn(prints, add_printer(prints, stuck.address), LONG)
        worker = threading.Thread(target=work.run_one_sending, args=(prints.desk("one"),))
        worker.start()
        assert stuck.reached.wait(60)
        second = drawn(prints, add_printer(prints, free.address))
        assert ended(send(prints, second)) == (Sending.SENT, "")
        stuck.go_on.set()
        worker.join(60)
        stuck.quiet()
        assert stuck.sha256 == first.sha256
    assert ended(prints.run(first.public_id)) == (Sending.SENT, "")


def test_the_second_of_two_that_take_one_printer_is_given_back(prints: PrintWorld) -> None:
    printer = add_printer(prints, f"tcp://{own_host()}")
    first, second = drawn(prints, printer), drawn(prints, printer)
    with transaction() as session:
        stamp_sending.take(session, first.public_id, prints.now())
    with pytest.raises(stamp_sending.PrinterBusy), transaction() as session:
        stamp_sending.take(session, second.public_id, prints.now())
    assert prints.run(second.public_id).sending == Sending.ASKED


def test_a_worker_of_shops_or_of_files_leaves_sendings_alone(lite: PrintWorld) -> None:
    drawn(lite, add_printer(lite, f"tcp://{own_host()}"))
    assert work.run_one(lite.desk()) is None
    assert work.run_one_print(lite.desk()) is None


def test_what_is_being_sent_counts_as_open(prints: PrintWorld) -> None:
    drawn(prints, add_printer(prints, f"tcp://{own_host()}"))
    with pytest.raises(Refused) as refused:
        prints.order(prints.stamps.issue(5), quota=Quota(1, 10**6))
    assert (refused.value.key, refused.value.params["n"]) == ("print.quota.open", 1)


# --- files and paper ------------------------------------------------------------------------------


def test_a_file_that_was_changed_is_dropped_and_made_again_before_it_is_sent(prints: PrintWorld) -> None:
    with PrinterPort() as port:
        run = drawn(prints, add_printer(prints, port.address))
        place = prints.settings.prints / f"{run.public_id}.zpl"
        place.write_bytes(prints.file_of(run).replace(b"^XA", b"^XB", 1))
        assert ended(send_none(prints, run)) == (Sending.UNSENT, "send.file")
        assert not place.exists()
        assert again(prints, run, is_kept=False).state == RunState.WAITING
        assert work.run_one_sending(prints.desk()) is None
        assert work.run_one_print(prints.desk()) == "done"
        assert ended(send(prints, run)) == (Sending.SENT, "")
        port.quiet()
        assert (port.sha256, len(port.jobs)) == (run.sha256, 1)


def test_a_remake_that_is_cancelled_is_unsent_still(prints: PrintWorld) -> None:
    run = drawn(prints, add_printer(prints, f"tcp://{own_host()}"))
    send_none(prints, run)
    again(prints, run, is_kept=False)
    cancel(prints, run)
    after = prints.run(run.public_id)
    assert (after.state, *ended(after)) == (RunState.READY, Sending.UNSENT, "send.cancelled")


def test_the_file_of_a_waiting_print_is_kept_however_old(lite: PrintWorld) -> None:
    run = drawn(lite, add_printer(lite, f"tcp://{own_host()}"))
    with reading() as session:
        assert print_runs.kept_runs(session, lite.now() + timedelta(days=1)) == {run.public_id}


def unclear(prints: PrintWorld) -> PrintRun:
    run = drawn(prints, add_printer(prints, f"tcp://{own_host()}"))
    with transaction() as session:
        session.get_one(PrintRun, run.id).sending = Sending.SENDING
    return send(prints, run)


def say(prints: PrintWorld, run: PrintRun, out: Range | None) -> PrintRun:
    with transaction() as session:
        mine = print_runs.find_run(session, prints.stamps.actor, run.public_id).run
        stamp_sending.say_what_came_out(session, prints.stamps.actor, mine, out, prints.now())
    return prints.run(run.public_id)


def test_a_person_says_what_came_out(prints: PrintWorld) -> None:
    run = unclear(prints)
    part = say(prints, run, Range(run.first, run.first + 11))
    assert (part.sending, part.out_first, part.out_last) == (Sending.SEEN, run.first, run.first + 11)
    assert part.confirmed_by == prints.stamps.actor.account_id
    with pytest.raises(Refused) as refused:
        say(prints, run, None)
    assert refused.value.key == "send.clear"
    none, whole = unclear(prints), unclear(prints)
    assert (say(prints, none, None).sending, prints.run(none.public_id).out_first) == (Sending.SEEN, None)
    assert say(prints, whole, Range(whole.first, whole.last)).sending == Sending.SENT
    for one in (run, none, whole):
        with pytest.raises(Refused):
            again(prints, one)
    with pytest.raises(NotFound):
        say(prints, unclear(prints), Range(0, 0))
    assert len(leaves("came_out")) == 3
    assert all_faults() == []


def test_the_book_of_the_roll_tells_of_every_sending(lite: PrintWorld) -> None:
    run = unclear(lite)
    say(lite, run, None)
    with reading() as session:
        block = session.get_one(StampBlock, run.block_id)
        keys = [one.what.key for one in stamp_history.history(session, lite.stamps.actor, block.public_id)]
    assert keys == ["book.issue", "book.print", "book.send.seen", "book.seen.none"]
    assert block.state == BlockState.PRINTED


# --- queues ---------------------------------------------------------------------------------------


@pytest.fixture
def queue(sqlite: Database, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PrintWorld:
    """A machine whose spooler, a program ``lp``, does what its lines in ``tmp_path/lp.sh`` say."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "lp").write_text(f"#!/bin/sh\ncd '{tmp_path}' && . ./lp.sh\n")
    (folder / "lp").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return make_print_world(sqlite_url, tmp_path / "nongsan", printer_hosts=("cups://Zebra",))


def spool(tmp_path: Path, lines: str) -> Path:
    (tmp_path / "lp.sh").write_text(lines)
    return tmp_path / "spooled"


def test_a_listed_queue_gets_the_file_as_it_is(queue: PrintWorld, tmp_path: Path) -> None:
    spooled = spool(tmp_path, 'cat > spooled; echo "$@" > words')
    run = send(queue, drawn(queue, add_printer(queue, "cups://Zebra")))
    assert ended(run) == (Sending.SENT, "")
    assert spooled.read_bytes() == queue.file_of(run)
    assert (tmp_path / "words").read_text().split()[:4] == ["-d", "Zebra", "-o", "raw"]


def test_an_unlisted_queue_and_one_that_refuses_print_nothing(queue: PrintWorld, tmp_path: Path) -> None:
    spooled = spool(tmp_path, "cat > spooled")
    other = drawn(queue, add_printer(queue, "cups://Other"))
    assert ended(send_none(queue, other)) == (Sending.UNSENT, "print.hosts")
    assert not spooled.exists()
    spool(tmp_path, "echo 'lp: no such printer' >&2; exit 1")
    refused = drawn(queue, add_printer(queue, "cups://Zebra"))
    assert ended(send_none(queue, refused)) == (Sending.UNSENT, "send.cups")
