"""Mã số vùng trồng: the code of a growing area, given for one importing market.

>>> doubt("VN-HDOR-0012", "CN", PATTERNS["CN"]) is None
True
"""

from __future__ import annotations

from typing import Final

from trace.standards.place_code import compact, doubt, format, is_valid, validate  # noqa: A004

__all__ = ["PATTERNS", "compact", "doubt", "format", "is_valid", "validate"]

PATTERNS: Final = {"CN": "VN-[A-Z0-9]{2}OR-[0-9]{4}"}
"""First values of the setting, per market; forms seen in use, not law."""
