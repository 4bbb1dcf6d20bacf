"""Taking an import back: what stands as it left it goes, or says again what it said; the rest stays.

A row that somebody changed since, or on which something stands by now, stays as it is, with its reason.
Lots, diary entries, plans and training are taken back by their own acts (``acts_back``). The record of the
import stays, and says how it ended.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select
from sqlmodel import Session, col

from trace.errors import Invalid, NotFound, Refused
from trace.records.import_run import ImportRow, ImportRun
from trace.records.organisation import Organisation
from trace.records.plot import GrowingArea
from trace.records.product import Product
from trace.services.admission import Actor, Scope, scope_of
from trace.services.importing import acts_back
from trace.services.importing.acts_back import Case, Pair
from trace.services.importing.noting import key_of_run, was_of
from trace.services.importing.runs import NOUNS, one_at_a_time
from trace.services.importing.standing_on import Leaving, remove, standing
from trace.services.importing.telling import Line
from trace.services.importing.things import ORGANISATION, PLOT, PRODUCT, THINGS, State, Thing, mark_of
from trace.services.importing.writing import update_rows
from trace.services.lineage import portions
from trace.services.logging_acts import append_leaf
from trace.services.product_gtins import note_gtin, require_free

ORDER = tuple(THINGS.values())
RUNS = 100


@dataclass
class Undoing:
    """What an undo takes back, what stays and why."""

    back: list[Line] = field(default_factory=list)
    kept: list[Line] = field(default_factory=list)


@dataclass
class _Plan:
    """What is done to the registry's rows: those that go, those that say again what they said."""

    leaving: Leaving = field(default_factory=Leaving)
    restored: dict[str, dict[int, State]] = field(default_factory=lambda: {name: {} for name in THINGS})
    acts: list[Pair] = field(default_factory=list)


def runs(session: Session, actor: Actor, nouns: Iterable[str]) -> Sequence[ImportRun]:
    """The newest imports of the actor's own organisation, of the nouns the actor may bring in."""
    own = col(ImportRun.org_id)
    mine = own.is_(None) if actor.org_id is None else own == actor.org_id
    question = select(ImportRun).where(mine, col(ImportRun.noun).in_(tuple(nouns)))
    return session.execute(question.order_by(col(ImportRun.id).desc()).limit(RUNS)).scalars().all()


def run_of(session: Session, actor: Actor, run_id: int) -> ImportRun:
    """An import of the actor's own organisation, or of any where the act reaches all of them.

    Raises:
        NotAllowed: the role may not bring in its noun.
        NotFound: there is none, or another organisation's.
    """
    row = session.get(ImportRun, run_id) if run_id < 2**63 else None
    if row is None:
        raise NotFound()
    is_wide = scope_of(actor, NOUNS[row.noun].act) is Scope.ALL and actor.org_id is None
    if row.org_id != actor.org_id and not is_wide:
        raise NotFound()
    return row


def look(session: Session, actor: Actor, run_id: int, now: datetime) -> Undoing:
    """What an undo would do now. Raises ``NotAllowed``, ``NotFound``."""
    return _judged(session, actor, run_of(session, actor, run_id), now)[0]


def undo(session: Session, actor: Actor, run_id: int, now: datetime) -> ImportRun:
    """Take back what can be; one that was undone before stays as it is.

    Raises:
        NotAllowed, NotFound: as ``run_of``.
        Refused: ``undo.old`` for an import of before, ``undo.nothing`` where nothing can be taken back.
    """
    one_at_a_time(session)
    run = run_of(session, actor, run_id)
    session.refresh(run)
    if run.undone_at is not None:
        return run
    if run.key_sealed is None:
        raise Refused("undo.old")
    _hold(session, run)
    found, plan = _judged(session, actor, run, now)
    if not found.back:
        raise Refused("undo.nothing", n=len(found.kept))
    _restore(session, actor, plan, now)
    done = acts_back.take_back(Case(session, actor, run, now), plan.acts)
    session.flush()
    remove(session, run, plan.leaving)
    _forget(session, run, plan)
    run.undone_at, run.undone_by = now, actor.account_id
    run.rows_kept = sum(bool(line.why) for line in done) + sum(line.thing in THINGS for line in found.kept)
    run.rows_back = len(found.back) + len(found.kept) - run.rows_kept
    run.request_id = f"undone-{run.id}"
    session.flush()
    record = {"run": run.id, "noun": run.noun, "by": actor.account_id}
    append_leaf(session, "import_undone", {**record, "back": run.rows_back, "kept": run.rows_kept}, now)
    return run


