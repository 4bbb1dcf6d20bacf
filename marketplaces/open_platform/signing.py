"""Signatures: UPPERCASE hex HMAC-SHA256 over the API's name and every text parameter, sorted by name.

Wherever a parameter travels (query, form, multipart text) it is signed; files and ``sign`` are not.
The platforms' own samples disagree on empty values, so none is ever sent.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable


def base_string(api: str, parameters: Iterable[tuple[str, str]]) -> str:
    """What is signed; ``api`` is the path without ``/rest``, empty for the dotted names of older calls.

    >>> base_string("/order/get", [("order_id", "1"), ("app_key", "7")])
    '/order/getapp_key7order_id1'
    """
    return api + "".join(f"{name}{value}" for name, value in sorted(parameters))


def sign(app_secret: str, base: str) -> str:
    """Sign a base string."""
    return hmac.new(app_secret.encode(), base.encode(), "sha256").hexdigest().upper()


def push_signature(push_key: str, app_key: str, body: bytes) -> str:
    """What the ``Authorization`` header of a push must hold, in lowercase; the address is not signed."""
    return hmac.new(push_key.encode(), app_key.encode() + body, "sha256").hexdigest()
