"""Where a subscription may send: an address from a form of ours is a way into the inner network.

Said at the door, as far as words show it, and asked again of every address at the moment of sending: a
name may stand for something else by then, so the address that was looked at is the one that is called.
``hosts`` are the operator's ``epcis_hosts``: a network allows what lies in it, a name what it stands for
but this machine and other special addresses. Only there http will do.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from trace.services.epcis.exceptions import EpcisException
from trace.standards.net_address import Address, in_networks, is_disguised, is_public, is_special, plain

LONGEST: Final = 1_000
_HOST: Final = re.compile(
    r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\.?", re.ASCII
)
_SIGNS: Final = re.compile(r"[!-~]+")
Resolve = Callable[[str, int], Iterable[str]]


@dataclass(frozen=True)
class Destination:
    """An address taken apart; ``target`` is its path with what is asked."""

    is_https: bool
    host: str
    port: int
    target: str
    authority: str


def read_destination(dest: object, hosts: Sequence[str]) -> Destination:
    """An address that may be written to, as far as its words show.

    Raises:
        EpcisException: SubscriptionControlsException: no https address of another host, a name or password in
            it, a number in disguise, or an address that is not public and not listed.
    """
    if not isinstance(dest, str) or len(dest) > LONGEST or not _SIGNS.fullmatch(dest):
        raise _refused("epcis.dest", dest)
    found = _taken_apart(dest)
    if not found.is_https and not _is_listed(found.host, hosts):
        raise _refused("epcis.dest_http", dest)
    literal = _literal(found.host)
    if literal is not None and not _may(literal, found.host, hosts):
        raise _refused("epcis.dest_host", dest)
    return found


def checked_addresses(found: Destination, hosts: Sequence[str], resolve: Resolve) -> list[Address]:
    """The addresses the host stands for now; empty where there are none, or where one may not be called."""
    literal = _literal(found.host)
    try:
        addresses = (
            [literal] if literal is not None else [plain(one) for one in resolve(found.host, found.port)]
        )
    except (OSError, ValueError):
        return []
    may = all(_may(one, found.host, hosts) for one in addresses)
    plain_http = (
        found.is_https or _named(found.host, hosts) or all(in_networks(one, hosts) for one in addresses)
    )
    return addresses if may and plain_http else []


def _taken_apart(dest: str) -> Destination:
    try:
        parts = urlsplit(dest)
        port = parts.port
    except ValueError:
        raise _refused("epcis.dest", dest) from None
    host = (parts.hostname or "").lower()
    is_right = parts.scheme in ("http", "https") and "@" not in parts.netloc and not parts.fragment
    if not is_right or "\\" in dest or port == 0 or not _is_host(host):
        raise _refused("epcis.dest", dest)
    is_https = parts.scheme == "https"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Destination(is_https, host, port or (443 if is_https else 80), target, parts.netloc)


def _is_host(host: str) -> bool:
    if _literal(host) is not None:
        return True
    return bool(_HOST.fullmatch(host)) and not is_disguised(host)


def _literal(host: str) -> Address | None:
    try:
        return plain(host)
    except ValueError:
        return None


def _named(host: str, hosts: Sequence[str]) -> bool:
    return host.rstrip(".") in hosts


def _is_listed(host: str, hosts: Sequence[str]) -> bool:
    literal = _literal(host)
    return in_networks(literal, hosts) if literal is not None else _named(host, hosts)


def _may(address: Address, host: str, hosts: Sequence[str]) -> bool:
    if is_public(address) or in_networks(address, hosts):
        return True
    return _named(host, hosts) and not is_special(address)


def _refused(key: str, got: object) -> EpcisException:
    return EpcisException("SubscriptionControlsException", key, got=str(got)[:80])
