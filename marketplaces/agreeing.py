"""What the ways to a seller's agreement share."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit


def parted_state(redirect: str) -> tuple[str, str]:
    """A return address without its ``state``, and that state; OAuth carries it beside the address.

    >>> parted_state("https://x.vn/back?state=abc&to=1")
    ('https://x.vn/back?to=1', 'abc')
    """
    parts = urlsplit(redirect)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    kept = [pair for pair in pairs if pair[0] != "state"]
    state = next((value for name, value in pairs if name == "state"), "")
    return urlunsplit(parts._replace(query=urlencode(kept))), state
