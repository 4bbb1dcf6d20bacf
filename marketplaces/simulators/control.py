"""The control door: ``POST /control/<marketplace>``, and ``GET …/truth`` and ``GET …/calls`` below it.

Every request is a JSON object; what cannot be done answers 400 ``{"error": …}``. ``order`` and
``order_sn`` mean the same, listings are named by id or SKU, times are epoch seconds or ISO with offset.

``{"do": "seed", "shop": "14701711", "name": "HTX Vải Thanh Hà",
"app": {"id": "2001887", "secret": "…", "push_secret": "", "redirect": ""},
"tokens": {"access": "…", "refresh": "…", "expires_in": 14400},
"listings": [{"id": "…", "sku": "VAI-1KG", "name": "…", "price_vnd": 55000, "stock": 100, "weight_g": 1000,
"description": "…", "category": "…", "status": "on_sale" | "off_sale",
"models": [{"id", "sku", "price_vnd", "stock"}]}]}``
    everything but ``do`` may be left out; answers ``{"app", "shop", "name", "tokens", "listings"}``.
``{"do": "order", "shop": …, "order": …, "at": …, "status": "placed", "lines": [{"listing": …,
"model": …, "quantity": 2, "price_vnd": 50000}]}``
    or ``{"do": "order", "orders": [{…}, …]}``; ``status`` in neutral words or the marketplace's own.
``{"do": "pay" | "complete" | "cancel" | "return", "order": …, "at": …, "lines": [{"listing", "quantity"}]}``
    ``lines`` only for cancel and return; without them the whole order.
``{"do": "status", "order": …, "status": "COMPLETED"}``
    any word, also one nobody knows. These answer ``{"orders": [{"order", "shop", "status"}]}``.
``{"do": "expire", "shop": …, "what": "access" | "refresh"}``
    the shop's token is dead from now on.
``{"do": "fault", "kind": …, "times": 3 | "share": 0.4, "seconds": 2, "on": "get_order_list", "seed": 7}``
    see ``faults``; kind ``none`` disarms all; ``on`` is a part of the path; ``seed`` repeats a chance.
``{"do": "clock", "offset_s": 3600}`` or ``{"do": "clock", "at": …}``
    the marketplace's clock.
``{"do": "push", "order": …, "url": "http://127.0.0.1:8700/hooks/…", "send": true}``
    signs a push and sends it; loopback addresses only. Answers ``{"headers", "body", "status"}``.
``{"do": "switch", "name": "zero_stock", "value": "refused"}``
    what the references leave open may be so or so; without ``value`` as at first. See each dialect.
``{"do": "reset"}``
    forgets everything of this marketplace.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from flask import Blueprint, Response, jsonify, request

from marketplaces.simulators.asking import Ask, BadRequestError, moment, number, parts, text, whole
from marketplaces.simulators.bench import Bench, Sale
from marketplaces.simulators.dialect import Dialect
from marketplaces.simulators.faults import KINDS, SECONDS, Fault
from marketplaces.simulators.seeding import seed
from marketplaces.simulators.selling import change, find_shop, place
from marketplaces.simulators.truth import truth

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
CHANGES = frozenset({"pay", "complete", "cancel", "return", "status"})

Benches = Mapping[str, tuple[Dialect, Bench]]


def control(benches: Benches) -> Blueprint:
    """The door for all simulated marketplaces."""
    door = Blueprint("control", __name__, url_prefix="/control")

    @door.post("/<market>")
    def act(market: str) -> Response:
        dialect, bench = _find(benches, market)
        ask = request.get_json()
        if not isinstance(ask, dict):
            raise BadRequestError("expected a JSON object")
        if text(ask, "do", "") == "push":
            return jsonify(_push(bench, dialect, ask))
        with bench.work():
            return jsonify(_act(bench, dialect, ask))

    @door.get("/<market>/truth")
    def tell(market: str) -> Response:
        dialect, bench = _find(benches, market)
        return jsonify(truth(bench.sales(), dialect.classes))

    @door.get("/<market>/calls")
    def tell_calls(market: str) -> Response:
        _, bench = _find(benches, market)
        return jsonify(bench.calls.every())

    @door.errorhandler(BadRequestError)
    def refuse(error: BadRequestError) -> tuple[Response, int]:
        return jsonify(error=str(error)), 400

    return door


def _find(benches: Benches, market: str) -> tuple[Dialect, Bench]:
    if market not in benches:
        raise BadRequestError(f"marketplace: expected one of {sorted(benches)}, got {market!r}")
    return benches[market]


def _act(bench: Bench, dialect: Dialect, ask: Ask) -> dict[str, Any]:
    deed = text(ask, "do", "")
    if deed == "seed":
        return seed(bench, dialect, ask)
    if deed == "order":
        asked = parts(ask, "orders") or [ask]
        return _told(place(bench, dialect, {"shop": ask.get("shop", ""), **order}) for order in asked)
    if deed in CHANGES:
        return _told([change(bench, dialect, ask)])
    if deed == "switch":
        _switch(bench, dialect, ask)
        return {"done": deed}
    plain = {"expire": _expire, "fault": arm_fault, "clock": set_clock, "reset": _reset}
    if deed not in plain:
        known = sorted({"seed", "order", "push", "switch", *CHANGES, *plain})
        raise BadRequestError(f"do: expected one of {known}, got {deed!r}")
    plain[deed](bench, ask)
    return {"done": deed}


def _told(sales: Any) -> dict[str, Any]:
    return {"orders": [{"order": sale.id, "shop": sale.shop, "status": sale.status} for sale in sales]}


def _expire(bench: Bench, ask: Ask) -> None:
    shop = find_shop(bench, text(ask, "shop", ""))
    token = bench.token(shop.refresh if text(ask, "what", "access") == "refresh" else shop.access)
    if token:
        token.dead = True
        bench.save(token)


def arm_fault(bench: Bench, ask: Ask) -> None:
    """Arm the fault that was asked for, or disarm all."""
    kind = text(ask, "kind")
    if kind == "none":
        bench.faults.clear()
        return
    if kind not in KINDS:
        raise BadRequestError(f"kind: expected one of {sorted(KINDS)} or none, got {kind!r}")
    share = number(ask, "share", 0.0)
    times = None if "share" in ask else whole(ask, "times", 1, minimum=1)
    seconds = number(ask, "seconds", SECONDS.get(kind, 0.0))
    seed = whole(ask, "seed") if "seed" in ask else None
    bench.faults.arm(Fault(kind, times, share, seconds, text(ask, "on", "")), seed)


def set_clock(bench: Bench, ask: Ask) -> None:
    """Put the clock where it was asked to be."""
    machine = int(time.time())
    offset = ask.get("offset_s", moment(ask, "at", machine) - machine)
    if not isinstance(offset, int) or isinstance(offset, bool):
        raise BadRequestError(f"offset_s: expected whole seconds, got {offset!r}")
    bench.set_clock(offset)


def _switch(bench: Bench, dialect: Dialect, ask: Ask) -> None:
    name = text(ask, "name")
    if name not in dialect.switches:
        raise BadRequestError(f"name: expected one of {sorted(dialect.switches)}, got {name!r}")
    bench.keep("switch", name, {"value": text(ask, "value", dialect.switches[name])})


def _reset(bench: Bench, ask: Ask) -> None:
    bench.reset()


def _push(bench: Bench, dialect: Dialect, ask: Ask) -> dict[str, Any]:
    if dialect.push is None:
        raise BadRequestError(f"push: {dialect.label} pushes nothing, its events wait in a queue")
    url, name = text(ask, "url"), text(ask, "order", "") or text(ask, "order_sn", "")
    if urlsplit(url).hostname not in LOOPBACK:
        raise BadRequestError(f"url: expected a loopback address, got {url!r}")
    sale: Sale | None = bench.sale(name)
    if sale is None:
        raise BadRequestError(f"order: none is called {name!r}")
    headers, body = dialect.push(bench, sale, url)
    answer: dict[str, Any] = {"headers": headers, "body": json.loads(body), "status": None}
    if ask.get("send", True):
        sent = {"Content-Type": "application/json", **headers}
        try:
            answer["status"] = requests.post(url, data=body, headers=sent, timeout=5).status_code
        except requests.RequestException as error:
            answer["error"] = type(error).__name__
    return answer
