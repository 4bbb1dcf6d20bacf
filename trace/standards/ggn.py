"""GGN, the number of a GLOBALG.A.P. producer: 13 digits in the form of a GLN."""

from __future__ import annotations

from trace.standards.gln import compact, format, is_valid, validate  # noqa: A004 - the house's verbs

__all__ = ["compact", "format", "is_valid", "validate"]
