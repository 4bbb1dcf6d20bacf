"""Tiki writes times without a zone; they are taken for Vietnam's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from marketplaces.simulators.tiki.envelope import TikiError

VIETNAM = timezone(timedelta(hours=7))
FORMAT = "%Y-%m-%d %H:%M:%S"


def written(at: int) -> str:
    """Epoch seconds as Tiki writes them."""
    return datetime.fromtimestamp(at, UTC).astimezone(VIETNAM).strftime(FORMAT)


def read(text: str, name: str) -> int:
    """What a query says, as epoch seconds."""
    try:
        return int(datetime.strptime(text, FORMAT).replace(tzinfo=VIETNAM).timestamp())
    except ValueError:
        raise TikiError(400, f"{name} must be in format yyyy-MM-dd HH:mm:ss") from None
