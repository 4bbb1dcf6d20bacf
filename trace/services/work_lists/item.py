"""What every work list is made of: a look at them, a source, an item."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, String, and_, case, literal
from sqlmodel import Session, SQLModel, col

from trace.records.organisation import Organisation
from trace.records.work_decision import WorkAct, WorkKind, WorkState
from trace.services.admission import Act, Actor, visible
from trace.standards.local_time import local_day
from trace.texts.catalogs import Term

Found = TypeVar("Found")


@dataclass(frozen=True)
class Look:
    """Who looks, when, and at what: ``org`` is a cooperative's public id, ``commune`` a commune's code."""

    session: Session
    actor: Actor
    now: datetime
    org: str = ""
    commune: str = ""
    _judged: dict[WorkKind, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def today(self) -> date:
        """The day in Vietnam."""
        return local_day(self.now)

    def inside(self, place: type[SQLModel] = Organisation) -> ColumnElement[bool]:
        """What the actor may see and asked for, of rows joined with their organisation; ``place`` lies in a
        commune.

        Raises:
            NotAllowed: the role sees no work lists.
        """
        rules = [visible(self.actor, Act.SEE_WORK, place)]
        if self.org:
            rules.append(col(Organisation.public_id) == self.org)
        if self.commune:
            rules.append(getattr(place, "commune_code") == self.commune)  # noqa: B009 - every place has one
        return and_(*rules)

    def judged(self, kind: WorkKind, judge: Callable[["Look"], Found]) -> Found:
        """What a judge says, who is asked once a look."""
        if kind not in self._judged:
            self._judged[kind] = judge(self)
        found: Found = self._judged[kind]
        return found


@dataclass(frozen=True)
class Told:
    """What is said of an item: its name in no language, why it waits, what its page of action is named by."""

    name: str
    why: Sequence[Term | str]
    subject: str = ""


@dataclass(frozen=True)
class Source:
    """Rows that wait: ``rows`` asks for the columns of ``columns``, ``told`` speaks of some of them.

    Where it is ``by_day``, they wait since a day, else since a moment.
    """

    kind: WorkKind
    rows: Callable[[Look], Select[Any]]
    told: Callable[[Look, Sequence[int]], dict[int, Told]]
    by_day: bool = False


def columns(
    key: Any, org_id: Any, commune: Any, at: Any, facts: ColumnElement[str] | None = None
) -> tuple[Any, ...]:
    """A row of a source: its number, whose, where, since when, and what its decisions are held against."""
    said = literal("", String) if facts is None else facts
    return (
        key.label("key"),
        org_id.label("org_id"),
        commune.label("commune_code"),
        at.label("at"),
        said.label("facts"),
    )


def marked(key: Any, marks: Mapping[int, str]) -> ColumnElement[str]:
    """What a judge found of each row, as a column."""
    return case(marks, value=key, else_="") if marks else literal("", String)


class CameBack(StrEnum):
    """Why an item that was put away waits again."""

    TIME = "time"
    FACTS = "facts"
    SNOOZE = "snooze"


@dataclass(frozen=True)
class Standing:
    """How an item stands now, ``since`` when. ``number`` counts the acts about it, ``act`` was the last."""

    state: WorkState = WorkState.OPEN
    since: datetime | None = None
    number: int = 0
    act: WorkAct | None = None
    by: str = ""
    at: datetime | None = None
    until: date | None = None
    assignee_id: int | None = None
    assignee: str = ""
    came_back: CameBack | None = None


@dataclass(frozen=True)
class Item:
    """One thing that waits, since ``at``; ``facts`` is what decisions about it are held against."""

    kind: WorkKind
    key: int
    org_id: int | None
    org: str
    org_public_id: str
    org_phone: str
    commune_code: str | None
    at: date | datetime
    facts: str
    told: Told
    standing: Standing
