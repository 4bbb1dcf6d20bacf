"""Stamps scanned in a period, each once: of everything from sums, narrowed or cut from the rows."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, union_all
from sqlmodel import Session, col

from trace.records.sums import StampDay, StampMonth
from trace.services.admission import Act, Actor, Scope, scope_of
from trace.services.figures.asking import Ask, Dimension
from trace.services.figures.counting import Bags, Total
from trace.services.figures.stored import Span, Summed, spans


@dataclass(frozen=True)
class OnceEach(Summed):
    """Distinct stamps of the rows. The sums hold scans that were cleared too: of such stamps, which are few
    (``apart``, with them, less ``but`` without them), the rows are asked."""

    is_suspect: bool = False
    apart: Total | None = None
    but: Total | None = None

    def gathered(self, session: Session, actor: Actor, ask: Ask, by: Dimension | None) -> Bags:
        """From sums where nothing is left out."""
        if ask.dimensions or scope_of(actor, Act.VIEW_FIGURES) is not Scope.ALL:
            return self.rows.gathered(session, actor, ask, by)
        parts = union_all(*(self._of(span, ask, is_month=m) for span, m in spans(ask.since, ask.until)))
        found = sum(int(count or 0) for count in session.execute(parts).scalars())
        for one, sign in ((self.apart, -1), (self.but, 1)):
            if one is not None:
                found += sign * (one.read(one.gathered(session, actor, ask, None).get("")) or 0)
        return {"": found}

    def _of(self, span: Span, ask: Ask, *, is_month: bool) -> Any:
        """Stamps scanned in this part of the question and not before in it."""
        table, when = (StampMonth, col(StampMonth.month)) if is_month else (StampDay, col(StampDay.day))
        rules = (col(table.is_suspect) == self.is_suspect, col(table.before) < ask.since)
        return select(func.sum(col(table.stamps))).where(when.between(*span), *rules)
