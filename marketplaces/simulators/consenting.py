"""The page on which a seller agrees: an OAuth link, one button, and back with a code."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from marketplaces.simulators.bench import App, Bench


def add_consent(blueprint: Blueprint, bench: Bench, label: str, life_s: int) -> None:
    """Show the page, and take the answer; the code lives for ``life_s`` seconds."""

    @blueprint.get("/oauth/authorize")
    def ask_seller() -> AnyResponse:
        app, target = _asked(bench)
        if app is None or not target:
            return _refused()
        page = render_template("simulators/consent.html", label=label, app=app.id, shops=bench.shops())
        return Response(page)

    @blueprint.post("/oauth/authorize")
    def seller_agrees() -> AnyResponse:
        app, target = _asked(bench)
        shop = bench.shop(request.form.get("shop", ""))
        if app is None or not target or shop is None:
            return _refused()
        back = {"code": bench.mint("code", shop.id, app.id, life_s).id}
        if request.args.get("state"):
            back["state"] = request.args["state"]
        return redirect(target + ("&" if urlsplit(target).query else "?") + urlencode(back))


def _asked(bench: Bench) -> tuple[App | None, str]:
    """Which application asks, and where to go back to."""
    target = request.args.get("redirect_uri", "")
    parts = urlsplit(target)
    fits = request.args.get("response_type") == "code" and parts.scheme in {"http", "https"} and parts.netloc
    return bench.app(request.args.get("client_id", "")), target if fits else ""


def _refused() -> Response:
    message = "Cần response_type=code, client_id, redirect_uri và một gian hàng.\n"
    return Response(message, 400, content_type="text/plain; charset=utf-8")
