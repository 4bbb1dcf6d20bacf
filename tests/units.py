"""A few administrative units, enough for tests: Hải Phòng now, Hải Dương and Thanh Hà before."""

from functools import cache

from sqlmodel import Session

from trace.services.admin_units import load_units
from trace.standards import admin_units

PROVINCES = {("2025-07", "31"), ("2025-01", "30"), ("2025-07", "01"), ("2025-01", "01")}
THANH_HA = "10813"
"""Xã Thanh Hà since July 2025 (and the town of that name before)."""
HA_BAC = "10816"
"""Xã Hà Bắc since July 2025; before, the code of xã Hồng Lạc."""


@cache
def _kept() -> frozenset[tuple[str, str]]:
    keep = set(PROVINCES)
    everything = list(admin_units.units())
    for _level in range(2):
        keep |= {(u.scheme, u.code) for u in everything if (u.scheme, u.parent_code) in keep}
    return frozenset(keep)


def load_some_units(session: Session) -> None:
    """The provinces above with everything below them, and the conversions of those communes."""
    load_units(session, lambda scheme, code: (scheme, code) in _kept())
