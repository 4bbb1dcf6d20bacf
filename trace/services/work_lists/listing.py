"""Pages and counts of work lists: rows of their sources beside what was decided about each last.

What is put away comes back by itself: a snoozed item on its day; a done one when its facts are others than
they were (each source says by its ``facts`` column what counts as that), or ``SETTLED_FOR`` later.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, false, func, literal, or_, select, true
from sqlalchemy.orm import aliased
from sqlmodel import col

from trace.errors import FieldProblem, Invalid, NotFound
from trace.records.account import Account
from trace.records.organisation import Organisation
from trace.records.work_decision import WorkAct, WorkDecision, WorkKind, WorkState
from trace.services.work_lists.catalogue import BY_KIND, LISTS, WorkList
from trace.services.work_lists.item import CameBack, Item, Look, Source, Standing

SETTLED_FOR: Final = timedelta(days=30)
"""How long a done item whose facts do not change stays away."""
A_PAGE: Final = 50
A_PORTION: Final = 500
MOST_COUNTED: Final = 100
"""A list is counted this far; more is said as ``99+``."""

_YEARS: Final = range(1990, 2200)
_LONGEST_KEY: Final = 18


class View(StrEnum):
    """Which items of a list."""

    OPEN = "open"
    MINE = "mine"
    SNOOZED = "snoozed"
    DONE = "done"


@dataclass(frozen=True)
class Page:
    """Items in their order; ``after`` is where the next page begins, empty on the last."""

    items: Sequence[Item]
    after: str = ""


@dataclass(frozen=True)
class _Asked:
    """The question of a source, with the columns its rules are made of."""

    question: Select[Any]
    rows: Any
    decision: Any
    look: Look

    @property
    def away(self) -> dict[WorkState, ColumnElement[bool]]:
        """What is put away now."""
        one, look = self.decision, self.look
        asleep = and_(col(one.state) == WorkState.SNOOZED, col(one.until) > look.today)
        settled = and_(
            col(one.state) == WorkState.DONE,
            col(one.state_at) > look.now - SETTLED_FOR,
            col(one.facts) == self.rows.c.facts,
        )
        nothing = false()
        return {
            WorkState.SNOOZED: func.coalesce(asleep, nothing),
            WorkState.DONE: func.coalesce(settled, nothing),
        }

    def only(self, view: View | None) -> ColumnElement[bool]:
        """The rule of a view; all where there is none."""
        away = self.away
        if view is None:
            return true()
        if view in (View.SNOOZED, View.DONE):
            return away[WorkState(view.value)]
        waits = and_(*(~one for one in away.values()))
        mine = col(self.decision.assignee_id) == self.look.actor.account_id
        return and_(waits, mine) if view is View.MINE else waits


def _ask(look: Look, source: Source) -> _Asked:
    rows, one, every = source.rows(look).subquery(), aliased(WorkDecision), aliased(WorkDecision)
    same = (col(every.kind) == source.kind, col(every.key) == rows.c.key)
    last = select(func.max(col(every.number))).where(*same).correlate(rows).scalar_subquery()
    newest = and_(col(one.kind) == source.kind, col(one.key) == rows.c.key, col(one.number) == last)
    return _Asked(select(rows, one).outerjoin(one, newest), rows, one, look)


def page(
    look: Look, work_list: WorkList, view: View = View.OPEN, after: str = "", limit: int = A_PAGE
) -> Page:
    """A page of one list.

    Raises:
        Invalid: ``after`` is no place in it.
        NotAllowed: the role sees no work lists.
    """
    begin = _place(work_list, after) if after else None
    found: list[Item] = []
    kinds = [source.kind for source in work_list.sources]
    for source in work_list.sources:
        if begin and kinds.index(source.kind) < kinds.index(begin[0]):
            continue
        asked = _ask(look, source)
        question = asked.question.where(asked.only(view))
        if begin and begin[0] is source.kind:
            at, key = asked.rows.c.at, asked.rows.c.key
            question = question.where(or_(at > begin[1], and_(at == begin[1], key > begin[2])))
        ordered = question.order_by(asked.rows.c.at, asked.rows.c.key).limit(limit + 1 - len(found))
        found += _items(look, source, ordered)
        if len(found) > limit:
            break
    more = _mark(found[limit - 1]) if len(found) > limit else ""
    return Page(found[:limit], more)


def every(look: Look, work_list: WorkList, view: View) -> Iterator[Item]:
    """All items of a list, asked for page by page: what its files carry."""
    one = page(look, work_list, view, limit=A_PORTION)
    yield from one.items
    while one.after:
        one = page(look, work_list, view, one.after, A_PORTION)
        yield from one.items


def count(look: Look, work_list: WorkList, view: View = View.OPEN) -> int:
    """How many items wait in a list, ``MOST_COUNTED`` where there are as many or more."""
    n = 0
    for source in work_list.sources:
        asked = _ask(look, source)
        some = asked.question.with_only_columns(literal(1).label("one")).where(asked.only(view))
        counted = select(func.count()).select_from(some.limit(MOST_COUNTED - n).subquery())
        n += int(look.session.execute(counted).scalar_one())
        if n >= MOST_COUNTED:
            break
    return n


def counts(look: Look) -> dict[str, int]:
    """How many items wait in each list, by its slug."""
    return {one.slug: count(look, one) for one in LISTS}


def find(look: Look, kind: str, key: int) -> Item:
    """One item that waits or was put away.

    Raises:
        NotFound: no such item is in the actor's reach, or its fact is gone.
    """
    source = BY_KIND.get(WorkKind(kind)) if kind in set(WorkKind) else None
    if source is None:
        raise NotFound()
    asked = _ask(look, source)
    found = _items(look, source, asked.question.where(asked.rows.c.key == key))
    if not found:
        raise NotFound()
    return found[0]


def _items(look: Look, source: Source, question: Select[Any]) -> list[Item]:
    rows = look.session.execute(question).all()
    told = source.told(look, [row.key for row in rows]) if rows else {}
    orgs = _organisations(look, [row.org_id for row in rows if row.org_id is not None])
    names = _names(look, [row[-1] for row in rows if row[-1] is not None])
    found = []
    for row in rows:
        org = orgs.get(row.org_id)
        standing = _standing(look, row.facts, row[-1], names)
        found.append(
            Item(
                kind=source.kind,
                key=row.key,
                org_id=row.org_id,
                org=org.name if org else "",
                org_public_id=org.public_id if org else "",
                org_phone=(org.phone or "") if org else "",
                commune_code=row.commune_code,
                at=row.at,
                facts=row.facts,
                told=told[row.key],
                standing=standing,
            )
        )
    return found


def _organisations(look: Look, ids: Sequence[int]) -> dict[int, Organisation]:
    question = select(Organisation).where(col(Organisation.id).in_(set(ids)))
    return {one.id: one for one in look.session.execute(question).scalars()} if ids else {}


def _names(look: Look, decisions: Sequence[WorkDecision]) -> dict[int, str]:
    ids = {number for one in decisions for number in (one.decided_by, one.assignee_id) if number is not None}
    question = select(col(Account.id), col(Account.name)).where(col(Account.id).in_(ids))
    return {row[0]: row[1] for row in look.session.execute(question)} if ids else {}


def _standing(look: Look, facts: str, last: WorkDecision | None, names: dict[int, str]) -> Standing:
    if last is None:
        return Standing()
    back = _came_back(look, facts, last)
    return Standing(
        state=WorkState.OPEN if back else WorkState(last.state),
        since=look.now if back else last.state_at,
        number=last.number,
        act=WorkAct(last.act),
        by=names.get(last.decided_by or 0, ""),
        at=last.decided_at,
        until=None if back else last.until,
        assignee_id=last.assignee_id,
        assignee=names.get(last.assignee_id or 0, ""),
        came_back=back,
    )


def _came_back(look: Look, facts: str, last: WorkDecision) -> CameBack | None:
    """The same rules as of ``_Asked.away``, and which of them let the item return."""
    if last.state == WorkState.SNOOZED and last.until is not None and last.until <= look.today:
        return CameBack.SNOOZE
    if last.state != WorkState.DONE:
        return None
    if last.facts != facts:
        return CameBack.FACTS
    return CameBack.TIME if last.state_at <= look.now - SETTLED_FOR else None


def _mark(item: Item) -> str:
    return f"{item.kind}~{item.at.isoformat()}~{item.key}"


def _place(work_list: WorkList, text: str) -> tuple[WorkKind, date | datetime, int]:
    """Where a page begins, as ``_mark`` wrote it."""
    kind, _, rest = text.partition("~")
    at, _, key = rest.partition("~")
    try:
        source = {one.kind.value: one for one in work_list.sources}[kind]
        when = date.fromisoformat(at) if source.by_day else _instant(at)
        if when.year not in _YEARS or not key.isdecimal() or len(key) > _LONGEST_KEY:
            raise ValueError(text)
        return source.kind, when, int(key)
    except (KeyError, ValueError):
        example = {"expected": "hold~2026-06-12T01:02:03+00:00~12"}
        raise Invalid([FieldProblem("sau", "error.value", text[:80], example)]) from None


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    return at
