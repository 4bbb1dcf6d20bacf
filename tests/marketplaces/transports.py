"""Transports that stand between an adapter and its simulator, or answer by themselves."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from marketplaces.interface import MarketplaceError
from marketplaces.wire import Call, Raw, Timeouts, Wire
from tests.marketplaces.malformed.sample import JSON


class Answering:
    """Always answers this JSON, and keeps what it was asked."""

    def __init__(self, data: Any) -> None:
        self.data = data
        self.calls: list[Call] = []

    def send(self, call: Call, timeouts: Timeouts, deadline: float) -> Raw:
        self.calls.append(call)
        return Raw(200, {"Content-Type": JSON}, json.dumps(self.data).encode())


@dataclass
class Between:
    """Lets everything through; ``going`` may change a call, ``coming`` the JSON of the n-th answer."""

    going: Callable[[Call], Call] | None = None
    coming: Callable[[Any, int], Any] | None = None
    wire: Wire = field(default_factory=Wire)
    calls: list[Call] = field(default_factory=list)

    def send(self, call: Call, timeouts: Timeouts, deadline: float) -> Raw:
        self.calls.append(call)
        raw = self.wire.send(self.going(call) if self.going else call, timeouts, deadline)
        if self.coming is None:
            return raw
        told = self.coming(json.loads(raw.body), len(self.calls))
        return Raw(raw.status, {"Content-Type": JSON}, json.dumps(told).encode())


class Once:
    """Lets the first change through and loses its answer; ``kind`` is empty once that was done."""

    def __init__(self, kind: str) -> None:
        self.wire, self.kind = Wire(), kind

    def send(self, call: Call, timeouts: Timeouts, deadline: float) -> Raw:
        raw = self.wire.send(call, timeouts, deadline)
        if call.effect != "change" or not self.kind:
            return raw
        self.kind, kind = "", self.kind
        if kind == "cut":
            raise MarketplaceError("the answer broke off")
        return Raw(200, {"Content-Type": "text/html" if kind == "html" else JSON}, b"<html>")
