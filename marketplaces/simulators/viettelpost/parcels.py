"""What is kept of a shipment, and how it moves. Of the people at both ends nothing is kept on disk."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta
from typing import Any

from marketplaces.simulators.bench import Bench
from marketplaces.simulators.store import Body
from marketplaces.simulators.viettelpost.envelope import VtpError

VIETNAM = timedelta(hours=7)
FIRST_NUMBER = 1_734_200_501
MOST_RECEIVED = 1_000
NAMES = {
    100: "Tiếp nhận đơn hàng từ đối tác",
    101: "ViettelPost yêu cầu hủy đơn hàng",
    103: "Giao cho bưu cục",
    104: "Giao cho bưu tá đi nhận",
    105: "Bưu tá đã nhận hàng",
    107: "Đối tác yêu cầu hủy qua API",
    200: "Nhận từ bưu tá - bưu cục gốc",
    300: "Đóng bảng kê đi",
    400: "Nhận bảng kê đến",
    500: "Giao bưu tá đi phát",
    501: "Thành công - phát thành công",
    502: "Chuyển hoàn bưu cục gốc",
    503: "Hủy - theo yêu cầu khách hàng",
    504: "Thành công - chuyển trả người gửi",
    505: "Tồn - thông báo chuyển hoàn bưu cục gốc",
}


class Received:
    """The people of the last bookings, in memory alone: that they arrived can be asked."""

    def __init__(self) -> None:
        self._kept: deque[dict[str, str]] = deque(maxlen=MOST_RECEIVED)

    def note(self, reference: str, asked: dict[str, Any]) -> None:
        """Add those of one booking."""
        people = {name: str(asked[name]) for name in asked if name.startswith(("RECEIVER_", "SENDER_"))}
        self._kept.append({"reference": reference, **people})

    def every(self) -> list[dict[str, str]]:
        """Oldest first."""
        return list(self._kept)

    def clear(self) -> None:
        """Forget them."""
        self._kept.clear()


def new_parcel(bench: Bench, username: str, asked: dict[str, Any], fee_vnd: int) -> Body:
    """A new shipment with a number of ViettelPost's."""
    number = str(bench.number("waybill", FIRST_NUMBER))
    return {
        "number": number,
        "account": username,
        "reference": str(asked["ORDER_NUMBER"]),
        "service": str(asked["ORDER_SERVICE"]),
        "payment": asked["ORDER_PAYMENT"],
        "cod_vnd": asked["MONEY_COLLECTION"],
        "weight_g": asked["PRODUCT_WEIGHT"],
        "fee_vnd": fee_vnd,
        "history": [],
    }


def moved(bench: Bench, parcel: Body, status: int, at: int | None = None) -> Body:
    """Put it into a state, now or at an earlier time, and keep it."""
    parcel["history"].append({"status": status, "at": bench.now() if at is None else at})
    bench.keep("parcel", parcel["number"], parcel, parcel["account"], int(parcel["number"]))
    return parcel


def state_of(parcel: Body) -> Body:
    """The state by the time it happened."""
    last: Body = sorted(parcel["history"], key=lambda one: one["at"])[-1]
    return last


def find_parcel(bench: Bench, number: str) -> Body:
    """A shipment by ViettelPost's number."""
    parcel = bench.note("parcel", number)
    if parcel is None:
        raise VtpError(204, "Không tìm thấy vận đơn")
    return parcel


def shown(parcel: Body, step: Body) -> dict[str, object]:
    """A shipment in one of its states, as pushes tell it."""
    at = (datetime.fromtimestamp(step["at"], UTC) + VIETNAM).strftime("%d/%m/%Y %H:%M:%S")
    return {
        "ORDER_NUMBER": parcel["number"],
        "ORDER_REFERENCE": parcel["reference"],
        "ORDER_STATUSDATE": at,
        "ORDER_STATUS": step["status"],
        "STATUS_NAME": NAMES.get(step["status"], f"Trạng thái {step['status']}"),
        "LOCALION_CURRENTLY": "Bưu cục Thanh Hà",
        "NOTE": "Khách hẹn lại, gọi 0900000777",
        "MONEY_COLLECTION": parcel["cod_vnd"],
        "MONEY_FEECOD": 0,
        "MONEY_TOTALFEE": parcel["fee_vnd"],
        "MONEY_TOTAL": parcel["fee_vnd"],
        "EXPECTED_DELIVERY": "Khoảng 2 ngày làm việc",
        "PRODUCT_WEIGHT": parcel["weight_g"],
        "ORDER_SERVICE": parcel["service"],
        "ORDER_PAYMENT": parcel["payment"],
        "EMPLOYEE_NAME": "Bưu Tá Mẫu",
        "EMPLOYEE_PHONE": "0900000778",
    }
