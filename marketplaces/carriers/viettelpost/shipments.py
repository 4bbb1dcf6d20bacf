"""Price, booking, cancelling, tracking and printing of shipments, by addresses in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from marketplaces.carriers.values import Booked, Booking, CarrierEvent, Parcel, Party, Quote
from marketplaces.carriers.viettelpost.gateway import Gateway
from marketplaces.carriers.viettelpost.pushes import event_of
from marketplaces.interface import MarketplaceError
from marketplaces.reading import MalformedError, Record

GOODS = "HH"
INLAND = 1
NOTHING_COLLECTED, GOODS_COLLECTED = 1, 3
"""What the buyer pays on delivery. The fee is always ours: with 2 or 4 the buyer would pay it besides."""
CANCEL = 4
MOST_PRINTED = 100
LONGEST_NAME = 120


def quote(gateway: Gateway, sender: Party, receiver: Party, parcel: Parcel) -> list[Quote]:
    """Services with their prices. The list comes bare, in ``RESULT``, or in an envelope."""
    body = {
        "SENDER_ADDRESS": sender.address,
        "RECEIVER_ADDRESS": receiver.address,
        "PRODUCT_TYPE": GOODS,
        "PRODUCT_WEIGHT": parcel.weight_g,
        "PRODUCT_PRICE": parcel.goods_vnd,
        "MONEY_COLLECTION": parcel.cod_vnd,
        "TYPE": INLAND,
    }
    return [
        _quote(record)
        for record in _services(gateway.ask("/v2/order/getPriceAllNlp", body, sender, receiver))
    ]


def _services(told: object) -> list[Record]:
    if isinstance(told, list):
        return Record({"services": told}).records("services")
    record = Record(told)
    return record.records("RESULT") if record.has("RESULT") else record.records("data")


def _quote(record: Record) -> Quote:
    code = record.identifier("MA_DV_CHINH")
    name, takes = record.text("TEN_DICHVU", code), record.text("THOI_GIAN", "")
    return Quote(code, name[:LONGEST_NAME], record.number("GIA_CUOC"), takes[:LONGEST_NAME])


def book(gateway: Gateway, booking: Booking) -> Booked:
    """Book it, once; what is no good answer after it was sent may be a booking all the same."""
    parties = (booking.sender, booking.receiver)
    answer = gateway.change("/v2/order/createOrderNlp", _body(gateway, booking), *parties)
    if answer.rehearsed:
        return Booked("")
    try:
        data = Record(answer.data).record("data")
        fee = data.number("MONEY_TOTAL") if data.has("MONEY_TOTAL") else None
        return Booked(data.identifier("ORDER_NUMBER"), fee)
    except MalformedError as error:
        message = f"ViettelPost: sent, and the answer is unreadable: {error}"
        raise MarketplaceError(message, kind="uncertain") from None


def _body(gateway: Gateway, booking: Booking) -> dict[str, object]:
    parcel = booking.parcel
    item = {
        "PRODUCT_NAME": parcel.content,
        "PRODUCT_QUANTITY": parcel.pieces,
        "PRODUCT_PRICE": parcel.goods_vnd,
        "PRODUCT_WEIGHT": parcel.weight_g,
    }
    body: dict[str, object] = {
        "ORDER_NUMBER": booking.number,
        **_party("SENDER", booking.sender),
        **_party("RECEIVER", booking.receiver),
        **item,
        "PRODUCT_TYPE": GOODS,
        "ORDER_PAYMENT": GOODS_COLLECTED if parcel.cod_vnd else NOTHING_COLLECTED,
        "ORDER_SERVICE": booking.service,
        "ORDER_SERVICE_ADD": "",
        "ORDER_NOTE": "",
        "MONEY_COLLECTION": parcel.cod_vnd,
        "LIST_ITEM": [item],
    }
    return {**body, "CHECK_UNIQUE": True} if gateway.choices.check_unique else body


def _party(side: str, party: Party) -> dict[str, object]:
    return {f"{side}_FULLNAME": party.name, f"{side}_PHONE": party.phone, f"{side}_ADDRESS": party.address}


def cancel(gateway: Gateway, ext_number: str, reason: str) -> None:
    """Only before it was picked up; ViettelPost refuses it afterwards."""
    gateway.change("/v2/order/UpdateOrder", {"ORDER_NUMBER": ext_number, "TYPE": CANCEL, "NOTE": reason})


def track(gateway: Gateway, number: str) -> CarrierEvent | None:
    """Whether and how this can be asked is not known: the operator's option says it.

    Raises:
        MarketplaceError: the option is not set.
    """
    lookup = gateway.choices.lookup
    if not lookup:
        raise MarketplaceError("ViettelPost: tracking is not switched on", permanent=True, kind="setup")
    try:
        told = gateway.look(f"/v2/order/{lookup}", number)
    except MarketplaceError as error:
        if error.kind == "missing":
            return None
        raise
    if not told:
        return None
    return event_of(Record(told[0] if isinstance(told, list) else told, "data"))


def print_link(gateway: Gateway, ext_numbers: Sequence[str], until: datetime) -> str:
    """The code that opens the labels comes in ``message``.

    Raises:
        MarketplaceError: more than a hundred at once.
    """
    if not 1 <= len(ext_numbers) <= MOST_PRINTED:
        message = f"ViettelPost: labels of 1 to {MOST_PRINTED} shipments at once, got {len(ext_numbers)}"
        raise MarketplaceError(message, permanent=True, kind="refused")
    body = {"EXPIRY_TIME": int(until.timestamp() * 1000), "ORDER_ARRAY": list(ext_numbers)}
    code = Record(gateway.ask("/v2/order/printing-code", body)).identifier("message")
    return f"{gateway.choices.print_url}?{urlencode({'type': 1, 'bill': code, 'showPostage': 1})}"
