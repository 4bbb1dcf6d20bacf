"""ViettelPost's pushes. Nothing signs them: they carry a secret, and sources disagree where.

A replay is possible, so that a push is known by its number, code and time, and works once.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

from marketplaces.carriers.values import CarrierEvent, SecretMode
from marketplaces.reading import MalformedError, Record, header, parse

VIETNAM = timezone(timedelta(hours=7))
FORM = "%d/%m/%Y %H:%M:%S"
EARLIEST, LATEST = 2010, 2100


def verify(
    secret: str, mode: SecretMode | None, headers: Mapping[str, str], body: bytes
) -> SecretMode | None:
    """Where the secret stood; None when it did not stand where ``mode`` wants it, or nowhere."""
    if not secret:
        return None
    in_header = _same(header(headers, "Authorization").removeprefix("Bearer "), secret)
    try:
        in_body = _same(Record(parse(body), "push").text("TOKEN", ""), secret)
    except MalformedError:
        return None
    found: SecretMode | None = "both" if in_header and in_body else None
    found = found or ("header" if in_header else "body" if in_body else None)
    return found if found is not None and mode in {None, found, *_parts(found)} else None


def _parts(found: SecretMode) -> tuple[SecretMode, ...]:
    """What stands in both places stands in either."""
    return ("header", "body") if found == "both" else ()


def _same(got: str, secret: str) -> bool:
    return hmac.compare_digest(got.encode(errors="replace"), secret.encode())


def read(body: bytes) -> CarrierEvent:
    """Numbers, code and time; nothing else of a push is looked at, for it may be about a buyer."""
    return event_of(Record(parse(body), "push").record("DATA"))


def event_of(data: Record) -> CarrierEvent:
    """The fields that a push and, where it can be asked, a look-up share."""
    code = data.identifier("ORDER_STATUS")
    if not code.lstrip("-").isdecimal() or len(code) > 6:
        raise MalformedError("DATA.ORDER_STATUS: expected a number")
    number = data.identifier("ORDER_REFERENCE") if data.text("ORDER_REFERENCE", "").strip() else ""
    return CarrierEvent(data.identifier("ORDER_NUMBER"), number, code, _moment(data))


def _moment(data: Record) -> datetime:
    """A local time; that Vietnam's clock is meant is our reading, for it names no offset."""
    try:
        at = datetime.strptime(data.text("ORDER_STATUSDATE").strip(), FORM).replace(tzinfo=VIETNAM)
    except ValueError as error:
        if isinstance(error, MalformedError):
            raise
        raise MalformedError("DATA.ORDER_STATUSDATE: expected dd/MM/yyyy HH:mm:ss") from None
    if not EARLIEST <= at.year < LATEST:
        raise MalformedError("DATA.ORDER_STATUSDATE: no year of ours")
    return at.astimezone(UTC)
