"""A cooperative whose people send parcels through the simulated ViettelPost, page by page."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests import world
from tests.application import application
from tests.marketplaces.carrier_stall import RECEIVER, SECRET, CarrierStall
from tests.services.shipment_world import SENDER
from trace.db import reading, transaction
from trace.jobs.desk import Desk
from trace.jobs.work import run_one
from trace.records.carrier import CarrierAccount
from trace.records.job import Job
from trace.records.lot import Lot
from trace.records.shipment import Shipment
from trace.services import instance_facts, schedules
from trace.settings import Settings
from trace.settings_outside import CarrierSettings

WHOM = {
    "receiver_name": RECEIVER.name,
    "receiver_phone": RECEIVER.phone,
    "receiver_address": RECEIVER.address,
}
BOX = {
    "content": "Vải thiều tươi",
    "weight_g": "5",
    "pieces": "1",
    "goods_vnd": "250.000",
    "cod_vnd": "250.000",
}


def settings_for(stall: CarrierStall, folder: Path, **options: str) -> Settings:
    carrier = CarrierSettings(base_url=f"{stall.address}/viettelpost", options=options)
    return Settings(instance=folder, public_url="http://localhost", carriers={"viettelpost": carrier})


@dataclass
class Office:
    """The cooperative, its manager's browser, and a desk for its jobs."""

    app: Flask
    stall: CarrierStall
    coop: world.Coop
    lot: Lot
    client: FlaskClient
    desk: Desk
    ahead: Any = field(default=None)

    def connect(self) -> TestResponse:
        login = {"username": self.stall.username, "password": self.stall.login.password}
        self.client.post("/htx/van-don/tai-khoan", data={**login, **SENDER, "token": ""})
        return self.client.post("/htx/van-don/tai-khoan/bao-tin", data={"secret": SECRET, "mode": ""})

    def book(self, to: str = "/htx/van-don/moi", **changes: str) -> TestResponse:
        form = {**BOX, **WHOM, "service": "VCN", "step": "book", "lot": self.lot.public_id, **changes}
        if to != "/htx/van-don/moi":
            form.pop("lot")
        return self.client.post(to, data=form)

    def booked(self, **changes: str) -> Shipment:
        answer = self.book(**changes)
        assert answer.status_code == 303, answer.text
        return self.parcel(answer.location.rsplit("/", 1)[1])

    def parcel(self, public_id: str) -> Shipment:
        with reading() as session:
            found: Shipment = session.execute(
                select(Shipment).where(Shipment.public_id == public_id)
            ).scalar_one()
            return found

    def parcels(self) -> list[Shipment]:
        with reading() as session:
            return list(session.execute(select(Shipment).order_by(Shipment.id)).scalars())

    def account(self) -> CarrierAccount:
        with reading() as session:
            return session.execute(select(CarrierAccount)).scalar_one()

    def page(self, parcel: Shipment) -> str:
        return self.client.get(f"/htx/van-don/{parcel.public_id}").text

    def push(self, headers: Any, body: bytes, mark: str = "", carrier: str = "viettelpost") -> TestResponse:
        address = f"/hooks/{carrier}/{mark or self.account().hook_mark}"
        kind = {"Content-Type": "application/json"}
        return self.app.test_client().post(address, data=body, headers={**kind, **dict(headers)})

    def run(self, kind: str, subject: str = "") -> Job:
        """Queue one job and run it to its end."""
        with transaction() as session:
            number = schedules.run_now(session, kind, subject, self.desk.now())
        run_one(self.desk, number)
        with reading() as session:
            return session.get(Job, number)

    def apply(self) -> Job:
        return self.run("carrier_pushes", str(self.account().id))


def open_office(stall: CarrierStall, folder: Path, **options: str) -> Office:
    settings = settings_for(stall, folder, **options)
    flask = application(settings)
    now = datetime.now(UTC)
    with transaction() as session:
        instance_facts.found(session, public_url="https://id.example.vn", is_demo=False)
        coop = world.make_coop(session, now)
        lot = world.make_lot(session, now, coop.plot, coop.product)
    client = world.sign_in(flask.test_client(), coop.manager)
    desk = Desk(settings, "test", sleep=lambda _s: None)
    return Office(flask, stall, coop, lot, client, desk)


def field_of(page: str, name: str) -> str:
    """What stands in a field of a page."""
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)
    return found.group(1) if found else ""
