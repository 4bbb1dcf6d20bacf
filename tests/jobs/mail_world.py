"""An office that sends mail: its settings, a clock that travels, orders to report, addresses that agreed."""

import itertools
import os
import signal
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from tests import world
from tests.mail_stand import MailStand
from trace.crashpoint import arm
from trace.db import open_database, reading, transaction, use_database
from trace.jobs import clock, work
from trace.jobs.desk import Desk
from trace.records.account import Account
from trace.records.mail import Mail, MailAddress
from trace.records.market_order import MarketOrder
from trace.records.report import Report, ReportRun
from trace.records.shop import Shop
from trace.services import instance_facts, order_figures, schedules
from trace.services.admission import Actor, actor_of
from trace.services.intake import read
from trace.services.mailing import addresses, outbox
from trace.services.mailing.letters import Letter
from trace.services.office_reports import plans, runs
from trace.services.office_reports.views import View
from trace.settings import Settings
from trace.standards.local_time import local_day

NOW = datetime(2026, 6, 12, 2, 30, tzinfo=UTC)
"""A Friday, half past nine in Vietnam."""
WEEKLY = {"title": "Vải tuần", "span": "week", "rhythm": "week", "day": "1", "hour": "7", "as_xlsx": True}


@dataclass
class MailWorld:
    """One office over the database in use."""

    url: str
    settings: Settings
    stand: MailStand
    office: Account
    now: datetime = NOW
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def actor(self) -> Actor:
        return actor_of(self.office)

    @property
    def desk(self) -> Desk:
        return Desk(self.settings, "one", now=lambda: self.now)

    def travel(self, **span: float) -> None:
        self.now += timedelta(**span)

    def address(self, name: str = "hoa", *, confirmed: bool = True, **given: Any) -> MailAddress:
        """An address that was asked, and has agreed."""
        values = {"name": f"Chị {name}", "address": f"{name}@so.example.vn", **given}
        with transaction() as session:
            said = read(addresses.AddressIn, values)
            row = addresses.add_address(session, self.actor, said, self.now)
        self.work()
        if confirmed:
            with transaction() as session:
                addresses.confirm(session, row.public_id, addresses.secret_of(row), self.now)
        return row

    def write_all(self, about: str) -> None:
        """A letter to everybody who agreed."""
        with transaction() as session:
            for row in addresses.addresses(session, self.actor):
                outbox.queue_mail(session, row, Letter(about, "Số liệu", "Xin chào"), self.now)

    def report(self, *readers: MailAddress, view: View | None = None, **given: Any) -> Report:
        values = {**WEEKLY, **given, "readers": tuple(one.public_id for one in readers)}
        with transaction() as session:
            said = read(plans.ReportIn, values)
            view = view or View("orders")
            return plans.add_report(session, self.actor, said, view, self.now)

    def order(self, at: datetime | None = None) -> None:
        """One completed order of this moment."""
        at = at or self.now
        number = next(self.numbers)
        with transaction() as session:
            org = world.make_org(session, at)
            shop = Shop(org_id=org.id, marketplace="shopee", ext_shop_id=str(number), name="Gian hàng")
            shop.created_at, shop.state, shop.last_success_at = at, "connected", at
            world.add(session, shop)
            row = MarketOrder(
                shop_id=shop.id, ext_order_id=f"DON-{number}", status_raw="x", status="completed"
            )
            row.ext_modified_at = row.ordered_at = row.first_seen_at = row.changed_at = at
            row.day, row.payload_hash, row.is_priced = local_day(at), "x", True
            world.add(session, row)
            order_figures.recompute(session, set(), {(shop.id, row.day)})

    def work(self, most: int = 20) -> None:
        """The clock ticks and workers work, until nothing is due at this moment."""
        clock.plan_house(self.desk)
        for name in ("plan_reports", "send_mail"):
            self.run(name)
            for _ in range(most):
                if work.run_one(self.desk) is None:
                    break
        self.run("send_mail")

    def run(self, name: str) -> None:
        """One job of the house, at once."""

        with transaction() as session:
            number = schedules.run_now(session, name, "", self.now)
        work.run_one(self.desk, number)

    def dies(self, name: str, point: str) -> bool:
        """Whether a forked worker that does this job is killed at the named point."""
        with transaction() as session:
            number = schedules.run_now(session, name, "", self.now)
        return self.dies_at_next(point, number)

    def dies_at_next(self, point: str, number: int | None = None) -> bool:
        """The same of a job that waits: the one named, or the one due longest."""
        child = os.fork()
        if child == 0:
            try:
                use_database(open_database(self.url))
                arm(point)
                work.run_one(self.desk, number)
            finally:
                os._exit(0)
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status) == -signal.SIGKILL

    def take_over(self) -> None:
        """The lease of the dead is over."""
        self.travel(minutes=5)
        clock.reap(self.desk)

    def mails(self) -> list[Mail]:
        with reading() as session:
            return list(session.execute(select(Mail).order_by(col(Mail.id))).scalars())

    def states(self, about: str = "report/") -> list[str]:
        return [one.state for one in self.mails() if one.about.startswith(about)]

    def runs(self, report: Report) -> list[ReportRun]:
        with reading() as session:
            return list(runs.runs_of(session, self.actor, report.id))


def make_mail_world(url: str, folder: Path, stand: MailStand) -> MailWorld:
    settings = Settings(instance=folder, database_url=url, public_url="http://localhost", mail=stand.settings)
    with transaction() as session:
        instance_facts.found(session, public_url="http://localhost", is_demo=False)
        office = world.make_office(session, NOW)
    return MailWorld(url, settings, stand, office)
