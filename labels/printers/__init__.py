"""Where pages go: one verb, ``print_pages``. None of them prints a job twice, or the rest of one.

- ``kept``     in memory, or in a file that is whole or absent
- ``tcp``      a label printer's raw port 9100
- ``cups``     a raw queue of CUPS, through ``lp``
- ``address``  which of them an address means
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from labels.printers.address import printer_at, tcp_parts
from labels.printers.cups import CupsPrinter
from labels.printers.kept import FilePrinter, MemoryPrinter
from labels.printers.tcp import TcpPrinter, addresses_of, whole_rows

__all__ = [
    "CupsPrinter",
    "FilePrinter",
    "MemoryPrinter",
    "Printer",
    "TcpPrinter",
    "addresses_of",
    "printer_at",
    "tcp_parts",
    "whole_rows",
]


class Printer(Protocol):
    """Anything that takes pages."""

    def print_pages(self, pages: Iterable[bytes], title: str) -> str:
        """Print everything ``pages`` gives, in order; the SHA-256 of it all, in hexadecimal."""
