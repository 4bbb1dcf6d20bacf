"""The page on which a seller agrees. The application's console says where it leads back to."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from marketplaces.simulators.bench import App, Bench
from marketplaces.simulators.tiktok.envelope import bad_parameter

CODE_LIFE_S = 1_800
PATHS = {"/open/authorize": "service_id", "/oauth/authorize": "app_key"}
"""The two links and what names the application; here its service number is its key."""


def add_consent(blueprint: Blueprint, bench: Bench) -> None:
    """Show the page, and take the answer."""

    def ask_seller() -> AnyResponse | str:
        app = _application(bench)
        if not app.redirect:
            text = "Ứng dụng chưa khai báo Redirect URL: seed với app.redirect.\n"
            return Response(text, 400, content_type="text/plain; charset=utf-8")
        if request.method == "GET":
            page = "simulators/consent.html"
            return render_template(page, label="TikTok Shop", app=app.id, shops=bench.shops())
        back = {"state": request.args["state"]} if request.args.get("state") else {}
        shop = bench.shop(request.form.get("shop", ""))
        if shop is None:
            return redirect(f"{app.redirect}?{urlencode({'code': 'null', 'error': 'auth_denied', **back})}")
        code = bench.mint("code", shop.id, app.id, CODE_LIFE_S)
        return redirect(f"{app.redirect}?{urlencode({'code': code.id, **back})}")

    for path in PATHS:
        blueprint.add_url_rule(path, path.split("/")[1] + "_consent", ask_seller, methods=["GET", "POST"])


def _application(bench: Bench) -> App:
    name = next(PATHS[path] for path in PATHS if request.path.endswith(path))
    app = bench.app(request.args.get(name, ""))
    if app is None:
        raise bad_parameter(f"Invalid `{name}`.")
    return app
