"""Signatures: lowercase hex HMAC-SHA256 under the partner key as literal text.

Only the parts named here are signed; the body and the other query parameters are not.
"""

from __future__ import annotations

import hmac


def sign(partner_key: str, base: str) -> str:
    """Sign a base string."""
    return hmac.new(partner_key.encode(), base.encode(), "sha256").hexdigest()


def public_base(partner_id: str, path: str, timestamp: int) -> str:
    """What is signed for calls without a shop.

    >>> public_base("2001887", "/api/v2/auth/token/get", 1795322749)
    '2001887/api/v2/auth/token/get1795322749'
    """
    return f"{partner_id}{path}{timestamp}"


def shop_base(partner_id: str, path: str, timestamp: int, access_token: str, shop_id: str) -> str:
    """What is signed for calls on behalf of a shop."""
    return f"{partner_id}{path}{timestamp}{access_token}{shop_id}"


def push_signature(push_key: str, url: str, body: bytes) -> str:
    """What the ``Authorization`` header of a push must hold; ``url`` exactly as registered."""
    return hmac.new(push_key.encode(), url.encode() + b"|" + body, "sha256").hexdigest()
