"""The page of a listing for buyers, as its marketplace told it: at its own hosts, and nobody is followed."""

from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit

LONGEST = 500


def public_page(told: str, hosts: Iterable[str]) -> str:
    """The address without what comes after the path; "" where it is not https at one of these hosts.

    A query names who sent the buyer, never the goods: those are in the path.
    """
    try:
        parts = urlsplit(told.strip())
        name = parts.hostname or ""
        is_plain = parts.scheme == "https" and parts.port is None and parts.username is None
    except ValueError:
        return ""
    if not is_plain or not any(name == host or name.endswith(f".{host}") for host in hosts):
        return ""
    if any(letter.isspace() or not letter.isprintable() for letter in parts.path):
        return ""
    address = urlunsplit(("https", name, parts.path, "", ""))
    return address if len(parts.path) > 1 and len(address) <= LONGEST else ""
