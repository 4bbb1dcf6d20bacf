"""All indicators at once: each of a period, of another one, and of the same days a year ago."""

from collections.abc import Sequence

from sqlmodel import Session

from trace.services.admission import Actor
from trace.services.figures.answering import Answer, answer
from trace.services.figures.asking import Ask
from trace.services.figures.catalogue import MEASURES
from trace.services.figures.counting import Timing
from trace.services.figures.freshness import freshness
from trace.services.figures.measure import Measure
from trace.services.figures.tables import Line


def lines(session: Session, actor: Actor, asks: tuple[Ask, Ask, Ask]) -> list[Line]:
    """A line an indicator, for the question, the same before and a year ago.

    Raises:
        NotAllowed: the role sees no figures.
    """
    return [_line(session, actor, measure, asks) for measure in MEASURES]


def _line(session: Session, actor: Actor, measure: Measure, asks: Sequence[Ask]) -> Line:
    """A figure that a filter does not know has no answer; one of today has no past."""
    ask, before, last_year = asks
    if ask.dimensions - measure.dimensions:
        return Line(measure, (None, None, None), None)
    now = answer(session, actor, measure, ask)
    past: list[Answer | None] = [None, None]
    if measure.timing is not Timing.TODAY:
        past = [answer(session, actor, measure, one) for one in (before, last_year)]
    return Line(measure, (now, past[0], past[1]), freshness(session, actor, measure, ask))
