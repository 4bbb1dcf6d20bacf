"""Many tenants print at once: so many processes and no more, by turns, and who scans does not notice."""

import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlmodel import col, select

from tests import stamped, world
from tests.jobs.print_world import PrintWorld, make_print_world
from trace.app import create_app
from trace.db import Database, reading, transaction
from trace.jobs import clock, print_stamps, work
from trace.records.job import Job
from trace.records.stamp import PrintRun, RunState
from trace.services.print_drawing import Drawer, drawer

TENANTS, STAMPS = 20, 100_000
SCANS = 300
MEDIAN_RATIO, TAIL_RATIO = 2.5, 5.0
"""How much slower a verdict may be while twenty tenants print; generous, for machines that others use too."""


@pytest.fixture
def prints(database: Database, database_url: str, tmp_path: Path) -> PrintWorld:
    return make_print_world(database_url, tmp_path)


@contextmanager
def working(prints: PrintWorld) -> Iterator[None]:
    """Workers and clock of one process, as an installation has them."""
    desk = prints.desk("runner")
    runner = work.Runner(desk, 1, clock.make_clock(desk))
    runner.start()
    try:
        yield
    finally:
        assert runner.stop()


def tenants(prints: PrintWorld, n: int, each: int, stamps: int) -> None:
    """So many cooperatives with so many prints each, the first one's all before the next one's."""
    with transaction() as session:
        coops = [world.make_coop(session, prints.now()) for _ in range(n)]
    for coop in coops:
        for _ in range(each):
            prints.order(prints.stamps.issue(stamps, actor=coop.boss), coop.boss)


def open_prints() -> int:
    with reading() as session:
        runs = session.exec(select(PrintRun)).all()
    return sum(run.state in (RunState.WAITING, RunState.RUNNING) for run in runs)


class Children:
    """Counts the drawing processes that live at the same time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = self.most = 0
        self._lock = threading.Lock()
        monkeypatch.setattr(print_stamps, "drawer", self.counted)

    @contextmanager
    def counted(self, order: str) -> Iterator[Drawer]:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            with drawer(order) as drawing:
                yield drawing
        finally:
            with self._lock:
                self.now -= 1


def test_no_more_processes_than_allowed_and_every_tenant_gets_a_turn(
    prints: PrintWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    children = Children(monkeypatch)
    tenants(prints, 4, 2, 10)
    with working(prints):
        while open_prints():
            time.sleep(0.05)
    assert children.most == prints.settings.print_children == 2
    with reading() as session:
        order = session.exec(
            select(PrintRun.org_id, Job.started_at)
            .join(Job, col(Job.subject) == col(PrintRun.public_id))
            .order_by(col(Job.started_at), col(Job.id))
        ).all()
        states = {run.state for run in session.exec(select(PrintRun)).all()}
    assert states == {RunState.READY}
    assert Counter(org for org, _at in order[:4]) == Counter({org: 1 for org, _at in order})


def scanned(client: FlaskClient, codes: list[str], n: int) -> list[float]:
    """Seconds each of so many verdicts took."""
    taken = []
    for i in range(n):
        began = time.perf_counter()
        assert client.get(f"/{codes[i % len(codes)]}").status_code == 200
        taken.append(time.perf_counter() - began)
        time.sleep(0.005)
    return taken


def tail(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1]


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_twenty_tenants_printing_leave_scanning_undisturbed(prints: PrintWorld) -> None:
    with transaction() as session:
        coop = prints.stamps.coop
        lot = world.make_lot(session, prints.now(), coop.plot, coop.product)
        block = stamped.make_block(session, prints.now(), coop, prints.settings.key_folder, 60)
        stamped.activate(session, prints.now(), block, lot)
        codes = [stamped.code_of(session, block.kid, block.first + n) for n in range(60)]
        marks = prints.settings.marks
    marks.write_text(f"0\t0\t{block.last + 1}\tfirst\n")
    client = create_app(prints.settings).test_client()
    scanned(client, codes, SCANS)  # every stamp is known, every template read
    before = scanned(client, codes, SCANS)
    tenants(prints, TENANTS, 1, STAMPS)
    busy: list[float] = []
    with working(prints):
        while open_prints():
            busy += scanned(client, codes, 20)
    after = scanned(client, codes, SCANS)
    idle = [*before, *after]
    ratios = statistics.median(busy) / statistics.median(idle), tail(busy) / tail(idle)
    print(f"verdicts beside {TENANTS} x {STAMPS} stamps: median x {ratios[0]:.2f}, p95 x {ratios[1]:.2f}, "
          f"{len(busy)} scans")  # fmt: skip
    assert len(busy) > 100
    assert ratios[0] <= MEDIAN_RATIO
    assert ratios[1] <= TAIL_RATIO
