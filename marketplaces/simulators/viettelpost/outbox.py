"""Pushes: one with every move, to the account's address, again until it is answered 200."""

from __future__ import annotations

import json
import threading
import time
from typing import Any
from urllib.parse import urlsplit

import requests

from marketplaces.simulators.bench import Bench
from marketplaces.simulators.store import Body
from marketplaces.simulators.viettelpost.parcels import shown

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
TRIES, WAIT_S = 5, 0.5
Push = dict[str, Any]


def make(account: Body, parcel: Body, step: Body) -> Push:
    """A push with the secret where the account has it: header, body or both."""
    secret, mode = account.get("secret", ""), account.get("mode", "header")
    headers = {"Authorization": secret if mode in {"header", "both"} else "Basic"}
    body = {"DATA": shown(parcel, step), "TOKEN": secret if mode in {"body", "both"} else ""}
    return {"headers": headers, "body": json.dumps(body, ensure_ascii=False)}


def tell(bench: Bench, account: Body, parcel: Body) -> Push:
    """Keep a push of the parcel's last move, and send it where the account has an address here."""
    push = make(account, parcel, parcel["history"][-1])
    place = bench.number("push", 1)
    bench.keep("push", str(place), push, account["username"], place)
    if urlsplit(account.get("url", "")).hostname in LOOPBACK:
        threading.Thread(target=_send, args=(account["url"], push), daemon=True).start()
    return push


def _send(url: str, push: Push) -> None:
    headers = {"Content-Type": "application/json", **push["headers"]}
    for _ in range(TRIES):
        try:
            if requests.post(url, data=push["body"].encode(), headers=headers, timeout=5).status_code == 200:
                return
        except requests.RequestException:
            pass  # it is told again, as the real one does
        time.sleep(WAIT_S)
