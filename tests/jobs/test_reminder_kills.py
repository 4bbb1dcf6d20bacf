"""Whoever dies while reminders are written or sent, and however many do it at once: nobody gets one twice,
and of whoever got none somebody is told."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlmodel import col

from tests import world
from tests.jobs.forks import child, dying, ended
from tests.jobs.mail_world import MailWorld
from tests.jobs.test_notices import getting, of_kind, papers, raised, sealed
from tests.services.work_world import BY_SLUG
from trace.db import reading, transaction
from trace.errors import Refused
from trace.jobs import send_mail
from trace.jobs.work import run_one
from trace.records.account import Role
from trace.records.mail import MailState
from trace.records.organisation import Organisation
from trace.records.work_decision import WorkDecision
from trace.services import schedules
from trace.services.admission import Actor, actor_of
from trace.services.mailing import addresses, notices, outbox
from trace.services.work_lists import listing, reminding
from trace.services.work_lists.alarm_mail import MOST, write_alarms
from trace.services.work_lists.item import Look
from trace.services.work_lists.reminding import RemindIn

READERS = ("hoa", "binh", "lan")
MOST_WRITES, LONGEST_S, DEATHS = 24, 0.4, 10
HAULS = [(1, 3), *(pytest.param(seed, DEATHS, marks=pytest.mark.chaos) for seed in range(2, 26))]


def readers(office: MailWorld, *names: str) -> None:
    """Addresses that get all that goes out by itself."""
    for name in names:
        row = office.address(name)
        with transaction() as session:
            wanted = {"checkpoints": True, "reminders": True, "alarms": True}
            addresses.set_topics(session, office.actor, row.public_id, **wanted)


def news(office: MailWorld) -> None:
    """Two alarms, papers that run out, and a checkpoint; each for everybody."""
    office.travel(hours=1)
    for number in (2, 3):
        raised(office, "leaked_key", f"leaked_key/{number}")
    papers(office, 5, 30)
    sealed(office)


def ordered(office: MailWorld, job: str) -> int:
    with transaction() as session:
        return schedules.run_now(session, job, "", office.now)


def die(office: MailWorld, job: str, chance: random.Random) -> None:
    """A worker of this job dies, before some write or after some time; its lease is over."""
    number = ordered(office, job)
    if chance.random() < 0.5:
        writes = chance.randrange(MOST_WRITES)
        with child(lambda: dying(lambda: run_one(office.desk, number), writes)) as other:
            ended(other)
    else:
        with child(lambda: run_one(office.desk, number)) as other:
            time.sleep(chance.random() * LONGEST_S)
            os.kill(other, signal.SIGKILL)
            ended(other)
    office.take_over()


def finish(office: MailWorld) -> None:
    """Others go on until nothing waits."""
    for _ in range(3):
        for job in ("plan_notices", "send_mail"):
            run_one(office.desk, ordered(office, job))
        office.travel(minutes=6)


def each_once(office: MailWorld, deaths: int) -> None:
    """All was written to everybody once. It arrived once, or nobody can know and the office is told."""
    told = [one for one in office.mails() if not one.about.startswith("confirm")]
    abouts = {one.about for one in told}
    assert {one.split("/")[0] for one in abouts} >= {"alarm", "papers", "checkpoint"}
    assert Counter((one.about, one.address_id) for one in told) == Counter(
        (about, number) for about in abouts for number in {one.address_id for one in told}
    )
    assert len({one.address_id for one in told}) == len(READERS)
    arrived = Counter(one.strip("<>").partition("@")[0] for one in office.stand.box.ids())
    assert max(arrived.values()) == 1
    with reading() as session:
        shown = {mail.public_id for mail, _ in outbox.to_look_at(session, office.actor)}
    lost = [one for one in told if one.state != MailState.SENT]
    assert [one.state for one in lost if one.state != MailState.UNKNOWN] == []
    assert {one.public_id for one in lost} <= shown
    assert len(lost) <= deaths
    assert [one.about for one in told if one.state == MailState.SENT and not arrived[one.public_id]] == []


@pytest.mark.parametrize(("seed", "deaths"), HAULS)
def test_reminders_whose_writer_or_sender_dies_reach_each_once(
    office: MailWorld, seed: int, deaths: int
) -> None:
    chance = random.Random(seed)
    readers(office, *READERS)
    news(office)
    for death in range(deaths):
        die(office, "send_mail" if death % 3 else "plan_notices", chance)
    finish(office)
    each_once(office, deaths)
    office.travel(days=1)
    raised(office, "leaked_key", "leaked_key/4")
    finish(office)
    assert len(of_kind(office, "alarm/")) == 3 * len(READERS)


def at_once(one: Callable[[], object], two: Callable[[], object]) -> None:
    """Each in a process of its own, begun at one moment."""
    wait, go = os.pipe()

    def begun(work: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            os.read(wait, 1)
            work()

        return run

    with child(begun(one)) as first, child(begun(two)) as second:
        os.write(go, b"gg")
        assert (ended(first), ended(second)) == (0, 0)
    for end in (wait, go):
        os.close(end)


def test_two_who_write_reminders_at_once_write_each_once(office: MailWorld) -> None:
    readers(office, *READERS)
    news(office)

    def write() -> None:
        with transaction() as session:
            write_alarms(session, office.now)
        with transaction() as session:
            notices.write_reminders(session, office.now)

    at_once(write, write)
    finish(office)
    each_once(office, 0)


@pytest.mark.parametrize("point", ["mail written", "mail begun", "mail sent"])
def test_a_sender_that_slept_through_its_lease_sends_nothing_twice(
    lite_office: MailWorld, point: str
) -> None:
    office = lite_office
    office.address("hoa")
    office.write_all("thu/1")
    number = ordered(office, "send_mail")

    def sleep(name: str) -> None:
        if name == point:
            os.kill(os.getpid(), signal.SIGSTOP)

    def work() -> None:
        send_mail.crashpoint = sleep  # of the child alone
        assert run_one(office.desk, number) == "lost"

    with child(work) as sleeper:
        os.waitpid(sleeper, os.WUNTRACED)
        office.take_over()
        run_one(office.desk, number)
        os.kill(sleeper, signal.SIGCONT)
        assert ended(sleeper) == 0
    finish(office)
    assert office.stand.box.subjects("hoa@so.example.vn").count("Số liệu") == 1


def test_two_officers_who_remind_of_one_item_at_once_remind_once(office: MailWorld) -> None:
    papers(office, 60)
    with transaction() as session:
        org = session.execute(select(Organisation).where(col(Organisation.name) == "HTX 60")).scalar_one()
        others = [world.make_account(session, office.now, Role.OFFICE) for _ in range(2)]
    row = office.address("htx", org=org.public_id)
    with transaction() as session:  # of the paper it is told by the officers here, not by a notice
        mine = {"checkpoints": False, "reminders": False, "alarms": False, "notices": False}
        addresses.set_topics(session, office.actor, row.public_id, **mine)
    slug = BY_SLUG["het-han"]
    with reading() as session:
        (item,) = [
            one
            for one in listing.page(Look(session, office.actor, office.now), slug).items
            if one.kind == "certificate"
        ]

    def remind(actor: Actor) -> Callable[[], None]:
        def act() -> None:
            given = RemindIn(item.standing.number, is_on=True)
            try:
                with transaction() as session:
                    reminding.remind(session, actor, item.kind, item.key, given, office.now)
            except Refused:
                return

        return act

    at_once(*(remind(actor_of(one)) for one in others))
    finish(office)
    (mail,) = of_kind(office, "viec/")
    assert (mail.address_id, mail.state) == (row.id, "sent")
    with reading() as session:
        assert len(session.execute(select(WorkDecision)).all()) == 1
    assert len(office.stand.box.subjects("htx@so.example.vn")) == 2  # the question, and the reminder


def test_alarms_of_before_anybody_asked_keep_no_later_one_waiting(office: MailWorld) -> None:
    """As many as one writing takes stood before the address agreed: the news behind them went to nobody."""
    for number in range(MOST):
        raised(office, "leaked_key", f"leaked_key/{number}")
    office.travel(hours=1)
    getting(office, alarms=True)
    office.travel(hours=1)
    raised(office, "leaked_key", "leaked_key/999")
    office.run("plan_notices")
    assert len(of_kind(office, "alarm/")) == 1
