"""Mail that goes out by itself: checkpoints each day, papers that run out each week, to who ticked them."""

from datetime import date, timedelta

from sqlmodel import select

from tests import world
from tests.jobs.mail_world import MailWorld
from trace.db import transaction
from trace.log_keys import make_signing_key, verifier_keys
from trace.records.certificate import Certificate
from trace.records.product import OcopRating
from trace.records.scan import Alarm
from trace.services import checkpoint_files
from trace.services.logging_acts import append_leaf
from trace.services.mailing import addresses, notices
from trace.standards import signed_note
from trace.standards.local_time import local_day


def getting(office: MailWorld, **topics: bool) -> None:
    row = office.address()
    with transaction() as session:
        wanted = {"checkpoints": False, "reminders": False, "alarms": False, **topics}
        addresses.set_topics(session, office.actor, row.public_id, **wanted)


def sealed(office: MailWorld) -> None:
    """An act, and the checkpoint that holds it."""
    if not office.settings.log_key.exists():
        make_signing_key(office.settings.log_key, "localhost/log")
    with transaction() as session:
        append_leaf(session, "thu", {"n": 1}, office.now)
    office.travel(hours=2)
    office.run("seal_log")


def work(office: MailWorld) -> None:
    office.run("plan_notices")
    office.run("send_mail")


def of_kind(office: MailWorld, kind: str) -> list[object]:
    return [one for one in office.mails() if one.about.startswith(kind)]


def test_the_newest_checkpoint_comes_once_a_day_and_its_signature_holds(office: MailWorld) -> None:
    getting(office, checkpoints=True)
    sealed(office)
    for _ in range(3):
        work(office)
    assert len(of_kind(office, "checkpoint/")) == 1
    _, message = office.stand.box.got[-1]
    (part,) = message.iter_attachments()
    (note,) = checkpoint_files.note_files(office.settings.checkpoints)
    assert part.get_filename() == note.path.name
    assert part.get_content() == note.path.read_bytes()
    keys = [signed_note.public_of(one) for one in verifier_keys(office.settings.log_key)]
    assert signed_note.opened(part.get_content().decode(), keys).size == note.size
    assert note.text().strip() in message.get_body().get_content().replace("\r\n", "\n")
    office.travel(days=1)
    sealed(office)
    work(office)
    assert len(of_kind(office, "checkpoint/")) == 2


def test_who_asks_later_that_day_gets_the_checkpoint_the_others_have(office: MailWorld) -> None:
    """The text told of a newer one than the file beside it."""
    getting(office, checkpoints=True)
    sealed(office)
    work(office)
    row = office.address("binh")
    with transaction() as session:
        wanted = {"checkpoints": True, "reminders": False, "alarms": False}
        addresses.set_topics(session, office.actor, row.public_id, **wanted)
    sealed(office)
    assert len(checkpoint_files.note_files(office.settings.checkpoints)) == 2
    work(office)
    to, message = office.stand.box.got[-1]
    (part,) = message.iter_attachments()
    assert to.startswith("binh")
    assert part.get_content().decode().strip() in message.get_body().get_content().replace("\r\n", "\n")


def test_nobody_gets_what_was_not_ticked(office: MailWorld) -> None:
    office.address()
    sealed(office)
    papers(office, 5)
    work(office)
    assert of_kind(office, "checkpoint/") == of_kind(office, "papers/") == []


def test_nothing_of_this_kind_goes_out_at_night(lite_office: MailWorld) -> None:
    office = lite_office
    getting(office, checkpoints=True)
    sealed(office)
    office.travel(hours=13)  # half past midnight in Vietnam
    work(office)
    assert of_kind(office, "checkpoint/") == []
    office.travel(hours=7)
    work(office)
    assert len(of_kind(office, "checkpoint/")) == 1


