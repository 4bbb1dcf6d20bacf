"""The client every adapter speaks through: bounded, paced, patient with reads, and discreet.

A read that fails for a passing reason is repeated after full-jitter back-off, or after the marketplace's
own ``Retry-After`` (seconds or date) when that is short; a long one is handed to the caller. Anything
that changes something is sent once: without a good answer it fails as ``uncertain``.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from urllib3.exceptions import InvalidHeader
from urllib3.util.retry import Retry

from marketplaces.interface import ErrorKind, MarketplaceError
from marketplaces.pace import Pace, Pacing
from marketplaces.redaction import redact, redact_pairs
from marketplaces.wire import Call, NotSentError, Raw, Timeouts, Transport, Wire

PASSING: frozenset[ErrorKind] = frozenset({"rate_limit", "unavailable", "malformed"})
JSON_TYPES = frozenset({"application/json", "text/json"})
BODY_SHOWN = 2_000


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer: ``data`` is its JSON, or None when it was rehearsed or an error page."""

    status: int
    data: object
    headers: Mapping[str, str]
    rehearsed: bool = False


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One attempt as it may be kept: ``status`` is None without an answer, ``ms`` how long it took."""

    method: str
    host: str
    path: str
    query: Mapping[str, str]
    body: str
    attempt: int
    status: int | None
    ms: int
    request_id: str
    error: str
    rehearsed: bool


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a read is tried, and the seconds of back-off: first, most, and longest obeyed wait."""

    attempts: int = 4
    first_s: float = 0.5
    most_s: float = 8.0
    obey_s: float = 10.0


Judge = Callable[[Answer], MarketplaceError | None]
Recorder = Callable[[CallRecord], None]


def by_status(answer: Answer) -> MarketplaceError | None:
    """The error an HTTP status alone tells of; None below 300."""
    status, wait = answer.status, retry_after(answer.headers)
    if status < 300:
        return None
    if status == 429:
        return MarketplaceError("too many calls (429)", retry_after=wait, kind="rate_limit")
    if status >= 500 or status == 408:
        return MarketplaceError(f"the marketplace cannot answer ({status})", retry_after=wait)
    if status < 400:
        return MarketplaceError(f"a redirect ({status}) was not followed", permanent=True, kind="setup")
    return MarketplaceError(f"the marketplace refused ({status})", permanent=True, kind="refused")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds named by ``Retry-After``, as a number or as a date; None when absent or unreadable."""
    value = headers.get("Retry-After")
    if value is None:
        return None
    try:
        return max(0.0, float(Retry().parse_retry_after(value)))
    except (InvalidHeader, OverflowError, ValueError):
        return None


class Client:
    """Calls one marketplace. ``recorder`` is told of every attempt; ``transport`` may be a rehearsal."""

    def __init__(
        self,
        *,
        transport: Transport | None = None,
        pace: Pacing | None = None,
        recorder: Recorder | None = None,
        timeouts: Timeouts | None = None,
        patience: Patience | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._transport = transport or Wire(clock=clock)
        self._pace = pace or Pace(clock=clock, sleep=sleep)
        self._recorder = recorder
        self._timeouts = timeouts or Timeouts()
        self._patience = patience or Patience()
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter

    def call(self, call: Call, judge: Judge = by_status) -> Answer:
        """A good answer, or ``MarketplaceError``. ``judge`` finds the marketplace's own errors first."""
        deadline = self._clock() + self._timeouts.total_s
        attempt = 1
        while True:
            try:
                return self._attempt(call, judge, attempt, deadline)
            except MarketplaceError as error:
                wait = self._wait(call, error, attempt)
                if wait is None or self._clock() + wait >= deadline:
                    raise
            self._sleep(wait)
            attempt += 1

    def _attempt(self, call: Call, judge: Judge, attempt: int, deadline: float) -> Answer:
        self._pace.take(call.bucket)
        started = self._clock()
        answer: Answer | None = None
        failure = ""
        try:
            answer = _understand(self._transport.send(call, self._timeouts, deadline))
            error = None if answer.rehearsed else judge(answer) or by_status(answer)
            if error is not None:
                raise _without_people(error, answer, call)
            return answer
        except MarketplaceError as error:
            failure = str(error)
            raise _as_felt(error, call) from None
        finally:
            self._record(call, attempt, answer, started, failure)

    def _wait(self, call: Call, error: MarketplaceError, attempt: int) -> float | None:
        """Seconds before the next try; None when there is to be none."""
        patience = self._patience
        if call.effect != "read" or error.kind not in PASSING or error.permanent:
            return None
        if attempt >= patience.attempts or (error.retry_after or 0) > patience.obey_s:
            return None
        backoff = min(patience.most_s, patience.first_s * 2.0 ** (attempt - 1))
        return (error.retry_after or 0.0) + self._jitter() * backoff

    def _record(self, call: Call, attempt: int, answer: Answer | None, started: float, failure: str) -> None:
        if self._recorder is None:
            return
        parts = urlsplit(call.url)
        self._recorder(
            CallRecord(
                method=call.method,
                host=parts.netloc.rpartition("@")[2],
                path=parts.path,
                query=redact_pairs((*call.query, *call.form)),
                body=_shown(call),
                attempt=attempt,
                status=answer.status if answer else None,
                ms=round((self._clock() - started) * 1000),
                request_id=_request_id(answer),
                error=failure,
                rehearsed=bool(answer and answer.rehearsed),
            )
        )


