"""Who gets a parcel is searched for in everything that is kept: tables, logs, jobs, backups."""

import hashlib
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url
from sqlmodel import SQLModel, col

from tests.marketplaces.carrier_stall import push_body
from tests.web.parcels import BOX, Office
from trace.db import reading
from trace.logbook import start_logging
from trace.records.account import RequestKey

NAME, PHONE = "Trịnh Hoài Khuất", "0987612345"
ADDRESS = "Kiệt Ẩn Danh 99, phường Quạnh, Huế"
WHOM = {"receiver_name": NAME, "receiver_phone": "0987 612 345", "receiver_address": ADDRESS}
WORDS = (NAME, "Khuất", PHONE, "0987 612 345", "987612345", ADDRESS, "Ẩn Danh", "Quạnh")
PASSWORD, SECRET = "mat khau dai 9", "bi-mat-cua-tai-khoan-vtp"


@pytest.fixture
def office(asked_office: Office) -> Office:
    return asked_office


def everything_that_can_happen(office: Office) -> None:
    """A price, a booking, refusals that quote the buyer, a lost answer, a retry, pushes, jobs, dead ends."""
    office.client.post("/htx/van-don/moi", data={**WHOM, "content": "Vải", "weight_g": "5", "step": "price"})
    booked = office.booked(**WHOM, request_id="kin-dao-0001")
    office.book(**WHOM, request_id="kin-dao-0001")
    office.book(**{**WHOM, "receiver_address": f"{ADDRESS} hai"}, request_id="kin-dao-0001")
    office.book(**{**WHOM, "receiver_phone": "nhầm số"})
    office.book(**{**WHOM, "service": "KHONGCO"})
    for fault in ("cut", "html", "bad_json", "500", "429"):
        office.stall.do("fault", kind=fault, on="createOrderNlp")
        office.book(**WHOM)
    note = f"giao cho {NAME}, gọi {PHONE}, {ADDRESS}"
    push = push_body(
        ORDER_NUMBER=booked.ext_number, ORDER_REFERENCE=booked.number, NOTE=note, STATUS_NAME=note,
        LOCALION_CURRENTLY=ADDRESS, RECEIVER_FULLNAME=NAME,
    )  # fmt: skip
    office.push({}, push)
    office.push({}, push_body(ORDER_NUMBER=note, ORDER_REFERENCE=note))
    office.push({}, push_body(ORDER_STATUS=note, ORDER_NUMBER=booked.ext_number))
    office.desk.now = lambda: datetime.now(UTC) + timedelta(hours=30)
    office.run("track_shipments")
    office.run("carrier_pushes", "987654")
    office.client.post(f"/htx/van-don/{booked.public_id}/huy")


def rows() -> str:
    with reading() as session:
        return "\n".join(
            repr(tuple(row))
            for name, table in SQLModel.metadata.tables.items()
            if not name.startswith("admin_unit")
            for row in session.connection().execute(table.select()).all()
        )


def test_no_table_and_no_log_holds_a_word_of_the_receiver(
    office: Office, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    start_logging(level=logging.DEBUG)
    caplog.set_level(logging.DEBUG)
    everything_that_can_happen(office)
    arrived = [one for one in office.stall.told("received") if one["RECEIVER_FULLNAME"] == NAME]
    assert arrived, "the search would be empty: nobody's name was ever sent"
    written = capfd.readouterr()
    kept = "\n".join((rows(), written.out, written.err, caplog.text))
    assert "track_shipments" in kept
    for word in (*WORDS, PASSWORD, SECRET, office.stall.token.token):
        assert word not in kept, word
        assert word.encode().hex() not in kept, word


def test_no_file_of_the_instance_holds_one_either(office: Office, database_url: str, tmp_path: Path) -> None:
    """A backup of SQLite is its file; what a page of it held before must not linger either."""
    everything_that_can_happen(office)
    found = [path for path in tmp_path.rglob("*") if path.is_file()]
    if database_url.startswith("sqlite"):
        file = Path(make_url(database_url).database or "")
        found += [path for path in file.parent.glob(f"{file.name}*") if path.is_file()]
        assert found
    for path in found:
        content = path.read_bytes()
        for word in (*WORDS, PASSWORD, SECRET):
            assert word.encode() not in content, (path.name, word)


def test_what_guards_against_sending_twice_cannot_be_guessed_from(office: Office) -> None:
    """A plain hash of a form would tell a phone to whoever tries all numbers."""
    office.booked(**WHOM, request_id="kin-dao-0002")
    with reading() as session:
        marks = {bytes(one) for one in session.execute(select(col(RequestKey.content_hash))).scalars()}
    form = {**BOX, **WHOM, "service": "VCN", "step": "book", "lot": office.lot.public_id}
    plain = hashlib.sha256(repr(("POST", "/htx/van-don/moi", sorted(form.items()), [])).encode()).digest()
    assert marks
    assert marks.isdisjoint({plain, plain[:16]})
