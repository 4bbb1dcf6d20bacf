"""Bytes out, bytes in: one request with bounded time and bounded size, and no surprise."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Literal, Protocol
from urllib.parse import urlsplit

import requests
import urllib3
from urllib3.exceptions import NewConnectionError

from marketplaces.interface import MarketplaceError

Effect = Literal["read", "session", "change"]
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
CHUNK_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to connect, to wait for the next bytes, and for a whole call with all its repeats."""

    connect_s: float = 3.0
    read_s: float = 15.0
    total_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Call:
    """One request.

    ``effect``: a ``read`` may be repeated; a ``session`` call (tokens) and a ``change`` never are, and
    a rehearsal holds changes back. ``bucket`` names the pace the call counts against.
    """

    method: Literal["GET", "POST", "PUT", "DELETE"]
    url: str
    effect: Effect
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    json: object = field(default=None, repr=False)
    form: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    files: tuple[tuple[str, str, bytes], ...] = field(default=(), repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    bucket: str = ""


@dataclass(frozen=True, slots=True)
class Raw:
    """An answer as it came; ``rehearsed`` when nothing was sent at all."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    rehearsed: bool = False


def json_bytes(value: object) -> bytes:
    """What a call's ``json`` is sent as: compact UTF-8. Whoever signs bodies signs these bytes."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode(errors="replace")  # half a surrogate pair has no bytes


class NotSentError(MarketplaceError):
    """The request never left us, so that nothing can have happened there."""


class Transport(Protocol):
    """Sends one call; ``deadline`` is on the monotonic clock."""

    def send(self, call: Call, timeouts: Timeouts, deadline: float) -> Raw:
        """Raise ``NotSentError`` or ``MarketplaceError`` when there is no whole answer."""


class Wire:
    """The transport over ``requests``. One instance serves one thread at a time."""

    def __init__(
        self,
        max_bytes: int = 10_000_000,
        proxies: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_bytes = max_bytes
        self._clock = clock
        self._session = requests.Session()
        self._session.trust_env = False  # no ~/.netrc, no proxy nobody named
        self._session.proxies.update(proxies or {})
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def send(self, call: Call, timeouts: Timeouts, deadline: float) -> Raw:
        """Redirects are never followed; the body is cut off at ``max_bytes`` after decompression."""
        _check_address(call.url)
        try:
            with self._request(call, timeouts, deadline) as response:
                return Raw(response.status_code, response.headers, self._body(response.raw, deadline))
        except requests.RequestException as error:
            raise _explain(error, call) from None
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise MarketplaceError(f"{_place(call)}: the answer broke off ({type(error).__name__})") from None

    def _request(self, call: Call, timeouts: Timeouts, deadline: float) -> requests.Response:
        left = max(0.001, deadline - self._clock())
        is_json = call.json is not None
        headers = {"Accept": "application/json", "User-Agent": "nongsan"}
        if is_json:
            headers["Content-Type"] = "application/json"
        return self._session.request(
            call.method,
            call.url,
            params=list(call.query),
            data=json_bytes(call.json) if is_json else list(call.form) or None,
            files=[(name, (filename, content)) for name, filename, content in call.files] or None,
            headers={**headers, **dict(call.headers)},
            timeout=(min(timeouts.connect_s, left), min(timeouts.read_s, left)),
            allow_redirects=False,
            stream=True,
        )

    def _body(self, stream: urllib3.HTTPResponse, deadline: float) -> bytes:
        body = bytearray()
        while chunk := stream.read1(CHUNK_BYTES, decode_content=True):
            body += chunk
            if len(body) > self._max_bytes:
                message = f"the answer is larger than {self._max_bytes} bytes"
                raise MarketplaceError(message, kind="malformed")
            if self._clock() > deadline:
                raise MarketplaceError("the answer took longer than the whole call may take")
        return bytes(body)


class Rehearsal:
    """A transport for dry runs: reads go out, changes are held back and kept in ``held``."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.held: list[Call] = []

    def send(self, call: Call, timeouts: Timeouts, deadline: float) -> Raw:
        """A change is answered by an empty, rehearsed answer."""
        if call.effect == "change":
            self.held.append(call)
            return Raw(200, {}, b"", rehearsed=True)
        return self._transport.send(call, timeouts, deadline)


def _check_address(url: str) -> None:
    """Tokens travel in the address, so that only https may carry them beyond this machine."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return
    shown = f"{parts.scheme}://{parts.hostname}"
    raise NotSentError(f"the base address must be https://, got {shown}", permanent=True, kind="setup")


def _explain(error: requests.RequestException, call: Call) -> MarketplaceError:
    message = f"{_place(call)}: {type(error).__name__}"
    if isinstance(error, ValueError) and not isinstance(error, requests.ConnectionError):
        return NotSentError(message, permanent=True, kind="setup")
    cause = getattr(error.args[0], "reason", None) if error.args else None
    never_reached = isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError)
    if never_reached or isinstance(cause, NewConnectionError):
        return NotSentError(message)
    return MarketplaceError(message)


def _place(call: Call) -> str:
    return f"{call.method} {urlsplit(call.url).path}"
