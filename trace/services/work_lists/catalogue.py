"""The work lists in their order; ``slug`` is what one is called in addresses."""

from dataclasses import dataclass
from typing import Final

from trace.records.work_decision import WorkKind
from trace.services.work_lists import areas, holds, incomplete, papers, sellers, stamps, syncing
from trace.services.work_lists.item import Source


@dataclass(frozen=True)
class WorkList:
    """One list: its rows come from one source after the other."""

    slug: str
    sources: tuple[Source, ...]


LISTS: Final = (
    WorkList("tam-giu", (holds.HOLDS,)),
    WorkList("tem", (stamps.STAMPS,)),
    WorkList("vuot-muc", (areas.AREAS,)),
    WorkList("het-han", (papers.CERTIFICATES, papers.RATINGS)),
    WorkList("chua-ban", (sellers.COOPERATIVES, sellers.HOUSEHOLDS)),
    WorkList("dong-bo", (syncing.SHOPS, syncing.GAPS)),
    WorkList("thieu", (incomplete.INCOMPLETE,)),
)
BY_SLUG: Final = {one.slug: one for one in LISTS}
BY_KIND: Final = {source.kind: source for one in LISTS for source in one.sources}
LIST_OF: Final = {source.kind: one for one in LISTS for source in one.sources}
REMINDABLE: Final = frozenset(WorkKind) - {WorkKind.HOLD}
"""Where the cooperative is who must act; about a hold the office decides."""
