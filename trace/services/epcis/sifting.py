"""Events that fit where no index shows it: bodies that the other conditions leave are read, within bounds."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, func, literal, select
from sqlmodel import Session, col

from trace.records.event import Event
from trace.services.admission import Act, Actor, visible
from trace.services.epcis.parameters import Question
from trace.standards import epcis
from trace.standards.epcis.facets import Words

MOST_READ: Final = 10_000
"""Bodies that are read for one question, or for one look at a subscription."""
PORTION: Final = 500


@dataclass(frozen=True)
class Arrived:
    """Rows that fit, in the order they were recorded, those that were looked at and do not, the last of
    both, and whether there may be more."""

    rows: Sequence[int]
    passed: Sequence[int]
    last: int
    more: bool


def fits(asked: Question, body: str) -> bool:
    """Whether an event as it is kept passes every sieve."""
    if not asked.sieves:
        return True
    event = json.loads(body)
    event.setdefault("@context", list(epcis.CONTEXT))
    words = Words(event)
    return all(sieve(event, words) for sieve in asked.sieves)


def arrived(
    session: Session,
    actor: Actor,
    asked: Question,
    rules: Sequence[ColumnElement[bool]],
    size: int,
    most_bytes: int,
) -> Arrived:
    """At most ``size`` events that fit, as they were recorded, with about ``most_bytes`` of text."""
    taken: list[int] = []
    passed: list[int] = []
    weight, last = 0, 0
    mine = [visible(actor, Act.READ_EVENTS, Event), *asked.conditions, *rules]
    for looked, (row, length, is_right) in enumerate(_in_order(session, asked, mine)):
        if looked >= MOST_READ:
            return Arrived(taken, passed, last, True)
        if is_right and (len(taken) == size or (taken and weight + length > most_bytes)):
            return Arrived(taken, passed, last, True)
        (taken if is_right else passed).append(row)
        weight += length if is_right else 0
        last = row
    return Arrived(taken, passed, last, False)


def _in_order(
    session: Session, asked: Question, rules: Sequence[ColumnElement[bool]]
) -> Iterator[tuple[int, int, bool]]:
    """Each row with the length of its text, and whether it fits."""
    last = 0
    while True:
        text = col(Event.body) if asked.sieves else literal("")
        question = select(col(Event.id), func.length(col(Event.body)), text).where(
            *rules, col(Event.id) > last
        )
        portion = session.execute(question.order_by(col(Event.id)).limit(PORTION)).all()
        for row, length, body in portion:
            yield row, length, fits(asked, body)
        if len(portion) < PORTION:
            return
        last = portion[-1][0]
