"""The page of a suspected copy: what was scanned, and that it is none."""

import re
from datetime import UTC, datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from tests import world
from tests.web.consumers import Stamps, ask, stamps, visitor
from trace.db import reading, transaction
from trace.records.account import Role
from trace.records.scan import Alarm

__all__ = ["stamps"]


def suspected(app: Flask, stamps: Stamps) -> None:
    """So many devices look at the first stamp that it seems copied."""
    code = stamps.code(stamps.block.first)
    for n in range(1, 12):
        ask(visitor(app, 250 * n), code)


def waiting(desk: FlaskClient) -> str:
    """The list of stamps to look at, and the page of its first item, where its action is."""
    page = desk.get("/so/viec?loai=tem").text
    found = re.search(r'href="(/so/viec/stamp/\d+)', page)
    return page + (desk.get(found[1]).text if found else "")


def test_a_suspicion_is_seen_cleared_with_a_reason_and_comes_back(app: Flask, stamps: Stamps) -> None:
    suspected(app, stamps)
    now = datetime.now(UTC)
    with transaction() as session:
        office = world.make_account(session, now, Role.OFFICE)
        other = world.make_coop(session, now)
        stranger = world.make_account(session, now, Role.COOP_MANAGER, org_id=other.org.id)
        officer = world.make_account(
            session, now, Role.COMMUNE_OFFICER, commune_code=stamps.coop.org.commune_code
        )
    here = f"/htx/tem/{stamps.block.public_id}/quet/{stamps.block.first}"
    desk = world.sign_in(app.test_client(), office)
    assert here in waiting(desk)
    page = desk.get(f"{here}?lang=vi").text
    assert "Máy 1" in page
    assert "Gỡ nghi vấn" in page
    assert desk.post(here, data={"note": " ", "request_id": "go-nghi-1"}).status_code == 422
    assert world.sign_in(app.test_client(), stranger).get(here).status_code == 404
    assert world.sign_in(app.test_client(), officer).get(here).status_code == 403
    assert desk.get(f"/htx/tem/{stamps.block.public_id}/quet/{stamps.block.first + 1}").status_code == 404
    sent = {"note": "Hộp bày ở hội chợ", "request_id": "go-nghi-2"}
    assert desk.post(here, data=sent).status_code == 303
    after = desk.get(f"{here}?lang=vi").text
    assert "Hộp bày ở hội chợ" in after
    assert 'name="note"' not in after
    assert here not in waiting(desk)
    code = stamps.code(stamps.block.first)
    for n in range(21, 32):
        ask(visitor(app, 250 * n), code)
    with reading() as session:
        alarm = session.exec(select(Alarm).where(Alarm.kind == "clone_suspect")).one()
        assert alarm.cleared_at is None
        assert alarm.last_at > now - timedelta(minutes=1)
    assert here in waiting(desk)
