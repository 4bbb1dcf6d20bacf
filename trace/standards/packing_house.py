"""Mã số cơ sở đóng gói: the code of a packing house, given for one importing market.

>>> doubt("VN-HDPH-012", "CN", PATTERNS["CN"]) is None
True
"""

from __future__ import annotations

from typing import Final

from trace.standards.place_code import compact, doubt, format, is_valid, validate  # noqa: A004

__all__ = ["PATTERNS", "compact", "doubt", "format", "is_valid", "validate"]

PATTERNS: Final = {"CN": "VN-[A-Z0-9]{2}PH-[0-9]{3,4}"}
"""First values of the setting, per market; forms seen in use, not law."""
