"""What an import brought in by acts, taken back by acts: plans are ended or corrected, households taken out
of training lists, papers and decisions withdrawn. What was confirmed or ended stays on record."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import delete, select
from sqlmodel import Session, SQLModel, col

from trace.errors import Invalid, NotAllowed, Refused
from trace.records.certificate import Certificate
from trace.records.diary_entry import DiaryEntry
from trace.records.household import Household
from trace.records.import_run import ImportRow, ImportRun
from trace.records.lot import LotState
from trace.records.plot import Plot
from trace.records.product import OcopProposal, OcopRating, Product, ProposalState
from trace.records.season_plan import SeasonPlan
from trace.records.training import TrainingAttendance, TrainingSession
from trace.services.admission import Actor
from trace.services.certificates import remove_certificate
from trace.services.correcting.given import WithdrawIn
from trace.services.correcting.withdrawing import hanging_on, withdraw_all
from trace.services.diary import corrected_among
from trace.services.diary_aside import put_aside
from trace.services.importing.noting import key_of_run
from trace.services.importing.telling import Line
from trace.services.importing.things import LOT, PACK, State, Thing, mark_of
from trace.services.lineage import portions
from trace.services.logging_acts import append_leaf
from trace.services.ocop import take_back_proposal, take_back_rating
from trace.services.season_plans import PlanIn, correct_plan, withdraw_plan
from trace.services.training import record_of
from trace.texts.formats import day as day_text

Pair = tuple[ImportRow, Line]
Judge = Callable[["Case", Sequence[ImportRow]], list[Line]]
Record = TypeVar("Record", bound=SQLModel)


@dataclass(frozen=True)
class Case:
    """An undo at work: in which transaction, of which import, by whom, when."""

    session: Session
    actor: Actor
    run: ImportRun
    now: datetime


def judged(case: Case, notes: Sequence[ImportRow]) -> list[Pair]:
    """Every such row of an import: what would become of it."""
    found: list[Pair] = []
    for thing, judge in _JUDGES.items():
        mine = [note for note in notes if note.thing == thing]
        found += zip(mine, judge(case, mine), strict=True)
    return found


def take_back(case: Case, pairs: Iterable[Pair]) -> list[Line]:
    """Do it; each row as it ended."""
    pairs = list(pairs)
    done = [_taken(case, note, line) for note, line in pairs if line.thing not in _TAKERS_OF_ALL]
    for thing, take in _TAKERS_OF_ALL.items():
        done += _all_taken(case, [one for one in pairs if one[1].thing == thing], take)
    if any(line.thing == "training" for line in done):
        _drop_empty_sessions(case)
    return done


def _taken(case: Case, note: ImportRow, line: Line) -> Line:
    if line.why:
        return line
    try:
        with case.session.begin_nested():
            _TAKERS[line.thing](case, note)
    except (Refused, Invalid, NotAllowed):
        return replace(line, why="refused")
    case.session.delete(note)
    return line


def _all_taken(
    case: Case, pairs: Sequence[Pair], take: Callable[[Case, Sequence[ImportRow]], set[int]]
) -> list[Line]:
    """The same of things that go together, by the thousand."""
    taken = take(case, [note for note, line in pairs if not line.why])
    done = []
    for note, line in pairs:
        if note.row_id in taken:
            case.session.delete(note)
        done.append(line if note.row_id in taken or line.why else replace(line, why="refused"))
    return done


def _reason(case: Case) -> str:
    return f"Hoàn tác tệp {case.run.id}"


# --- Season plans ---------------------------------------------------------------------------------


def _judge_plans(case: Case, notes: Sequence[ImportRow]) -> list[Line]:
    return [_plan_line(note, case.session.get_one(SeasonPlan, note.row_id)) for note in notes]


def _plan_line(note: ImportRow, plan: SeasonPlan) -> Line:
    span = f"{plan.first_day:%d/%m/%Y}–{plan.last_day:%d/%m/%Y}"
    why = "changed" if plan.ended_at is not None else ""
    return Line("plan", note.file_row, span, plan.crop, why, plan.replaces_id is None)


def _end_plan(case: Case, note: ImportRow) -> None:
    plan = case.session.get_one(SeasonPlan, note.row_id)
    reason = _reason(case)
    if plan.replaces_id is None:
        withdraw_plan(case.session, case.actor, plan.id, reason, case.now)
        return
    before = case.session.get_one(SeasonPlan, plan.replaces_id)
    said = PlanIn(
        commune=before.commune_code,
        old_commune=before.old_commune_code or "",
        **{name: getattr(before, name) for name in _PLAN_WORDS},
    )
    correct_plan(case.session, case.actor, plan.id, said, reason, case.now)


_PLAN_WORDS = ("crop", "variety", "first_day", "last_day", "weight_g", "area_m2", "price_vnd_kg", "note")

# --- Training -------------------------------------------------------------------------------------


def _judge_training(case: Case, notes: Sequence[ImportRow]) -> list[Line]:
    return [_training_line(case, note) for note in notes]


def _training_line(case: Case, note: ImportRow) -> Line:
    came = case.session.get(TrainingAttendance, note.row_id)
    if came is None:
        return Line("training", note.file_row, "", "", "gone")
    course = case.session.get_one(TrainingSession, came.session_id)
    home = case.session.get_one(Household, came.household_id)
    confirmed = case.run.org_id is not None and course.confirmed_at is not None
    name = course.title or day_text("vi", course.held_on)
    return Line("training", note.file_row, home.code, name, "confirmed" if confirmed else "")


def _take_out(case: Case, note: ImportRow) -> None:
    came = case.session.get_one(TrainingAttendance, note.row_id)
    course = case.session.get_one(TrainingSession, came.session_id)
    record = record_of(course, case.actor) | {"household": came.household_id}
    case.session.delete(came)
    case.session.flush()
    append_leaf(case.session, "training_taken_out", record, case.now)


def _drop_empty_sessions(case: Case) -> None:
    """Sessions that came with the import and to which nobody came any more: they would count as held."""
    came = select(col(TrainingAttendance.id)).where(
        col(TrainingAttendance.session_id) == col(TrainingSession.id)
    )
    by, org = col(TrainingSession.recorded_by), col(TrainingSession.org_id)
    rules: list[Any] = [
        col(TrainingSession.recorded_at) == case.run.imported_at,
        by.is_(None) if case.run.imported_by is None else by == case.run.imported_by,
        org.is_(None) if case.run.org_id is None else org == case.run.org_id,
        ~came.exists(),
    ]
    for course in case.session.execute(select(TrainingSession).where(*rules)).scalars().all():
        record = record_of(course, case.actor)
        case.session.execute(delete(TrainingSession).where(col(TrainingSession.id) == course.id))
        append_leaf(case.session, "training_ended", record, case.now)


# --- Certificates and OCOP ratings ----------------------------------------------------------------


def _judge_papers(case: Case, notes: Sequence[ImportRow]) -> list[Line]:
    known = _rows(case, Certificate, notes)
    return [_paper_line(note, known.get(note.row_id)) for note in notes]


def _paper_line(note: ImportRow, paper: Certificate | None) -> Line:
    if paper is None:
        return Line("certificate", note.file_row, "", "", "gone")
    why = "paper_confirmed" if paper.confirmed_at is not None else ""
    return Line("certificate", note.file_row, paper.number, paper.issuer, why)


def _remove_paper(case: Case, note: ImportRow) -> None:
    remove_certificate(case.session, case.actor, note.row_id)


def _judge_proposals(case: Case, notes: Sequence[ImportRow]) -> list[Line]:
    known = _rows(case, OcopProposal, notes)
    products = _rows(case, Product, [row.product_id for row in known.values()])
    return [_proposal_line(note, known.get(note.row_id), products) for note in notes]


def _proposal_line(note: ImportRow, proposal: OcopProposal | None, products: Mapping[int, Product]) -> Line:
    line = _rating_line(note, proposal, products)
    is_settled = proposal is not None and proposal.state != ProposalState.WAITING
    return replace(line, thing="proposal", why="proposal_settled" if is_settled else line.why)


def _take_back_report(case: Case, note: ImportRow) -> None:
    take_back_proposal(case.session, case.actor, note.row_id)


def _judge_ratings(case: Case, notes: Sequence[ImportRow]) -> list[Line]:
    known = _rows(case, OcopRating, notes)
    products = _rows(case, Product, [row.product_id for row in known.values()])
    return [_rating_line(note, known.get(note.row_id), products) for note in notes]


def _rating_line(
    note: ImportRow, rating: OcopRating | OcopProposal | None, products: Mapping[int, Product]
) -> Line:
    if rating is None:
        return Line("rating", note.file_row, "", "", "gone")
    return Line("rating", note.file_row, rating.decision_number, products[rating.product_id].name)


def _remove_rating(case: Case, note: ImportRow) -> None:
    take_back_rating(case.session, case.actor, note.row_id, case.now)


# --- Harvest lots and packed lots ------------------------------------------------------------------


def _judge_lots(case: Case, notes: Sequence[ImportRow], thing: Thing, day: str) -> list[Line]:
    ids = {note.row_id for note in notes}
    states, hanging = thing.states_of(case.session, ids), hanging_on(case.session, ids)
    key = key_of_run(case.run) or b""
    found = []
    for note in notes:
        state = states[note.row_id]
        why = _why_lot_stays(note, state, hanging.get(note.row_id), key)
        found.append(Line(thing.name, note.file_row, state["code"], day_text("vi", state[day]), why))
    return found


def _why_lot_stays(note: ImportRow, state: State, hangs: str | None, key: bytes) -> str:
    """A lot that was let out, held or corrected since is a changed one."""
    if hangs:
        return f"hangs_{hangs}"
    if mark_of(state, key) != note.mark:
        return "changed"
    return "lot_held" if state["state"] == LotState.HOLD else ""


def _withdraw_lots(case: Case, notes: Sequence[ImportRow]) -> set[int]:
    given = WithdrawIn(reason=_reason(case))
    return withdraw_all(case.session, case.actor, [note.row_id for note in notes], given, case.now)


# --- Diary entries --------------------------------------------------------------------------------


def _judge_diary(case: Case, notes: Sequence[ImportRow]) -> list[Line]:
    known = _rows(case, DiaryEntry, notes)
    corrected = corrected_among(case.session, set(known))
    plots = _rows(case, Plot, [entry.plot_id for entry in known.values()])
    return [_diary_line(note, known[note.row_id], plots, corrected) for note in notes]


def _diary_line(note: ImportRow, entry: DiaryEntry, plots: Mapping[int, Plot], corrected: set[int]) -> Line:
    name = f"{day_text('vi', entry.done_on)} {entry.material}".strip()
    why = "changed" if entry.id in corrected else ""
    return Line("diary", note.file_row, plots[entry.plot_id].code, name, why)


def _correct_entries(case: Case, notes: Sequence[ImportRow]) -> set[int]:
    """An entry is never taken out of the diary: another one takes its place and says that it was none."""
    ids, mark = [note.row_id for note in notes], f"import-{case.run.id}-back"
    return put_aside(case.session, case.actor, ids, _reason(case), mark, case.now)


def _rows(case: Case, table: type[Record], wanted: Sequence[ImportRow | int]) -> dict[int, Record]:
    """Rows of a table by their numbers."""
    row: Any = table
    ids = {one if isinstance(one, int) else one.row_id for one in wanted}
    found: dict[int, Record] = {}
    for some in portions(ids):
        rows = case.session.execute(select(table).where(row.id.in_(some))).scalars()
        found |= {one.id: one for one in rows}
    return found


_JUDGES: Mapping[str, Judge] = {
    "plan": _judge_plans,
    "training": _judge_training,
    "certificate": _judge_papers,
    "rating": _judge_ratings,
    "proposal": _judge_proposals,
    "lot": partial(_judge_lots, thing=LOT, day="harvested_on"),
    "pack": partial(_judge_lots, thing=PACK, day="packed_on"),
    "diary": _judge_diary,
}
_TAKERS = {
    "plan": _end_plan,
    "training": _take_out,
    "certificate": _remove_paper,
    "rating": _remove_rating,
    "proposal": _take_back_report,
}
_TAKERS_OF_ALL = {"lot": _withdraw_lots, "pack": _withdraw_lots, "diary": _correct_entries}
