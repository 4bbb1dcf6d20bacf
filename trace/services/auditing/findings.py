"""What an audit finds: one difference, its place and the text that says what to do."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Finding:
    """``key`` names a text of the catalogs, ``place`` its figures: table, row, columns, position, file."""

    key: str
    place: dict[str, Any]


@dataclass
class Counts:
    """What was looked at."""

    leaves: int = 0
    waiting: int = 0
    rows: int = 0
    vouched: int = 0
    checkpoints: int = 0
    sealed: int = 0
    findings: int = field(default=0)
    breaks: list[dict[str, Any]] = field(default_factory=list)
    """Declared ones: which checkpoint says that which others' history was lost."""


def found(key: str, **place: Any) -> Finding:
    """A difference."""
    return Finding(f"audit.{key}", place)
