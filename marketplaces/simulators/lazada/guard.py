"""Who may come in: all system parameters, a time within two hours, the signature, and a living token.

Text parameters count wherever they travel: query, form, multipart, or the members of a JSON object.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime

from flask import request

from marketplaces.simulators.bench import App, Bench, Shop
from marketplaces.simulators.granting import admitted_shop
from marketplaces.simulators.lazada.envelope import LazadaError

PREFIX = "/lazada"
REST = "/rest"
SKEW_S = 7_200
SYSTEM = ("app_key", "timestamp", "sign_method", "sign")


def parameters() -> dict[str, str]:
    """Every text parameter by name."""
    body = request.get_json(silent=True)
    members = body.items() if isinstance(body, dict) else ()
    inside = {name: str(value) for name, value in members if isinstance(value, str | int)}
    return {**inside, **request.form.to_dict(), **request.args.to_dict()}


def admit_app(bench: Bench) -> App:
    """Application, time and signature are right."""
    given = parameters()
    for name in SYSTEM:
        if not given.get(name):
            raise LazadaError(
                "MissingParameter", f"The input parameter '{name}' that is mandatory is missing."
            )
    _check_time(bench, given["timestamp"])
    app = bench.app(given["app_key"])
    if app is None or given["sign_method"] != "sha256" or not _is_signed(app, given):
        raise LazadaError(
            "IncompleteSignature", "The request signature does not conform to platform standards."
        )
    return app


def admit_shop(bench: Bench) -> Shop:
    """Besides, the token is alive and was given to this application; it says which shop."""
    app, text = admit_app(bench), parameters().get("access_token", "")
    if not text:
        raise LazadaError("MissingParameter", "The input parameter 'access_token' is missing.")
    shop = admitted_shop(bench, app, text)
    if shop is None:
        raise LazadaError("IllegalAccessToken", "The specified access token is invalid or expired.")
    return shop


def _check_time(bench: Bench, stamp: str) -> None:
    """Milliseconds, or an ISO time in UTC. What the real refusal is called is not known."""
    try:
        at = int(stamp) / 1000 if stamp.isdigit() else _utc(stamp)
    except ValueError:
        raise LazadaError("InvalidTimestamp", "The timestamp is no time.") from None
    if abs(bench.now() - at) > SKEW_S:
        raise LazadaError("InvalidTimestamp", "The timestamp is more than 7200 seconds off.")


def _utc(stamp: str) -> float:
    return datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()


def _is_signed(app: App, given: dict[str, str]) -> bool:
    """In upper case. Samples of Lazada's differ on empty values: with their names alone, or left out."""
    signed = {name: value for name, value in given.items() if name != "sign"}
    filled = {name: value for name, value in signed.items() if value}
    return any(
        hmac.compare_digest(_sign(app, one).encode(), given["sign"].encode("utf-8", "replace"))
        for one in (signed, filled)
    )


def _sign(app: App, signed: dict[str, str]) -> str:
    api = request.path.removeprefix(PREFIX).removeprefix(REST)
    message = api + "".join(name + signed[name] for name in sorted(signed))
    return hmac.new(app.secret.encode("utf-8"), message.encode("utf-8"), hashlib.sha256).hexdigest().upper()
