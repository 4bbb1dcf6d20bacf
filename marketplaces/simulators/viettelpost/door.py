"""The control door: ``POST /control/viettelpost``, and ``truth``, ``received`` and ``calls`` below it.

``{"do": "seed", "username": "…", "password": "…", "hook": {"url": "", "secret": "…", "mode": "header"}}``
    an account; ``mode`` header | body | both says where its pushes carry the secret.
``{"do": "status", "order": "…", "status": 501, "at": …}``
    moves a shipment, by ViettelPost's number or ours; answers the push it made.
``{"do": "pushes"}``
    every push made so far, oldest first, as ``{"headers", "body"}``.
``{"do": "expire", "username": "…"}``
    the account's long token is dead from now on.
``fault``, ``clock``, ``switch`` and ``reset`` as at the marketplaces; ``truth`` tells every shipment, and
``received`` the people of the last bookings, which are kept in memory alone.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from marketplaces.simulators.asking import Ask, BadRequestError, moment, part, text, whole
from marketplaces.simulators.bench import Bench
from marketplaces.simulators.control import arm_fault, set_clock
from marketplaces.simulators.store import Body
from marketplaces.simulators.viettelpost import outbox
from marketplaces.simulators.viettelpost.parcels import Received, moved, state_of
from marketplaces.simulators.viettelpost.waybills import SWITCHES


def door(bench: Bench, received: Received) -> Blueprint:
    """The door for this carrier."""
    control = Blueprint("control_viettelpost", __name__, url_prefix="/control/viettelpost")

    @control.post("")
    def act() -> Response:
        ask = request.get_json()
        if not isinstance(ask, dict):
            raise BadRequestError("expected a JSON object")
        if text(ask, "do", "") == "reset":
            received.clear()
        return jsonify(_act(bench, ask))

    @control.get("/truth")
    def truth() -> Response:
        return jsonify([{**parcel, **state_of(parcel)} for parcel in bench.notes("parcel")])

    @control.get("/received")
    def people() -> Response:
        return jsonify(received.every())

    @control.get("/calls")
    def calls() -> Response:
        return jsonify(bench.calls.every())

    @control.errorhandler(BadRequestError)
    def refuse(error: BadRequestError) -> tuple[Response, int]:
        return jsonify(error=str(error)), 400

    return control


def _act(bench: Bench, ask: Ask) -> dict[str, Any]:
    deed = text(ask, "do", "")
    if deed == "seed":
        return _seed(bench, ask)
    if deed == "status":
        return _move(bench, ask)
    if deed == "pushes":
        return {"pushes": bench.notes("push")}
    plain = {"fault": arm_fault, "clock": set_clock, "switch": _switch, "expire": _expire, "reset": _reset}
    if deed not in plain:
        known = sorted({"seed", "status", "pushes", *plain})
        raise BadRequestError(f"do: expected one of {known}, got {deed!r}")
    plain[deed](bench, ask)
    return {"done": deed}


def _seed(bench: Bench, ask: Ask) -> dict[str, Any]:
    username, hook = text(ask, "username"), part(ask, "hook")
    known = bench.note("account", username) or {
        "username": username,
        "secret": "",
        "mode": "header",
        "url": "",
    }
    known |= {"password": text(ask, "password", known.get("password", "mat-khau-mau"))}
    known |= {name: text(hook, name, known[name]) for name in ("secret", "mode", "url")}
    bench.keep("account", username, known)
    return {"username": username, "password": known["password"]}


def _move(bench: Bench, ask: Ask) -> dict[str, Any]:
    wanted = text(ask, "order")
    found = [one for one in bench.notes("parcel") if wanted in {one["number"], one["reference"]}]
    if not found:
        raise BadRequestError(f"order: none is called {wanted!r}")
    with bench.work():
        parcel = moved(bench, found[-1], whole(ask, "status"), moment(ask, "at", bench.now()))
        account: Body = bench.note("account", parcel["account"]) or {}
    return {"push": outbox.tell(bench, account, parcel)}


def _switch(bench: Bench, ask: Ask) -> None:
    name = text(ask, "name")
    if name not in SWITCHES:
        raise BadRequestError(f"name: expected one of {sorted(SWITCHES)}, got {name!r}")
    bench.keep("switch", name, {"value": text(ask, "value", SWITCHES[name])})


def _expire(bench: Bench, ask: Ask) -> None:
    account = bench.note("account", text(ask, "username")) or {}
    token = bench.token(account.get("long", ""))
    if token is not None:
        token.dead = True
        bench.save(token)


def _reset(bench: Bench, _ask: Ask) -> None:
    bench.reset()
