"""What the malformed cases need to know of one marketplace."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from marketplaces.wire import Call, Raw, Timeouts

JSON = "application/json"


@dataclass(frozen=True)
class Sample:
    """One good order numbered ``A1``, where it stands in an answer, and how to spoil it.

    ``spoilt`` is part of the address of the call whose answer carries the orders, ``answer`` writes that
    answer around orders, ``others`` answers any other call as if the shop had the named orders.
    ``bad_orders`` are thirty or more that no reference promises. ``buyer`` are words of the good order
    that must never be kept.
    """

    market: str
    spoilt: str
    order: dict[str, Any]
    answer: Callable[[Sequence[Any]], Any]
    others: Callable[[Call, Sequence[str]], Any]
    renamed: Callable[[dict[str, Any], str], dict[str, Any]]
    bad_orders: Sequence[Any]
    buyer: Sequence[str]

    def body(self, orders: Sequence[Any]) -> bytes:
        """The answer around these orders, as bytes."""
        return json.dumps(self.answer(orders)).encode()


class Scripted:
    """A transport that answers the spoilt call with given bytes, and every other one well."""

    def __init__(self, sample: Sample, raw: Raw, numbers: Sequence[str] = ("A1",), spoilt: str = "") -> None:
        self.sample, self.raw, self.numbers = sample, raw, numbers
        self.spoilt = spoilt or sample.spoilt

    def send(self, call: Call, timeouts: Timeouts, deadline: float) -> Raw:
        if self.spoilt in call.url:
            return self.raw
        return Raw(200, {"Content-Type": JSON}, json.dumps(self.sample.others(call, self.numbers)).encode())


def without(thing: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in thing.items() if key != name}
