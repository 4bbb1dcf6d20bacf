"""Notices: each fact once for whom it concerns, new until it is read, mailed to who wants it."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from tests import world
from tests.services import farm
from trace.db import Database, transaction
from trace.errors import NotAllowed
from trace.records.account import Role
from trace.records.certificate import Certificate
from trace.records.lot import LotState
from trace.records.mail import AddressState, Mail, MailAddress
from trace.records.notice import Notice
from trace.records.shop import Shop, ShopState
from trace.services import holding, recalling
from trace.services.admission import Actor, actor_of
from trace.services.notices import inbox, letters, noting
from trace.standards.local_time import local_day

OFFICER = Actor(None, Role.OFFICE)
WORDS = recalling.RecallIn(reason="Nghi còn thuốc trên quả", phone="0220 000 0000")


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        return farm.found(session, now)


def hold(session: Session, coop: world.Coop, now: datetime) -> str:
    lot = farm.harvest(session, coop, now)
    holding.hold_lot(session, coop.boss, lot.public_id, holding.HoldIn(reason="Chờ kết quả mẫu"), now)
    return str(lot.code)


def told(session: Session, actor: Actor) -> list[str]:
    return [one.kind for one in inbox.lines(session, actor)]


def test_a_hold_is_told_once_to_those_it_concerns(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        other = world.make_coop(session, now)
        code = hold(session, coop, now)
        assert noting.write_notices(session, now) == 1
        assert noting.write_notices(session, now + timedelta(minutes=15)) == 0
        (line,) = inbox.lines(session, coop.boss)
        assert (line.kind, line.is_new, line.title.params["lot"]) == ("hold", True, code)
        home = {"org_id": coop.org.id, "household_id": coop.household.id}
        farmer = actor_of(world.make_account(session, now, Role.FARMER, **home))
        assert told(session, farmer) == told(session, OFFICER) == ["hold"]
        assert told(session, other.boss) == []
        neighbour = world.make_account(session, now, Role.COMMUNE_OFFICER, commune_code="00001")
        assert told(session, actor_of(neighbour)) == []
        with pytest.raises(NotAllowed):
            inbox.lines(session, Actor(None, Role.ADMIN))


def test_a_hold_that_was_lifted_before_anybody_looked_is_no_news(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        hold(session, coop, now)
        old = now + timedelta(days=8)
        assert noting.write_notices(session, old) == 0


def test_a_recall_is_told_to_every_organisation_it_reaches_with_its_reason(
    coop: world.Coop, now: datetime
) -> None:
    with transaction() as session:
        lot = world.make_lot(session, now, coop.plot, coop.product, state=LotState.RELEASED)
        recalling.open_recall(session, coop.boss, lot.public_id, WORDS.model_copy(update={"lots": 1}), now)
        noting.write_notices(session, now)
        lines = {one.kind: one for one in inbox.lines(session, coop.boss)}
    assert lines["recall"].detail.params["reason"] == WORDS.reason
    assert lines["recall"].subject == lot.public_id


def test_a_paper_is_told_at_ninety_thirty_and_seven_days(coop: world.Coop, now: datetime) -> None:
    ends = local_day(now) + timedelta(days=95)
    with transaction() as session:
        paper = Certificate(org_id=coop.org.id, scheme="vietgap", number="VG-1", created_at=now)
        paper.valid_from, paper.valid_to = local_day(now), ends
        session.add(paper)
        session.flush()
        counts = [noting.write_notices(session, now + timedelta(days=day)) for day in range(100)]
    assert [day for day, count in enumerate(counts) if count] == [5, 65, 88]
    assert sum(counts) == 3


def test_a_shop_that_needs_a_sign_in_is_told_again_only_once_it_worked_in_between(
    coop: world.Coop, now: datetime
) -> None:
    with transaction() as session:
        shop = Shop(org_id=coop.org.id, marketplace="shopee", ext_shop_id="1", name="Vải", created_at=now)
        shop.state = ShopState.NEEDS_LOGIN
        session.add(shop)
        session.flush()
        assert [noting.write_notices(session, now), noting.write_notices(session, now)] == [1, 0]
        shop.last_success_at = now + timedelta(hours=1)
        session.flush()
        assert noting.write_notices(session, now) == 1


def test_what_was_read_stays_read_and_is_each_accounts_own(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        hold(session, coop, now)
        noting.write_notices(session, now)
        (first,) = inbox.lines(session, coop.boss)
        inbox.mark_read(session, coop.boss, first.id, now)
        assert (inbox.count_new(session, coop.boss), inbox.count_new(session, coop.hand)) == (0, 1)
        inbox.mark_read(session, coop.boss, 0, now)
        inbox.mark_read(session, coop.boss, 10**15, now)
        assert inbox.count_new(session, coop.boss) == 0
        hold(session, coop, now)
        noting.write_notices(session, now)
        assert inbox.count_new(session, coop.boss) == 1
        assert [one.is_new for one in inbox.lines(session, coop.boss)] == [True, False]


def address(session: Session, coop: world.Coop, now: datetime, **more: object) -> MailAddress:
    row = MailAddress(public_id="thu-1", name="HTX", asked_at=now, org_id=coop.org.id)
    row.state, row.confirmed_at, row.gets_notices = AddressState.CONFIRMED, now - timedelta(days=1), True
    for name, value in more.items():
        setattr(row, name, value)
    session.add(row)
    session.flush()
    return row


def test_one_letter_tells_of_all_that_is_new_and_at_night_of_what_cannot_wait(
    coop: world.Coop, now: datetime
) -> None:
    with transaction() as session:
        address(session, coop, now)
        hold(session, coop, now)
        shop = Shop(org_id=coop.org.id, marketplace="shopee", ext_shop_id="1", name="Vải", created_at=now)
        shop.state = ShopState.NEEDS_LOGIN
        session.add(shop)
        session.flush()
        noting.write_notices(session, now)
        assert letters.write_letters(session, now, is_day=False) == 1
        assert letters.write_letters(session, now, is_day=False) == 0
        assert letters.write_letters(session, now, is_day=True) == 1
        assert letters.write_letters(session, now, is_day=True) == 0
        night, day = (row.subject for row in session.exec(select(Mail).order_by(Mail.id)))
    assert "bị tạm giữ" in night
    assert "đăng nhập lại" in day


@pytest.mark.parametrize(
    "change",
    [{"gets_notices": False}, {"state": AddressState.LEFT}, {"org_id": None}, {"confirmed_at": None}],
)
def test_nobody_is_written_to_who_does_not_want_it(
    coop: world.Coop, now: datetime, change: dict[str, object]
) -> None:
    with transaction() as session:
        address(session, coop, now, **change)
        hold(session, coop, now)
        noting.write_notices(session, now)
        assert letters.write_letters(session, now, is_day=True) == 0


def test_notices_are_let_go_of_after_a_year(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        hold(session, coop, now)
        noting.write_notices(session, now)
        assert noting.forget_notices(session, now + timedelta(days=366)) == 0
        assert noting.forget_notices(session, now + timedelta(days=367)) == 1
        assert session.exec(select(Notice)).all() == []
