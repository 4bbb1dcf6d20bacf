"""An account at the simulated ViettelPost, and a parcel whose receiver's words nobody else uses."""

import itertools
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import requests

from marketplaces.carriers.directory import open_carrier
from marketplaces.carriers.interface import Carrier
from marketplaces.carriers.values import Booking, CarrierKeys, Login, Parcel, Party, Pass
from marketplaces.http import CallRecord, Client, Patience
from marketplaces.pace import Pace
from marketplaces.wire import Timeouts, Transport

SENDER = Party("HTX Vải Thanh Hà", "02203811001", "Thôn 1, xã Thanh Hà, Hải Phòng")
RECEIVER = Party("Hoàng Kín Tiếng", "0912345987", "Ngõ Vắng 77, phường Lặng, Hà Nội")
BOX = Parcel("Vải thiều tươi, thùng 5 kg", 5_000, 1, 250_000, 250_000)
SECRET = "bi-mat-cua-tai-khoan-vtp"
NUMBERS = itertools.count(1)


def now() -> datetime:
    return datetime.now(UTC)


class CarrierStall:
    """An account of its own; ``do`` is the control door."""

    def __init__(self, address: str, mode: str = "header") -> None:
        self.address = address
        self.username = f"htx{next(NUMBERS)}"
        self.login = Login(self.username, "mat khau dai 9")
        self.records: list[CallRecord] = []
        hook = {"secret": SECRET, "mode": mode}
        self.do("seed", username=self.username, password=self.login.password, hook=hook)
        self.token = self.carrier(token=None).login(self.login)

    def do(self, deed: str, **ask: Any) -> dict[str, Any]:
        answer = requests.post(f"{self.address}/control/viettelpost", json={"do": deed, **ask}, timeout=120)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def told(self, what: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = requests.get(
            f"{self.address}/control/viettelpost/{what}", timeout=120
        ).json()
        return rows

    def parcels(self) -> list[dict[str, Any]]:
        return [row for row in self.told("truth") if row["account"] == self.username]

    def pushed(self, order: str, status: int, at: int | None = None) -> tuple[Mapping[str, str], bytes]:
        """Move a shipment; the push that told of it."""
        push = self.do("status", order=order, status=status, **({} if at is None else {"at": at}))["push"]
        return push["headers"], push["body"].encode()

    def carrier(
        self, token: Pass | str | None = "", transport: Transport | None = None, **options: str
    ) -> Carrier:
        client = Client(
            transport=transport,
            pace=Pace(10_000, 10_000),
            recorder=self.records.append,
            timeouts=Timeouts(connect_s=30, read_s=options.pop("read_s", 30), total_s=90),
            patience=Patience(first_s=0.01, most_s=0.05),
        )
        keys = CarrierKeys(f"{self.address}/viettelpost", tuple(options.items()))
        return open_carrier("viettelpost", client, keys, self.token if token == "" else token, now)


def booking(number: str = "", **changes: Any) -> Booking:
    number = number or f"NS{next(NUMBERS):08}"
    return replace(Booking(number, SENDER, RECEIVER, BOX, "VCN"), **changes)


def push_body(token: str = SECRET, **changes: Any) -> bytes:
    """A push as ViettelPost writes them."""
    data = {"ORDER_NUMBER": "1734200501", "ORDER_REFERENCE": "NS1", "ORDER_STATUS": 501}
    data |= {"ORDER_STATUSDATE": "12/06/2026 14:05:09", "NOTE": "giao chị Kín", "STATUS_NAME": "Phát"}
    return json.dumps({"DATA": {**data, **changes}, "TOKEN": token}).encode()
