"""Tiki writes and takes times as ``2020-08-20 15:00:00``, without a zone."""

from __future__ import annotations

from datetime import UTC, datetime, timezone

from marketplaces.reading import EARLIEST_EPOCH_S, LATEST_EPOCH_S, MalformedError, Record

FORMAT = "%Y-%m-%d %H:%M:%S"


def written(at: int, zone: timezone) -> str:
    """Epoch seconds for a query.

    >>> from datetime import timedelta
    >>> written(1597910400, timezone(timedelta(hours=7)))
    '2020-08-20 15:00:00'
    """
    return datetime.fromtimestamp(at, zone).strftime(FORMAT)


def moment(record: Record, name: str, zone: timezone) -> datetime:
    """A field as aware UTC; ``MalformedError`` when it is no such time."""
    text = record.text(name)
    try:
        at = datetime.strptime(text, FORMAT).replace(tzinfo=zone)
    except ValueError:
        raise MalformedError(f"{name}: expected {FORMAT}, got {text[:30]!r}") from None
    if not EARLIEST_EPOCH_S <= at.timestamp() <= LATEST_EPOCH_S:
        raise MalformedError(f"{name}: expected a time from 2010 to 2100")
    return at.astimezone(UTC)
