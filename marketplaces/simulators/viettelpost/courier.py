"""A page for a person who plays the postman: ``/viettelpost/``."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from marketplaces.simulators.bench import Bench
from marketplaces.simulators.store import Body
from marketplaces.simulators.viettelpost import outbox
from marketplaces.simulators.viettelpost.envelope import VtpError
from marketplaces.simulators.viettelpost.parcels import NAMES, VIETNAM, find_parcel, moved, state_of

MOVES = {
    "booked": (105, 107),
    "carried": (300, 500),
    "at the door": (501, 505),
    "coming back": (502, 504),
}
SHOWN = 30


def courier(bench: Bench) -> Blueprint:
    """The latest parcels, each with what may happen to it next."""
    page = Blueprint("courier_viettelpost", __name__, url_prefix="/viettelpost")

    @page.get("/")
    def show() -> str:
        parcels = [_shown(one) for one in bench.notes("parcel")[::-1][:SHOWN]]
        return render_template("simulators/courier.html", parcels=parcels, names=NAMES)

    @page.post("/play/move")
    def move() -> AnyResponse:
        status = request.form.get("status", "")
        if not status.isdecimal() or int(status) not in NAMES:
            return Response("status: expected a code that is shown", 400, content_type="text/plain")
        with bench.work():
            parcel = moved(bench, find_parcel(bench, request.form.get("number", "")), int(status))
            account: Body = bench.note("account", parcel["account"]) or {}
        outbox.tell(bench, account, parcel)
        return redirect(url_for("courier_viettelpost.show"))

    @page.errorhandler(VtpError)
    def refuse(error: VtpError) -> Response:
        return Response(error.message, 400, content_type="text/plain; charset=utf-8")

    return page


def _shown(parcel: Body) -> Body:
    state = state_of(parcel)
    at = (datetime.fromtimestamp(state["at"], UTC) + VIETNAM).strftime("%d/%m/%Y %H:%M")
    return {**parcel, "status": state["status"], "shown_at": at, "next": _next(state["status"])}


def _next(status: int) -> tuple[int, ...]:
    """What a postman may do with it now."""
    if status in {101, 107, 501, 503, 504}:
        return ()
    if status < 105:
        return MOVES["booked"]
    if status in {502, 505, 515}:
        return MOVES["coming back"]
    return MOVES["at the door"] if status == 500 else MOVES["carried"]