ABOUT_PEOPLE = re.compile(r"order|return|revers|refund|cancel|event|queue", re.IGNORECASE)
"""Addresses of calls whose refusals may name a buyer."""
REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,64}")
"""Whatever else stands in its place is not kept: it might be somebody's."""
BEGINNING = 8
LONGEST_CODE = 8


def _without_people(error: MarketplaceError, answer: Answer, call: Call) -> MarketplaceError:
    """A refusal about orders without the marketplace's own sentences, which may name a buyer; codes stay.

    What it says is made anew: whatever follows the first of the answer's sentences goes.
    """
    if call.effect != "read" or not ABOUT_PEOPLE.search(urlsplit(call.url).path):
        return error
    text = str(error)
    places = [text.find(said[:BEGINNING]) for said in _sentences(answer.data)]
    cut = min((place for place in places if place >= 0), default=-1)
    if cut >= 0:
        error.args = (f"{text[:cut]}(its words are not kept)",)
    return error


def _sentences(value: object) -> Iterator[str]:
    """Every text that is no name of an error: with a blank, with letters no code has, or long in figures."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _sentences(item)
    elif isinstance(value, str) and _is_told(value.strip()):
        yield value.strip()


def _is_told(text: str) -> bool:
    is_code = text.isascii() and not re.search(r"[\s@]", text)
    return bool(text) and not (is_code and not (text.isdigit() and len(text) > LONGEST_CODE))


def _as_felt(error: MarketplaceError, call: Call) -> MarketplaceError:
    """A change without a good answer may have happened all the same."""
    doubtful = error.kind in {"unavailable", "malformed"} and not isinstance(error, NotSentError)
    if call.effect == "read" or not doubtful:
        return error
    return MarketplaceError(str(error), retry_after=error.retry_after, kind="uncertain")


def _understand(raw: Raw) -> Answer:
    """Parse strictly: the right content type, UTF-8, and JSON without NaN. Error pages keep no data."""
    if raw.rehearsed:
        return Answer(raw.status, None, raw.headers, rehearsed=True)
    content_type = raw.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    try:
        if content_type not in JSON_TYPES:
            raise ValueError(f"content type {content_type[:60]!r}")
        data = json.loads(raw.body.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        if raw.status >= 300:
            return Answer(raw.status, None, raw.headers)
        message = f"the answer is not JSON: {type(error).__name__}, {content_type[:60]!r}"
        raise MarketplaceError(message, kind="malformed") from None
    return Answer(raw.status, data, raw.headers)


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


def _shown(call: Call) -> str:
    if call.files:
        return ", ".join(f"{name}: {len(content)} bytes" for name, _, content in call.files)
    if call.json is None:
        return ""
    return json.dumps(redact(call.json), ensure_ascii=False)[:BODY_SHOWN]


def _request_id(answer: Answer | None) -> str:
    if answer is None:
        return ""
    named = answer.data.get("request_id") if isinstance(answer.data, dict) else None
    said = str(named or answer.headers.get("X-Request-Id", ""))
    return said if REQUEST_ID.fullmatch(said) else ""
