"""What is said to and by a report server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from marketplaces.interface import ErrorKind, MarketplaceError
from marketplaces.report_server.host_keys import HostKey

Fault = Literal[
    "unreached",  # no connection, or it broke off, or no answer in time
    "host_key",  # another server, or one with another key
    "key_file",  # our own private key cannot be read, or others can read it
    "login",  # it does not take user and key, or password
    "folder",  # the folder is not there, or is not shown to us
    "crowded",  # more names than anybody looks through
    "malformed",  # it does not speak SFTP as it should
]
_KINDS: Mapping[Fault, ErrorKind] = {
    "unreached": "unavailable",
    "folder": "missing",
    "crowded": "refused",
    "malformed": "malformed",
}


class ReportServerError(MarketplaceError):
    """A failure of the server; ``figures`` are what a text about it names, never the server's own words."""

    def __init__(self, fault: Fault, message: str, **figures: str) -> None:
        kind = _KINDS.get(fault, "setup")
        super().__init__(message, permanent=kind not in {"unavailable", "malformed"}, kind=kind)
        self.fault = fault
        self.figures = figures


class NotWholeError(Exception):
    """One file cannot be had now: it changed meanwhile, or the server does not give it. The others can."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server is, who it must be, and who we are there: by a key file or a password."""

    host: str
    port: int
    user: str
    folder: str
    host_keys: Sequence[HostKey]
    key_file: Path | None = None
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Seconds to connect, for the next bytes, for signing in and for listing, for one file; most names."""

    connect_s: float = 10.0
    answer_s: float = 30.0
    look_s: float = 90.0
    file_s: float = 180.0
    most_names: int = 20_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in the folder as the server told it: bytes, seconds since 1970 by its clock.

    ``name`` is whatever it sent, with what is no UTF-8 as lone surrogates: it is no path of ours.
    ``size`` or ``modified`` is -1 where it was not told.
    """

    name: str
    size: int
    modified: int
    is_file: bool = True
    is_folder: bool = False
