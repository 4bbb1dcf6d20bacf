"""Price, booking, cancelling, looking up and printing."""

from __future__ import annotations

import re
import secrets
from typing import Any

from flask import Blueprint, Response, jsonify, request

from marketplaces.simulators.bench import Bench
from marketplaces.simulators.store import Body
from marketplaces.simulators.viettelpost import outbox
from marketplaces.simulators.viettelpost.accounts import admit, json_object
from marketplaces.simulators.viettelpost.envelope import VtpError, good
from marketplaces.simulators.viettelpost.parcels import (
    Received,
    find_parcel,
    moved,
    new_parcel,
    shown,
    state_of,
)

SERVICES = {"VCN": ("Chuyển phát nhanh", 26_000, "24 giờ"), "VTK": ("Tiết kiệm", 18_000, "48 giờ")}
WEIGHT_STEP_G, STEP_VND = 500, 2_500
SWITCHES = {"unique": "heeded", "lookup": "none", "prices": "result"}
"""``unique``: CHECK_UNIQUE is heeded | ignored. ``lookup`` finds none | own | theirs | both numbers.
``prices`` come as result | list | data."""
PHONE = re.compile(r"(\+?84|0)\d{8,10}")
NEEDED: tuple[str, ...] = ("ORDER_NUMBER", "SENDER_FULLNAME", "SENDER_ADDRESS", "SENDER_PHONE")
NEEDED += ("RECEIVER_FULLNAME", "RECEIVER_ADDRESS", "RECEIVER_PHONE", "PRODUCT_NAME", "ORDER_SERVICE")
NUMBERS = ("PRODUCT_WEIGHT", "PRODUCT_QUANTITY", "PRODUCT_PRICE", "MONEY_COLLECTION", "ORDER_PAYMENT")
LAST_CANCELLED = 200
CANCEL = 4


def switch(bench: Bench, name: str) -> str:
    """How the server does what its references leave open."""
    return str((bench.note("switch", name) or {"value": SWITCHES[name]})["value"])


