"""Printers by address: ``tcp://host:9100``, ``tcp://[::1]:9100``, ``cups://NAME``, ``memory:``."""

from __future__ import annotations

import re

from labels.errors import BadAddress
from labels.printers.cups import NAME, CupsPrinter
from labels.printers.kept import MemoryPrinter
from labels.printers.tcp import RAW_PORT, TcpPrinter

HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?"
TCP = re.compile(rf"tcp://(?:\[([0-9A-Fa-f:.]{{2,45}})\]|({HOST}))(?::([0-9]{{1,5}}))?", re.ASCII)


def printer_at(address: str) -> TcpPrinter | CupsPrinter | MemoryPrinter:
    """The printer of this address; nothing is asked of the network yet.

    :raises BadAddress: it has another shape.
    """
    if address == "memory:":
        return MemoryPrinter()
    if address.startswith("cups://"):
        name = address.removeprefix("cups://")
        if not NAME.fullmatch(name):
            raise BadAddress(address)
        return CupsPrinter(name)
    return TcpPrinter(*tcp_parts(address))


def tcp_parts(address: str) -> tuple[str, int]:
    """Host (of IPv6 without its brackets) and port, 9100 when none is given.

    :raises BadAddress: it is no ``tcp://host:port``.
    """
    found = TCP.fullmatch(address)
    port = int((found and found[3]) or RAW_PORT)
    if found is None or not 1 <= port <= 65535:
        raise BadAddress(address)
    return found[1] or found[2], port
