"""Indicators 12 to 14: what became of stamps, how many were looked at, which look copied."""

from typing import Any

from sqlalchemy import func, or_, select, tuple_
from sqlmodel import col

from trace.records.scan import GhostDay, Scan, StampSeen
from trace.records.stamp import BlockState, StampActivation, StampBlock, StampVoid
from trace.services.figures.counting import Added, Count, Total
from trace.services.figures.facts.stamps import ACTIVATIONS, BLOCKS, GHOSTS, SCANS, STAMPS_SCANNED
from trace.services.figures.facts.sums import SCANNED
from trace.services.figures.measure import Measure, Unit
from trace.services.figures.once_each import OnceEach
from trace.services.figures.stored import Summed
from trace.services.stamp_accounts import LENGTH_USED, LENGTH_VOID
from trace.services.verdicts import State

_GIVEN = (col(StampBlock.state) != BlockState.INTERRUPTED,)
_ISSUED = Total(fact=BLOCKS, where=_GIVEN, amount=col(StampBlock.count))


def _scans(name: str, *rules: Any) -> Count:
    """What stands in the sums of scans under this name, and its rows."""
    kept = SCANNED.counted(lambda c, fact: Total(fact=fact, amount=c[name]))
    return Summed((kept,), Total(fact=SCANS, where=rules))


ALL_SCANS = _scans("scans")
_GHOSTS = Total(fact=GHOSTS, amount=col(GhostDay.looks))
_SEEN = (
    select(func.count())
    .where(
        col(StampSeen.kid) == col(StampActivation.kid),
        col(StampSeen.serial).between(col(StampActivation.first), col(StampActivation.last)),
    )
    .correlate(StampActivation)
    .scalar_subquery()
)
_SUSPECT = (
    col(Scan.state) == State.CLONE_SUSPECT.value,
    or_(col(StampSeen.cleared_at).is_(None), col(StampSeen.cleared_at) < col(Scan.scanned_at)),
)
_ONCE_CLEARED = tuple_(col(Scan.kid), col(Scan.serial)).in_(
    select(col(StampSeen.kid), col(StampSeen.serial)).where(col(StampSeen.cleared_at).is_not(None))
)
_OF_CLEARED = Total(fact=STAMPS_SCANNED, where=(col(Scan.state) == State.CLONE_SUSPECT.value, _ONCE_CLEARED))


def _became(table: Any, length: Any) -> Total:
    """Serials of the blocks that lie in the intervals of a table."""
    inside = select(func.coalesce(func.sum(length), 0)).where(col(table.block_id) == col(StampBlock.id))
    return Total(fact=BLOCKS, where=_GIVEN, amount=inside.correlate(StampBlock).scalar_subquery())


MEASURES = (
    Measure(12, "stamps_used", 1, Unit.SHARE, _became(StampActivation, LENGTH_USED), _ISSUED),
    Measure(12, "stamps_void", 1, Unit.SHARE, _became(StampVoid, LENGTH_VOID), _ISSUED, better=-1),
    Measure(12, "ghost_scans", 2, Unit.SHARE, _GHOSTS, Added((ALL_SCANS, _GHOSTS)), better=-1),
    Measure(
        12,
        "early_scans",
        1,
        Unit.SHARE,
        _scans("early", col(Scan.state) == State.NOT_ACTIVATED.value),
        ALL_SCANS,
        better=-1,
    ),
    Measure(
        13,
        "scan_reach",
        1,
        Unit.SHARE,
        Total(fact=ACTIVATIONS, amount=_SEEN),
        Total(fact=ACTIVATIONS, amount=col(StampActivation.last) - col(StampActivation.first) + 1),
    ),
    Measure(13, "scans", 1, Unit.COUNT, ALL_SCANS),
    Measure(
        14,
        "suspected_copies",
        1,
        Unit.SHARE,
        OnceEach(
            (),
            Total(fact=STAMPS_SCANNED, where=_SUSPECT),
            is_suspect=True,
            apart=_OF_CLEARED,
            but=Total(fact=STAMPS_SCANNED, where=(*_SUSPECT, _ONCE_CLEARED)),
        ),
        OnceEach((), Total(fact=STAMPS_SCANNED)),
        better=-1,
    ),
)
