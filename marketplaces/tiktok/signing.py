"""Signatures: lowercase hex HMAC-SHA256 under the application's secret as literal text.

A call signs its path, its decoded query and its raw body, between the secret twice; a push signs the
application's key and the raw body.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable

UNSIGNED = frozenset({"sign", "access_token"})


def base_string(secret: str, path: str, query: Iterable[tuple[str, str]], body: bytes = b"") -> bytes:
    """What is signed of a call. A body of ``multipart/form-data`` is none of it: pass nothing then.

    >>> base_string("s", "/order/202309/orders", [("ids", "A,B"), ("app_key", "k"), ("sign", "x")])
    b's/order/202309/ordersapp_keykidsA,Bs'
    """
    pairs = sorted((name, value) for name, value in query if name not in UNSIGNED)
    text = secret + path + "".join(name + value for name, value in pairs)
    return text.encode() + body + secret.encode()


def sign(secret: str, base: bytes) -> str:
    """Sign a base string."""
    return hmac.new(secret.encode(), base, "sha256").hexdigest()


def push_signature(app_key: str, secret: str, body: bytes) -> str:
    """What the ``Authorization`` header of a push must hold."""
    return sign(secret, app_key.encode() + body)
