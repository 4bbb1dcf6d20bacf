"""Addresses of the network: read without disguise, and whether one may be called from here unasked.

Sources: the IANA registries of special-purpose addresses, which ``ipaddress`` follows, and beside them
the prefixes that carry an IPv4 address inside an IPv6 one (RFC 4291, 3056, 4380, 6052).
"""

import ipaddress
import re
from collections.abc import Sequence
from typing import Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
NUMBER: Final = re.compile(r"(0x[0-9a-f]*|[0-9]+)", re.ASCII)
"""The last label of a host that some programs read as a number: ``127.1``, ``0x7f000001``."""

_WRAPPING: Final = tuple(map(ipaddress.ip_network, ("::/96", "2002::/16", "2001::/32", "64:ff9b::/96")))
_OF_CLOUDS: Final = frozenset(map(ipaddress.ip_address, ("168.63.129.16",)))
"""Machines of a cloud's inside that have a public number."""
_CLOSED: Final = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "fec0::/10", "3fff::/20", "5f00::/16")))
"""What some versions of ``ipaddress`` take for public: protocol assignments with a cloud's metadata in them
(RFC 6890), the sites of old (RFC 3879), documentation (RFC 9637) and segment routing (RFC 9602)."""


def plain(text: str) -> Address:
    """An address without disguise; raises ``ValueError`` where it is none.

    >>> str(plain("::ffff:127.0.0.1")), str(plain("fe80::1%eth0"))
    ('127.0.0.1', 'fe80::1')
    """
    address = ipaddress.ip_address(text.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def is_disguised(host: str) -> bool:
    """Whether a host that is no address in its usual form may be read as one all the same.

    >>> is_disguised("127.1"), is_disguised("0x7f.1"), is_disguised("example.vn")
    (True, True, False)
    """
    return bool(NUMBER.fullmatch(host.lower().rstrip(".").rpartition(".")[2])) or ":" in host


def is_special(address: Address) -> bool:
    """This machine, its link, a group, nobody, or reserved: no name of another machine."""
    return (
        address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or address.is_reserved
    )


def is_public(address: Address) -> bool:
    """Whether the address is a machine of the open network, whatever it is written as.

    >>> [is_public(plain(one)) for one in ("203.162.4.190", "10.0.0.1", "169.254.169.254", "100.64.0.1")]
    [True, False, False, False]
    >>> [is_public(plain(one)) for one in ("2002:7f00:1::", "64:ff9b::a00:1", "fd00:ec2::254", "ff02::1")]
    [False, False, False, False]
    >>> [is_public(plain(one)) for one in ("192.0.0.192", "fec0::1", "3fff::1", "5f00::1")]
    [False, False, False, False]
    """
    if any(address.version == net.version and address in net for net in (*_WRAPPING, *_CLOSED)):
        return False
    return address.is_global and not is_special(address) and address not in _OF_CLOUDS


def in_networks(address: Address, hosts: Sequence[str]) -> bool:
    """Whether the address lies in one of the networks among ``hosts``; names among them are passed over."""
    for host in hosts:
        try:
            network = ipaddress.ip_network(host)
        except ValueError:
            continue
        if address.version == network.version and address in network:
            return True
    return False