def papers(office: MailWorld, *days: int) -> None:
    """A certificate, an OCOP rating, and a certificate nobody confirmed, for each number of days left."""
    today = local_day(office.now)
    with transaction() as session:
        for left in days:
            coop = world.make_coop(session, office.now, name=f"HTX {left}")
            last = today + timedelta(days=left)
            for confirmed in (office.now, None):
                paper = Certificate(org_id=coop.org.id, scheme="vietgap", number=f"{left}-{bool(confirmed)}")
                paper.valid_from, paper.valid_to = date(2024, 1, 1), last
                paper.created_at, paper.confirmed_at = office.now, confirmed
                world.add(session, paper)
            rating = OcopRating(product_id=coop.product.id, stars=4, score=80.0, decision_number=f"QD-{left}")
            rating.decided_on, rating.valid_to, rating.created_at = date(2023, 7, 1), last, office.now
            world.add(session, rating)


def test_papers_that_run_out_within_ninety_days_are_named_once_a_week(office: MailWorld) -> None:
    getting(office, reminders=True)
    papers(office, -1, 0, 89, 90, 91)
    for _ in range(3):
        work(office)
    (mail,) = of_kind(office, "papers/")
    assert mail.about == "papers/2026-24"
    assert "6 giấy tờ" in mail.subject
    assert [line for line in mail.body.splitlines() if "HTX 0" in line] != []
    for owner, is_named in (("HTX -1", False), ("HTX 89", True), ("HTX 90", True), ("HTX 91", False)):
        assert (owner in mail.body) is is_named, owner
    assert "False" not in mail.body, "nobody confirmed it"
    office.travel(days=3)
    work(office)
    assert [one.about for one in of_kind(office, "papers/")] == ["papers/2026-24", "papers/2026-25"]


def test_a_rating_that_a_later_decision_follows_is_not_named(lite_office: MailWorld) -> None:
    office = lite_office
    papers(office, 30)
    with transaction() as session:
        before = notices.papers_ending(session, local_day(office.now))
        rating = session.exec(select(OcopRating)).one()
        follows = OcopRating(product_id=rating.product_id, stars=5, score=92.0, decision_number="QD-moi")
        follows.decided_on, follows.valid_to = date(2026, 6, 1), date(2029, 6, 1)
        follows.created_at = office.now
        world.add(session, follows)
        after = notices.papers_ending(session, local_day(office.now))
    assert len(before) - len(after) == 1


def test_with_nothing_to_remind_of_nothing_is_sent(lite_office: MailWorld) -> None:
    getting(lite_office, reminders=True)
    work(lite_office)
    assert of_kind(lite_office, "papers/") == []


def raised(office: MailWorld, kind: str, subject: str, **given: object) -> None:
    values = {"kind": kind, "subject": subject, "raised_at": office.now, "last_at": office.now, **given}
    with transaction() as session:
        world.add(session, Alarm(**values))


def test_an_alarm_of_stamps_comes_once_and_only_as_news(office: MailWorld) -> None:
    raised(office, "leaked_key", "leaked_key/1")  # before anybody asked for such mail
    office.travel(hours=1)
    getting(office, alarms=True)
    office.travel(hours=1)
    clone = {"detail": '{"rule": "c1", "devices": 9}'}
    raised(office, "leaked_key", "leaked_key/2")
    raised(office, "clone_suspect", "clone/1/7", **clone)
    raised(office, "clone_suspect", "clone/1/8", **clone, cleared_at=office.now)
    raised(office, "not_activated", "not_activated/1/9", times=9)
    for _ in range(3):
        work(office)
    told = of_kind(office, "alarm/")
    assert sorted(one.subject.split()[0] for one in told) == ["Cần", "Khẩn:"]
    assert ["9 điện thoại" in one.body for one in told if "K1-7" in one.subject] == [True]


def test_nobody_hears_of_alarms_without_asking(lite_office: MailWorld) -> None:
    getting(lite_office, reminders=True)
    lite_office.travel(hours=1)
    raised(lite_office, "leaked_key", "leaked_key/2")
    work(lite_office)
    assert of_kind(lite_office, "alarm/") == []
