"""What a job works with: settings, clock, the wires to the marketplaces, and its own claimed row."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session

from marketplaces import directory
from marketplaces.http import CallRecord, Client, Patience
from marketplaces.interface import Marketplace
from marketplaces.pace import Pace
from marketplaces.values import AppKeys, Credentials
from marketplaces.wire import Transport, Wire
from trace.db import transaction
from trace.services import leases
from trace.services.leases import Held
from trace.services.market_access import app_keys
from trace.settings import Settings


class Stopping(Exception):
    """The process is to end: the job goes back to the queue with its progress."""


def utc_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


@dataclass
class Desk:
    """One process's place of work; tests give it another clock, transport or pace."""

    settings: Settings
    owner: str
    now: Callable[[], datetime] = utc_now
    sleep: Callable[[float], None] = time.sleep
    transport: Callable[[], Transport] = Wire
    patience: Patience = field(default_factory=Patience)
    pace: Pace | None = None
    stopping: threading.Event = field(default_factory=threading.Event)
    _paces: dict[str, Pace] = field(default_factory=dict)

    @property
    def lease(self) -> timedelta:
        """How long a job claimed here is ours without a sign of life."""
        return timedelta(seconds=self.settings.job_lease_s)

    def keys(self, marketplace: str) -> AppKeys:
        """Our application at the marketplace."""
        return app_keys(self.settings, marketplace)

    def open(
        self,
        marketplace: str,
        credentials: Credentials | None,
        calls: "Calls | None" = None,
        transport: Transport | None = None,
    ) -> Marketplace:
        """The adapter of one shop; its calls are counted in ``calls``."""
        client = Client(
            transport=transport or self.transport(),
            pace=self._pace_of(marketplace),
            recorder=calls.count if calls else None,
            patience=self.patience,
            sleep=self.sleep,
        )
        return directory.open_shop(marketplace, client, self.keys(marketplace), credentials, self.now)

    def _pace_of(self, marketplace: str) -> Pace:
        if self.pace is not None:
            return self.pace
        if marketplace not in self._paces:
            keys = self.keys(marketplace)
            told = directory.open_shop(marketplace, Client(), keys, None, self.now).capabilities
            self._paces.setdefault(marketplace, Pace(told.rate_per_s))
        return self._paces[marketplace]


@dataclass
class Calls:
    """Calls made for one job: how many, how many again, and the last request ids for the shop's support."""

    made: int = 0
    again: int = 0
    failed: int = 0
    request_ids: list[str] = field(default_factory=list)

    def count(self, record: CallRecord) -> None:
        """Note one attempt."""
        self.made += 1
        self.again += record.attempt > 1
        self.failed += bool(record.error)
        if record.request_id:
            self.request_ids = [*self.request_ids, record.request_id][-3:]


@dataclass
class Run:
    """One claimed job being run; every write of it goes through ``writing``, under its fence."""

    desk: Desk
    job: Held
    payload: dict[str, Any] = field(init=False)
    calls: Calls = field(default_factory=Calls)
    stats: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.payload = dict(self.job.payload)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that is refused, whole, when the lease is lost."""
        with transaction() as session:
            leases.hold(session, self.job, self.desk.now())
            yield session

    def keep(self, session: Session, **progress: Any) -> None:
        """Note how far the job got, in the transaction of what it did."""
        self.payload = progress
        leases.note(session, self.job, self.desk.now(), progress)

    def add(self, **counts: int) -> None:
        """Add to the run's figures."""
        for name, count in counts.items():
            self.stats[name] = self.stats.get(name, 0) + count

    def pause_point(self) -> None:
        """Between two pieces of work: stop here when the process is to end."""
        if self.desk.stopping.is_set():
            raise Stopping