def fee(service: str, weight_g: int) -> int:
    """Made up."""
    return SERVICES[service][1] + STEP_VND * (weight_g // WEIGHT_STEP_G)


def add_waybills(blueprint: Blueprint, bench: Bench, received: Received) -> None:
    """The calls about shipments."""

    @blueprint.post("/v2/order/getPriceAllNlp")
    def prices() -> Response:
        admit(bench)
        asked = json_object()
        if not str(asked.get("RECEIVER_ADDRESS", "")).strip():
            raise VtpError(400, "Địa chỉ nhận không hợp lệ")
        return _prices(bench, asked)

    @blueprint.post("/v2/order/createOrderNlp")
    def create() -> Response:
        account, asked = admit(bench), json_object()
        _check(asked)
        with bench.work():
            _check_unique(bench, account, asked)
            cost = fee(str(asked["ORDER_SERVICE"]), asked["PRODUCT_WEIGHT"])
            parcel = moved(bench, new_parcel(bench, account["username"], asked, cost), 100)
        received.note(parcel["reference"], asked)
        outbox.tell(bench, account, parcel)
        return good(
            {
                "ORDER_NUMBER": parcel["number"],
                "MONEY_COLLECTION": parcel["cod_vnd"],
                "EXCHANGE_WEIGHT": parcel["weight_g"],
                "MONEY_TOTAL": cost,
                "MONEY_TOTAL_FEE": cost,
                "KPI_HT": 48,
            }
        )

    @blueprint.post("/v2/order/UpdateOrder")
    def update() -> Response:
        account, asked = admit(bench), json_object()
        parcel = _own(bench, account, str(asked.get("ORDER_NUMBER", "")))
        if asked.get("TYPE") != CANCEL:
            raise VtpError(400, "TYPE không hợp lệ")
        if state_of(parcel)["status"] >= LAST_CANCELLED:
            raise VtpError(400, "Không thể hủy đơn hàng ở trạng thái này")
        if state_of(parcel)["status"] != 107:
            outbox.tell(bench, account, moved(bench, parcel, 107))
        return good(None, "Cập nhật thành công")

    @blueprint.post("/v2/order/printing-code")
    def print_code() -> Response:
        account, asked = admit(bench), json_object()
        numbers = asked.get("ORDER_ARRAY")
        if not isinstance(numbers, list) or not 1 <= len(numbers) <= 100:
            raise VtpError(400, "ORDER_ARRAY không hợp lệ")
        for number in numbers:
            _own(bench, account, str(number))
        return good(None, secrets.token_hex(12))

    @blueprint.get("/v2/order/getOrderInfoByOrderNumber")
    @blueprint.get("/v2/order/getOrderStatusByOrderNumber")
    def look_up() -> Response:
        account, wanted = admit(bench), request.args.get("orderNumber", "")
        by = {"own": ("reference",), "theirs": ("number",), "both": ("number", "reference")}
        names = by.get(switch(bench, "lookup"), ())
        for parcel in bench.notes("parcel", account["username"]):
            if wanted in {parcel[name] for name in names}:
                return good(shown(parcel, state_of(parcel)))
        raise VtpError(404, "Not found")


def _prices(bench: Bench, asked: dict[str, Any]) -> Response:
    weight = asked.get("PRODUCT_WEIGHT")
    if not isinstance(weight, int) or weight <= 0:
        raise VtpError(400, "Trọng lượng không hợp lệ")
    rows = [
        {"MA_DV_CHINH": code, "TEN_DICHVU": name, "GIA_CUOC": fee(code, weight), "THOI_GIAN": takes}
        for code, (name, _, takes) in SERVICES.items()
    ]
    form = switch(bench, "prices")
    if form == "list":
        return jsonify(rows)
    if form == "data":
        return good(rows)
    return jsonify(SENDER_ADDRESS={}, RECEIVER_ADDRESS={}, RESULT=rows)


def _check(asked: dict[str, Any]) -> None:
    for name in NEEDED:
        if not isinstance(asked.get(name), str) or not asked[name].strip():
            raise VtpError(400, f"{name} không được để trống")
    for name in NUMBERS:
        if not isinstance(asked.get(name), int) or isinstance(asked[name], bool) or asked[name] < 0:
            raise VtpError(400, f"{name} phải là số")
    if not PHONE.fullmatch(asked["RECEIVER_PHONE"]):
        who = f"{asked['RECEIVER_FULLNAME']} {asked['RECEIVER_PHONE']}"
        raise VtpError(400, f"Số điện thoại người nhận không hợp lệ: {who}, {asked['RECEIVER_ADDRESS']}")
    if asked["ORDER_SERVICE"] not in SERVICES:
        whom = f"{asked['RECEIVER_FULLNAME']} ({asked['RECEIVER_PHONE']}), {asked['RECEIVER_ADDRESS']}"
        raise VtpError(400, f"Dịch vụ {asked['ORDER_SERVICE']} không áp dụng cho {whom}")
    if asked["ORDER_PAYMENT"] not in {1, 2, 3, 4} or not asked["PRODUCT_WEIGHT"]:
        raise VtpError(400, "ORDER_PAYMENT hoặc PRODUCT_WEIGHT không hợp lệ")


def _check_unique(bench: Bench, account: Body, asked: dict[str, Any]) -> None:
    if asked.get("CHECK_UNIQUE") is not True or switch(bench, "unique") == "ignored":
        return
    for parcel in bench.notes("parcel", account["username"]):
        if parcel["reference"] == asked["ORDER_NUMBER"]:
            raise VtpError(400, f"Mã đơn hàng {asked['ORDER_NUMBER']} đã tồn tại")


def _own(bench: Bench, account: Body, number: str) -> Body:
    parcel = find_parcel(bench, number)
    if parcel["account"] != account["username"]:
        raise VtpError(204, "Không tìm thấy vận đơn")
    return parcel
