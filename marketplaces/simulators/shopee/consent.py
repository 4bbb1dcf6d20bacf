"""The page on which a seller agrees: a signed link that lives five minutes, one button, and back."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from marketplaces.simulators.bench import Bench
from marketplaces.simulators.shopee.envelope import ShopeeError
from marketplaces.simulators.shopee.guard import admit_public

CODE_LIFE_S = 600


def add_consent(blueprint: Blueprint, bench: Bench) -> None:
    """Show the page, and take the answer."""

    @blueprint.get("/api/v2/shop/auth_partner")
    def ask_seller() -> str:
        app, _ = admit_public(bench), _target()
        return render_template("simulators/consent.html", label="Shopee", app=app.id, shops=bench.shops())

    @blueprint.post("/api/v2/shop/auth_partner")
    def seller_agrees() -> AnyResponse:
        app, target = admit_public(bench), _target()
        shop = bench.shop(request.form.get("shop", ""))
        if shop is None:
            return Response("Chưa chọn gian hàng.", 400)
        code = bench.mint("code", shop.id, app.id, CODE_LIFE_S)
        joint = "&" if urlsplit(target).query else "?"
        return redirect(target + joint + urlencode({"code": code.id, "shop_id": shop.id}))


def _target() -> str:
    target = request.args.get("redirect", "")
    if urlsplit(target).scheme not in {"http", "https"} or not urlsplit(target).netloc:
        raise ShopeeError("error_param", "There is no redirect in query.")
    return target
