"""Two real ``nongsan work`` commands over one PostgreSQL, and a witness of every write to a shop's rows."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import make_url, select, text, update
from sqlmodel import col

import nongsan
from tests import world
from tests.jobs.market import APP_ID, LISTINGS, SECRET, Market, credentials
from trace.db import reading, transaction
from trace.jobs.kinds import HOUSE_KINDS
from trace.keyring import make_master_key, use_keyring
from trace.records.job import Job, JobState, Schedule
from trace.services import shop_circuit, shops

PATIENCE_S = 120.0
"""Generous: a machine may be busy; nothing here measures speed."""

WITNESS = """
CREATE TABLE witness (id bigserial PRIMARY KEY, shop bigint, writer text, holder text, place text);
CREATE FUNCTION note_write() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_shop bigint;
    holder text;
BEGIN
    IF TG_TABLE_NAME = 'shop' THEN of_shop := NEW.id; ELSE of_shop := NEW.shop_id; END IF;
    IF TG_TABLE_NAME = 'job' THEN
        IF of_shop IS NULL OR NEW.lease_owner IS NULL THEN RETURN NULL; END IF;
        holder := NEW.lease_owner;
    ELSE
        SELECT lease_owner INTO holder FROM job WHERE shop_id = of_shop AND state = 'running';
    END IF;
    INSERT INTO witness (shop, writer, holder, place)
    VALUES (of_shop, current_setting('application_name'), holder, TG_TABLE_NAME);
    RETURN NULL;
END $$;
"""
WATCHED = ("job", "shop", "market_order", "shop_day")


def set_up_witness() -> None:
    """From now on every write to a shop's rows is noted with who wrote and who held the shop's job."""
    with transaction() as session:
        session.execute(text(WITNESS))
        for table in WATCHED:
            when = f"AFTER INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION note_write()"
            session.execute(text(f"CREATE TRIGGER witness {when}"))


def until(condition: Callable[[], Any], what: str) -> Any:
    """Wait for a condition and give what it gave."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited {PATIENCE_S:.0f} s in vain for: {what}")


@dataclass
class Worker:
    """One process; ``name`` is what PostgreSQL calls its connections."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def said(self, words: str) -> bool:
        return words in self.log.read_text("utf-8")

    def is_ready(self) -> bool:
        """Whether it takes jobs; one that ended instead is a failure with what it said."""
        assert self.process.poll() is None, self.log.read_text("utf-8")[-4000:]
        return self.said("work: ready")

    def is_between_transactions(self) -> bool:
        """Whether none of its connections holds a lock that would outlive a stop."""
        busy = "SELECT count(*) FROM pg_stat_activity WHERE application_name = :name AND state <> 'idle'"
        with reading() as session:
            return session.execute(text(busy), {"name": self.name}).scalar() == 0

    def freeze(self) -> None:
        """Stop it between two transactions, like a laptop's lid in the middle of a call."""
        while True:
            self.process.send_signal(signal.SIGSTOP)
            if self.is_between_transactions():
                return
            self.process.send_signal(signal.SIGCONT)
            time.sleep(0.05)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)


@dataclass
class Floor:
    """The shops, and the two processes that work for them."""

    market: Market
    url: str
    folder: Path
    shops: list[shops.Shop]

    @contextmanager
    def two_workers(self) -> Iterator[list[Worker]]:
        """Both ready; each has connections of its own name and its own log."""
        workers = [self._start(name) for name in ("one", "two")]
        try:
            for worker in workers:
                until(worker.is_ready, f"{worker.name} is ready")
            yield workers
        finally:
            for worker in workers:
                worker.process.kill()
                worker.process.wait()

    def _start(self, name: str) -> Worker:
        url = make_url(self.url).update_query_dict({"application_name": name})
        env = {**os.environ, "NONGSAN_INSTANCE": str(self.folder)}
        env["DATABASE_URL"] = url.render_as_string(hide_password=False)
        log = self.folder / f"{name}.log"
        command = [sys.executable, str(Path(nongsan.ROOT) / "nongsan.py"), "work"]
        with log.open("wb") as err:
            return Worker(name, subprocess.Popen(command, env=env, stdout=err, stderr=err), log)

    def all_due(self) -> None:
        """Every shop's sync is due now, whatever its turn was."""
        due = update(Schedule).where(col(Schedule.kind) == shop_circuit.SYNC)
        with transaction() as session:
            session.execute(due.values(next_due_at=datetime.now(UTC)))

    def jobs(self) -> list[Job]:
        """Every sync there was, oldest first."""
        with reading() as session:
            rule = col(Job.kind) == shop_circuit.SYNC
            return list(session.execute(select(Job).where(rule).order_by(col(Job.id))).scalars())

    def running(self) -> Job | None:
        return next((job for job in self.jobs() if job.state == JobState.RUNNING), None)

    def writes(self) -> list[Any]:
        """What the witness saw: shop, writer, holder, place."""
        with reading() as session:
            return list(session.execute(text("SELECT shop, writer, holder, place FROM witness ORDER BY id")))


def open_floor(market: Market, url: str, folder: Path, count: int, *, lease_s: int) -> Floor:
    """So many connected shops, none of them due, and the instance both processes share."""
    use_keyring(make_master_key(folder / "master.key"))
    shopee = f'base_url = "{market.base_url}"\napp_id = "{APP_ID}"\napp_secret = "{SECRET}"\n'
    said = f"sync_first_days = 14\njob_lease_s = {lease_s}\n[marketplaces.shopee]\n{shopee}"
    (folder / "nongsan.toml").write_text(said, "utf-8")
    now = datetime.now(UTC)
    with transaction() as session:
        coop = world.make_coop(session, now)
        made = [shops.connect(session, coop.boss, _seeded(market, n, now), 300, now) for n in range(count)]
        # Only what a test makes due comes due: no nightly comparison in the middle of it.
        others = col(Schedule.kind).not_in([shop_circuit.SYNC, *HOUSE_KINDS])
        session.execute(update(Schedule).where(others).values(is_enabled=False))
        later = now.replace(year=now.year + 1)
        session.execute(
            update(Schedule).where(col(Schedule.kind) == shop_circuit.SYNC).values(next_due_at=later)
        )
    set_up_witness()
    return Floor(market, url, folder, made)


def _seeded(market: Market, n: int, now: datetime) -> shops.NewShop:
    listings = [{**listing, "id": f"8100{n:02}{place:02}"} for place, listing in enumerate(LISTINGS)]
    told = market.control("seed", name=f"HTX {n}", app={"id": APP_ID, "secret": SECRET}, listings=listings)
    return shops.NewShop("shopee", told["name"], credentials(told, now))
