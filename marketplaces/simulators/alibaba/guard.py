"""Who may come in: a signature of either generation, a time within two hours, a living token, a listed host.

Parameters count wherever they travel, query or form, also in halves. ``/rest`` signs by HMAC-SHA256 and
puts the API's path before the parameters when its name has a slash; the path stands in the address or in
``method``. ``/sync`` takes dotted names, calls the token ``session``, and knows MD5 and HMAC-MD5 as well.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta, timezone

from flask import request

from marketplaces.simulators.alibaba.envelope import GatewayError, is_old
from marketplaces.simulators.alibaba.switches import chosen
from marketplaces.simulators.bench import App, Bench, Shop
from marketplaces.simulators.granting import admitted_shop

PREFIX = "/alibaba"
REST = f"{PREFIX}/rest"
SKEW_S = 7_200
CHINA = timezone(timedelta(hours=8))
SYSTEM = ("app_key", "timestamp", "sign_method", "sign")


def api_name() -> str:
    """What is called: the path below ``/rest``, or ``method``."""
    below = "" if is_old() else request.path.removeprefix(REST).rstrip("/")
    return below or parameters().get("method", "")


def parameters() -> dict[str, str]:
    """Every text parameter by name."""
    return {**request.form.to_dict(), **request.args.to_dict()}


def admit_app(bench: Bench) -> App:
    """Application, time and signature are right."""
    given = parameters()
    for name in SYSTEM:
        if not given.get(name):
            raise GatewayError(
                "MissingParameter", f"The input parameter '{name}' that is mandatory is missing."
            )
    app = bench.app(given["app_key"])
    if app is None or not _is_signed(app, given):
        raise GatewayError("IncompleteSignature", "The request signature does not conform to standards.")
    _check_time(bench, given["timestamp"])
    return app


def admit_shop(bench: Bench) -> Shop:
    """Besides, the caller's address is listed and the token is alive; it says which shop."""
    app = admit_app(bench)
    if chosen(bench, "ip") == "unlisted":
        raise GatewayError("AppWhiteIpLimit", "The ip of the request is not in the white list of the app.")
    text = parameters().get("session" if is_old() else "access_token", "")
    shop = admitted_shop(bench, app, text)
    if shop is None:
        raise GatewayError("IllegalAccessToken", "The specified access token is invalid or expired.")
    return shop


def _check_time(bench: Bench, stamp: str) -> None:
    """Milliseconds; older calls write a time of Beijing."""
    try:
        at = int(stamp) / 1000 if stamp.isdigit() else _beijing(stamp)
    except ValueError:
        raise GatewayError("IllegalTimestamp", "The timestamp is no time.") from None
    if abs(bench.now() - at) > SKEW_S:
        raise GatewayError("IllegalTimestamp", "The timestamp is more than two hours off.")


def _beijing(stamp: str) -> float:
    at = datetime.strptime(stamp, "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
    return at.astimezone(UTC).timestamp()


def _is_signed(app: App, given: dict[str, str]) -> bool:
    signed = {name: value for name, value in given.items() if name != "sign"}
    pairs = "".join(name + signed[name] for name in sorted(signed))
    got = given["sign"].encode("utf-8", "replace")
    expected = expected_sign(given["sign_method"], api_name(), app.secret, pairs)
    return hmac.compare_digest(expected.encode(), got)


def expected_sign(way: str, api: str, secret: str, pairs: str) -> str:
    """The signature of the sorted pairs in one of the ways; none is given for a way nobody knows."""
    key, message = secret.encode(), pairs.encode()
    if way == "sha256":
        path = api.encode() if "/" in api else b""
        return hmac.new(key, path + message, hashlib.sha256).hexdigest().upper()
    if is_old() and way == "md5":
        return hashlib.md5(key + message + key).hexdigest().upper()  # noqa: S324 - the platform's own way
    if is_old() and way == "hmac":
        return hmac.new(key, message, hashlib.md5).hexdigest().upper()
    return ""