def _judged(session: Session, actor: Actor, run: ImportRun, now: datetime) -> tuple[Undoing, _Plan]:
    key, plan = key_of_run(run), _Plan()
    why: dict[tuple[str, int], str] = {}
    notes = session.execute(select(ImportRow).where(col(ImportRow.run_id) == run.id)).scalars().all()
    states: dict[str, dict[int, State]] = {}
    for thing in ORDER:
        mine = {note.row_id: note for note in notes if note.thing == thing.name}
        states[thing.name] = thing.states_of(session, mine)
        for number, note in mine.items():
            state = states[thing.name].get(number)
            if state is None or key is None or mark_of(state, key) != note.mark:
                why[thing.name, number] = "gone" if state is None else "changed"
            else:
                _sort(session, plan, thing, note, state, why)
    for thing in ORDER:
        for number, table in standing(session, run, thing, plan.leaving).items():
            plan.leaving.going[thing.name].discard(number)
            why[thing.name, number] = table
    found = Undoing()
    for note in notes:
        if note.thing in THINGS:
            line = _line(note, states[note.thing].get(note.row_id), why.get((note.thing, note.row_id), ""))
            (found.kept if line.why else found.back).append(line)
    others = [note for note in notes if note.thing not in THINGS]
    plan.acts = acts_back.judged(Case(session, actor, run, now), others)
    for _note, line in plan.acts:
        (found.kept if line.why else found.back).append(line)
    return found, plan


def _sort(
    session: Session,
    plan: _Plan,
    thing: Thing,
    note: ImportRow,
    state: State,
    why: dict[tuple[str, int], str],
) -> None:
    """A row as the import left it: goes where the import made it, else says again what it said."""
    was = was_of(note)
    if was is None:
        plan.leaving.going[thing.name].add(note.row_id)
    elif not _can_say(session, thing, note.row_id, was, state):
        why[thing.name, note.row_id] = "taken"
    else:
        plan.restored[thing.name][note.row_id] = was
        if thing is PLOT and was["growing_area_id"] != state["growing_area_id"]:
            plan.leaving.moving.add(note.row_id)


def _can_say(session: Session, thing: Thing, number: int, was: State, state: State) -> bool:
    """Whether what a row said may be said again: its growing area is there, its number is free."""
    if thing is PLOT and was["growing_area_id"] not in (None, state["growing_area_id"]):
        return session.get(GrowingArea, was["growing_area_id"]) is not None
    if thing is PRODUCT and was["gtin"] not in (None, state["gtin"]):
        try:
            require_free(session, was["gtin"], number)
        except Invalid:
            return False
    return thing is not ORGANISATION or _is_numbered(session, number, was, state)


def _is_numbered(session: Session, number: int, was: State, state: State) -> bool:
    """Whether the tax code and GLN an organisation had are nobody else's by now."""
    lost = {name: was[name] for name in ("tax_code", "gln") if was[name] not in (None, state[name])}
    if not lost:
        return True
    others = [getattr(Organisation, name) == value for name, value in lost.items()]
    taken = select(col(Organisation.id)).where(or_(*others), col(Organisation.id) != number)
    return session.execute(taken).first() is None


def _line(note: ImportRow, state: State | None, why: str) -> Line:
    said = state or {}
    code = said.get(THINGS[note.thing].code, "")
    return Line(note.thing, note.file_row, str(code), str(said.get("name", "")), why, note.was_sealed is None)


def _hold(session: Session, run: ImportRun) -> None:
    """Nobody hangs anything on these rows while they are judged; SQLite's transaction holds all."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for thing in ORDER:
        mine = select(col(ImportRow.row_id)).where(
            col(ImportRow.run_id) == run.id, col(ImportRow.thing) == thing.name
        )
        row: Any = thing.table
        session.execute(select(row.id).where(row.id.in_(mine)).order_by(row.id).with_for_update())


def _restore(session: Session, actor: Actor, plan: _Plan, now: datetime) -> None:
    for thing in ORDER:
        rows = plan.restored[thing.name]
        values = [{"id": number, **thing.columns_back(was)} for number, was in rows.items()]
        if thing is PRODUCT:
            _restore_products(session, actor, values, now)
        else:
            update_rows(session, thing.table, _without_days(values))


def _without_days(values: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """No import writes the day of an erasure, and an erased row is a changed one."""
    return [{name: value for name, value in row.items() if name != "erased_at"} for row in values]


def _restore_products(session: Session, actor: Actor, rows: list[dict[str, Any]], now: datetime) -> None:
    for row in rows:
        stored = session.get_one(Product, row["id"])
        before = stored.gtin
        for name, value in row.items():
            setattr(stored, name, value)
        session.flush()
        note_gtin(session, actor.account_id, stored, before, now)


def _forget(session: Session, run: ImportRun, plan: _Plan) -> None:
    """What went back needs no note: what it said is nowhere kept longer. What stayed keeps its own."""
    gone: Mapping[str, set[int]] = {
        thing.name: plan.leaving.going[thing.name] | set(plan.restored[thing.name]) for thing in ORDER
    }
    for name, ids in gone.items():
        for some in portions(ids):
            session.execute(
                delete(ImportRow).where(
                    col(ImportRow.run_id) == run.id,
                    col(ImportRow.thing) == name,
                    col(ImportRow.row_id).in_(some),
                )
            )
