"""A page for a person who plays the buyer and the courier: ``/<marketplace>/``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from marketplaces.simulators.asking import BadRequestError
from marketplaces.simulators.bench import Bench
from marketplaces.simulators.dialect import Dialect
from marketplaces.simulators.selling import change, place

VIETNAM = timezone(timedelta(hours=7))
DEEDS = frozenset({"pay", "complete", "cancel", "return"})
SHOWN_ORDERS = 30


def play(dialect: Dialect, bench: Bench) -> Blueprint:
    """Shops with their listings and latest orders, each with its buttons."""
    name = f"play_{dialect.market}"
    page = Blueprint(name, __name__, url_prefix=f"/{dialect.market}")

    @page.get("/")
    def show() -> str:
        shops = [
            (shop, bench.items(shop.id), bench.sales(shop.id)[::-1][:SHOWN_ORDERS]) for shop in bench.shops()
        ]
        return render_template("simulators/play.html", dialect=dialect, shops=shops, local=_local, name=name)

    @page.post("/play/buy")
    def buy() -> AnyResponse:
        line = {"listing": request.form.get("listing", ""), "model": request.form.get("model", "")}
        quantity = request.form.get("quantity", "1")
        if not (quantity.isascii() and quantity.isdigit() and len(quantity) < 6):
            raise BadRequestError(f"quantity: expected a whole number, got {quantity!r}")
        lines = [{**line, "quantity": int(quantity)}]
        with bench.work():
            place(bench, dialect, {"shop": request.form.get("shop", ""), "lines": lines})
        return redirect(url_for(f"{name}.show"))

    @page.post("/play/change")
    def act() -> AnyResponse:
        deed = request.form.get("do", "")
        if deed not in DEEDS:
            raise BadRequestError(f"do: expected one of {sorted(DEEDS)}, got {deed!r}")
        with bench.work():
            change(bench, dialect, {"do": deed, "order": request.form.get("order", "")})
        return redirect(url_for(f"{name}.show"))

    @page.errorhandler(BadRequestError)
    def refuse(error: BadRequestError) -> Response:
        return Response(str(error), 400, content_type="text/plain; charset=utf-8")

    return page


def _local(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M")
