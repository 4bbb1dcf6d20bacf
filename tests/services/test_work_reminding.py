"""Reminding a cooperative of an item by mail: its own addresses, once a day, and it is written down."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from tests import world
from tests.services import farm, work_world
from tests.services.work_world import Desk, alarm, held, paper
from tests.units import HA_BAC
from trace.db import transaction
from trace.errors import Invalid, NotFound, Refused
from trace.records.mail import Mail, MailAddress
from trace.services.mailing import addresses
from trace.services.work_lists import history, listing, reminding
from trace.services.work_lists.item import Item
from trace.services.work_lists.reminding import RemindIn

pytestmark = pytest.mark.usefixtures("database")


def address_of(desk: Desk, coop: world.Coop | None, name: str, *, agreed: bool = True) -> MailAddress:
    said = {"name": name, "address": f"{name}@htx.example.vn", "org": coop.org.public_id if coop else ""}
    row = addresses.add_address(desk.session, desk.actor, addresses.AddressIn(**said), desk.now)
    if agreed:
        addresses.confirm(desk.session, row.public_id, addresses.secret_of(row), desk.now)
    return row


def item(desk: Desk, slug: str, days: int = 0) -> Item:
    (one,) = listing.page(desk.look(days), work_world.BY_SLUG[slug]).items
    return one


def remind(desk: Desk, one: Item, days: int = 0, *, is_on: bool = True) -> None:
    given, at = RemindIn(one.standing.number, is_on), desk.now + timedelta(days=days)
    reminding.remind(desk.session, desk.actor, one.kind, one.key, given, at)


def written(desk: Desk) -> list[Mail]:
    rule = Mail.about.startswith("viec/")  # type: ignore[attr-defined]
    return list(desk.session.exec(select(Mail).where(rule).order_by(Mail.id)))


def test_its_own_addresses_are_written_to_once_a_day(now: datetime) -> None:
    with transaction() as session:
        coop, desk = farm.found(session, now), work_world.office(session, now)
        paper(desk, coop, 60)
        mine = address_of(desk, coop, "hoa")
        address_of(desk, coop, "chua-tra-loi", agreed=False)
        address_of(desk, world.make_coop(session, now), "khac")
        address_of(desk, None, "so")
        remind(desk, item(desk, "het-han"))
        (mail,) = written(desk)
        assert mail.address_id == mine.id
        assert coop.org.name in mail.subject
        assert "VG-60" in mail.body
        assert "11/08/2026" in mail.body  # sixty days after the season's eve
        with pytest.raises(Refused, match=r"remind\.today"):
            remind(desk, item(desk, "het-han"))
        remind(desk, item(desk, "het-han", days=1), days=1)
        assert len(written(desk)) == 2
        acts = [one.decision.act for one in history.of_item(desk.look(), item(desk, "het-han"))]
        assert acts == ["reminded", "reminded"]
        assert item(desk, "het-han").standing.state == "open"


def test_nobody_is_reminded_in_vain_or_of_what_they_can_not_do(now: datetime) -> None:
    with transaction() as session:
        coop, desk = farm.found(session, now), work_world.office(session, now)
        paper(desk, coop, 60)
        held(desk, coop)
        alarm(desk, None, "leaked_key", "leaked_key/2")
        with pytest.raises(Refused, match=r"remind\.nobody"):
            remind(desk, item(desk, "het-han"))
        address_of(desk, coop, "hoa")
        for slug in ("tam-giu", "tem"):
            with pytest.raises(Refused, match=r"remind\.office"):
                remind(desk, item(desk, slug))
        with pytest.raises(Refused, match=r"remind\.off"):
            remind(desk, item(desk, "het-han"), is_on=False)
        strange = Desk(session, now, work_world.officer(session, now, HA_BAC))
        with pytest.raises(NotFound):
            remind(strange, item(desk, "het-han"))
        assert written(desk) == []


def test_an_address_is_of_a_cooperative_there_is(now: datetime) -> None:
    with transaction() as session:
        desk = work_world.office(session, now)
        said = addresses.AddressIn(name="Hoa", address="hoa@htx.example.vn", org="khong-co")
        with pytest.raises(Invalid):
            addresses.add_address(session, desk.actor, said, now)
