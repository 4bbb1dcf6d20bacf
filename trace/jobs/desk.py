"""What a job works with: settings, clock, the wires to the marketplaces, and its own claimed row."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlmodel import Session

from marketplaces import directory
from marketplaces.carriers import directory as carriers
from marketplaces.carriers.interface import Carrier
from marketplaces.carriers.values import Pass
from marketplaces.http import CallRecord, Client, Patience
from marketplaces.interface import Marketplace
from marketplaces.pace import LentPace, Pacing
from marketplaces.report_server.values import Bounds
from marketplaces.values import AppKeys, Credentials
from marketplaces.wire import Transport, Wire
from trace.db import transaction
from trace.jobs.webhook import Postman
from trace.services import leases, market_pace
from trace.services.carrier_accounts import carrier_keys
from trace.services.leases import Held
from trace.services.market_access import app_keys
from trace.settings import Settings

BURST = 5
"""Calls an idle bucket lets out at once."""


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
    threads: int = 1
    now: Callable[[], datetime] = utc_now
    sleep: Callable[[float], None] = time.sleep
    transport: Callable[[], Transport] = Wire
    patience: Patience = field(default_factory=Patience)
    pace: Pacing | None = None
    server_bounds: Bounds = field(default_factory=Bounds)
    postman: Postman | None = None
    stopping: threading.Event = field(default_factory=threading.Event)
    claiming: threading.Lock = field(default_factory=threading.Lock)
    _paces: dict[str, Pacing] = field(default_factory=dict)
    _busy: Counter[str] = field(default_factory=Counter)

    @property
    def lease(self) -> timedelta:
        """How long a job claimed here is ours without a sign of life."""
        return timedelta(seconds=self.settings.job_lease_s)

    def full(self) -> list[str]:
        """Marketplaces that hold as many of this process's workers as one may.

        A third, so that marketplaces which hang leave workers to those that answer.
        """
        most = max(1, self.threads // 3)
        return [name for name, count in self._busy.items() if name and count >= most]

    @contextmanager
    def worker_of(self, marketplace: str) -> Iterator[None]:
        """Give back the worker counted by ``engage`` when the work is over."""
        try:
            yield
        finally:
            with self.claiming:
                self._busy[marketplace] -= 1

    def engage(self, marketplace: str) -> None:
        """Count a worker as busy with a marketplace; called while ``claiming`` is held."""
        self._busy[marketplace] += 1

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
        client = self._client(self._pace_of(marketplace), calls, transport)
        return directory.open_shop(marketplace, client, self.keys(marketplace), credentials, self.now)

    def open_carrier(self, name: str, token: Pass | None, calls: "Calls | None" = None) -> Carrier:
        """The adapter of one account at a carrier."""
        keys = carrier_keys(self.settings, name)
        told = carriers.open_carrier(name, Client(), keys, None, self.now).capabilities
        client = self._client(self._pace(f"carrier/{name}", told.rate_per_s), calls, None)
        return carriers.open_carrier(name, client, keys, token, self.now)

    def _client(self, pace: Pacing, calls: "Calls | None", transport: Transport | None) -> Client:
        return Client(
            transport=transport or self.transport(),
            pace=pace,
            recorder=calls.count if calls else None,
            patience=self.patience,
            sleep=self.sleep,
        )

    def _pace_of(self, marketplace: str) -> Pacing:
        known = self.pace or self._paces.get(marketplace)
        if known is not None:
            return known
        keys = self.keys(marketplace)
        told = directory.open_shop(marketplace, Client(), keys, None, self.now).capabilities
        return self._pace(marketplace, told.rate_per_s)

    def _pace(self, name: str, rate_per_s: float) -> Pacing:
        if self.pace is not None:
            return self.pace
        if name not in self._paces:
            pace = LentPace(partial(self._lend, rate_per_s), rate_per_s, sleep=self.sleep)
            self._paces.setdefault(name, pace)
        return self._paces[name]

    def _lend(self, rate_per_s: float, bucket: str, calls: int) -> float:
        with transaction() as session:
            return market_pace.book(session, bucket, calls, rate_per_s, BURST, self.now())


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
