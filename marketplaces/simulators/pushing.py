"""Pushes signed over the application's number and the raw body, in the header ``Authorization``."""

from __future__ import annotations

import hashlib
import hmac
import json

from marketplaces.simulators.bench import Bench, Sale
from marketplaces.simulators.dialect import Signed


def sign_over_app(bench: Bench, sale: Sale, message: dict[str, object]) -> Signed:
    """Headers and body of a push to the application of the sale's shop."""
    body = json.dumps(message, sort_keys=True).encode()
    shop = bench.shop(sale.shop)
    app = bench.app(shop.app) if shop else None
    key, name = ((app.push_secret or app.secret), app.id) if app else ("", "")
    return {"Authorization": hmac.new(key.encode(), name.encode() + body, hashlib.sha256).hexdigest()}, body
