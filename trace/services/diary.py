"""The cultivation diary: entries are added and corrected by later ones, never changed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import Conflict, FieldProblem, Invalid, Refused
from trace.records.diary_entry import DiaryEntry, DiaryKind
from trace.records.lot import Lot, LotKind, LotState
from trace.records.plot import Plot
from trace.services import gates
from trace.services.admission import Act, Actor, fetch
from trace.services.gate_facts import LOOK_BACK, GateFacts
from trace.services.gathered_facts import GatheredFacts
from trace.services.harvesting import stops_now
from trace.services.holding import hold_by_rule
from trace.services.households import require_help
from trace.services.intake import Day, Days, Given, MaybeRow, RequestId, Row, line
from trace.services.lineage import portions
from trace.services.logging_acts import append_leaf
from trace.services.lot_states import lock_lots, lock_org
from trace.standards.local_time import local_day
from trace.standards.search_key import fold_vi

LATE_AFTER = 2
"""Days after which an entry is called late."""
EARLIEST = 366
"""Days back something may lie when it is written down."""


class Done(Given):
    """What was done, as a form or a row of a file says it; sprays need the name on the bottle."""

    kind: DiaryKind
    done_on: Day
    material: Annotated[str, line(120)] = ""
    dose: Annotated[str, line(80)] = ""
    waiting_days: Days = None
    operator: Annotated[str, line(80)] = ""
    note: Annotated[str, line(1000)] = ""


class DiaryEntryIn(Done):
    """One entry as given.

    ``ask_twin`` makes a repeated spray a question instead of an entry.
    """

    plot_id: Row
    area_m2: Annotated[int, Field(gt=0, lt=10**9)] | None = None
    corrects_id: MaybeRow = None
    reason: Annotated[str, line(400)] = ""
    ask_twin: bool = False
    request_id: RequestId


@dataclass(frozen=True)
class Written:
    """An entry, and what there is to tell about it."""

    entry: DiaryEntry
    harvest_from: date | None
    """The first day on which the plot may be harvested after a spray."""
    days_late: int
    banned_since: date | None
    """The last day the material was allowed, where it is not any more."""
    held: tuple[Lot, ...]
    """Lots that this entry put on hold."""


def write_entry(session: Session, actor: Actor, given: DiaryEntryIn, now: datetime) -> Written:
    """Add an entry; the same ``request_id`` with the same content gives the same entry.

    A spray that makes a lot's harvest too early puts that lot on hold.

    Raises:
        NotFound: the plot, or the entry to correct, is not the actor's.
        Invalid: a day to come or long ago; a spray without material or without known waiting days;
            a correction without reason.
        Conflict: the request id came before with other content.
        Refused: ``helped.no_consent``; ``diary.dup``; ``diary.corrected`` where another entry corrects it
            already.
    """
    plot = fetch(session, actor, Act.WRITE_FARM, Plot, id=given.plot_id)
    require_help(session, actor, plot.household_id)
    lock_org(session, plot.org_id)
    waiting = waiting_of(GateFacts(session), plot.crop, given)
    known = _sent_before(session, plot, given)
    if known is not None:
        return _told(session, plot, known, now, ())
    _check(session, plot, given, waiting, now)
    entry = new_entry(actor, plot, given, waiting, now)
    held = write_entries(session, actor, [(entry, plot)], now)
    return _told(session, plot, entry, now, tuple(held))


def waiting_of(facts: GateFacts, crop: str, given: Done) -> int | None:
    """The rule's days; where the label says more, the label's; where no rule is, the label's."""
    if given.kind is not DiaryKind.SPRAY:
        return None
    by_rule = gates.waiting_days(facts, fold_vi(given.material), crop, given.done_on)
    said = [days for days in (by_rule, given.waiting_days) if days is not None]
    return max(said, default=None)


def _sent_before(session: Session, plot: Plot, given: DiaryEntryIn) -> DiaryEntry | None:
    question = select(DiaryEntry).where(
        col(DiaryEntry.org_id) == plot.org_id, col(DiaryEntry.request_id) == given.request_id
    )
    entry: DiaryEntry | None = session.execute(question).scalar_one_or_none()
    if entry is None:
        return None
    sent = (given.plot_id, given.kind.value, given.done_on, given.material, given.note, given.corrects_id)
    kept = (entry.plot_id, entry.kind, entry.done_on, entry.material, entry.note, entry.corrects_id)
    if sent != kept:
        raise Conflict("error.conflict", request_id=given.request_id)
    return entry


def _check(session: Session, plot: Plot, given: DiaryEntryIn, waiting: int | None, now: datetime) -> None:
    problems = [
        *day_problems(given.done_on, local_day(now)),
        *spray_problems(plot.crop, given.kind, given.material, waiting),
    ]
    if given.corrects_id is not None and not given.reason:
        problems.append(FieldProblem("reason", "diary.reason_needed", ""))
    if problems:
        raise Invalid(problems)
    if given.corrects_id is not None:
        _check_correction(session, plot, given.corrects_id)
    elif given.ask_twin:
        _ask_twin(session, plot, given)


def day_problems(day: date, today: date) -> list[FieldProblem]:
    """What is wrong with the day of an entry: to come, or more than a year ago."""
    if day > today:
        return [FieldProblem("done_on", "diary.future", day, {"date": day, "date2": today})]
    if (today - day).days > EARLIEST:
        return [FieldProblem("done_on", "lot.too_old", day, {"date": day, "days": EARLIEST})]
    return []


def spray_problems(crop: str, kind: DiaryKind, material: str, waiting: int | None) -> list[FieldProblem]:
    """What a spray lacks: its material, or days to wait where no rule knows them."""
    if kind is not DiaryKind.SPRAY:
        return []
    if not material:
        return [FieldProblem("material", "diary.material_needed", "")]
    if waiting is None:
        return [FieldProblem("waiting_days", "diary.phi.unknown", "", {"crop": gates.crop_word(crop)})]
    return []


def _check_correction(session: Session, plot: Plot, entry_id: int) -> None:
    wrong = session.get(DiaryEntry, entry_id)
    if wrong is None or wrong.plot_id != plot.id:
        raise Invalid([FieldProblem("corrects_id", "diary.other_plot", entry_id)])
    if is_corrected(session, entry_id):
        raise Refused("diary.corrected", plot=plot.name, date=wrong.done_on)


def is_corrected(session: Session, entry_id: int) -> bool:
    """Whether a later entry takes this one's place."""
    return bool(corrected_among(session, [entry_id]))


def corrected_among(session: Session, ids: Collection[int]) -> set[int]:
    """Those of these entries whose place a later one takes."""
    found: set[int] = set()
    for some in portions(ids):
        later = select(col(DiaryEntry.corrects_id)).where(col(DiaryEntry.corrects_id).in_(some))
        found.update(number for number in session.execute(later).scalars() if number is not None)
    return found


def _ask_twin(session: Session, plot: Plot, given: DiaryEntryIn) -> None:
    twins = select(col(DiaryEntry.id)).where(
        col(DiaryEntry.plot_id) == plot.id,
        col(DiaryEntry.kind) == given.kind.value,
        col(DiaryEntry.done_on) == given.done_on,
        col(DiaryEntry.material_key) == fold_vi(given.material),
    )
    if given.kind is DiaryKind.SPRAY and session.execute(twins).first():
        raise Refused("diary.dup", plot=plot.name, pesticide=given.material, date=given.done_on)


def new_entry(
    actor: Actor, plot: Plot, given: DiaryEntryIn, waiting: int | None, now: datetime
) -> DiaryEntry:
    """An entry that is not written yet."""
    values = given.model_dump(exclude={"ask_twin", "kind", "waiting_days"})
    return DiaryEntry(
        **values,
        org_id=plot.org_id,
        household_id=plot.household_id,
        kind=given.kind.value,
        material_key=fold_vi(given.material),
        waiting_days=waiting,
        acted_for=actor.acts_for,
        recorded_at=now,
        recorded_by=actor.account_id,
    )


def _log(session: Session, actor: Actor, entry: DiaryEntry, now: datetime) -> None:
    record = {
        "entry": entry.id,
        "plot": entry.plot_id,
        "what": entry.kind,
        "done_on": entry.done_on.isoformat(),
        "material": entry.material_key,
        "waiting_days": entry.waiting_days,
        "corrects": entry.corrects_id,
        "by": actor.account_id,
        "acted_for": entry.acted_for,
    }
    append_leaf(session, "diary", record, now)


def write_entries(
    session: Session, actor: Actor, entries: Sequence[tuple[DiaryEntry, Plot]], now: datetime
) -> list[Lot]:
    """Write new entries of one organisation, which is locked; the lots that they put on hold."""
    session.add_all([entry for entry, _ in entries])
    session.flush()
    for entry, _ in entries:
        _log(session, actor, entry, now)
    return _stop_lots(session, actor, [one for one in entries if one[0].kind == DiaryKind.SPRAY], now)


def _stop_lots(
    session: Session, actor: Actor, sprayed: Sequence[tuple[DiaryEntry, Plot]], now: datetime
) -> list[Lot]:
    """Ask the gates again for the plots' lots harvested since the sprays.

    For those on hold too: once what held them is lifted, nobody asks again before they go out.
    """
    lots = lock_lots(session, _harvested_since(session, [entry for entry, _ in sprayed]))
    if not lots:
        return []
    plots, facts = {plot.id: plot for _, plot in sprayed}, GatheredFacts(session)
    areas = {lot.growing_area_id for lot in lots if lot.growing_area_id is not None}
    facts.learn(plots.values(), {lot.harvested_on for lot in lots}, areas)
    held = []
    for lot in lots:
        stops = stops_now(facts, lot, plots[lot.plot_id or 0])
        holds = [hold_by_rule(session, actor, lot, stop.rule, stop.figures, now) for stop in stops]
        if any(holds):
            held.append(lot)
    return held


def _harvested_since(session: Session, sprays: Sequence[DiaryEntry]) -> list[int]:
    """Numbers of the lots that a spray of their plot may stop."""
    spans: dict[int, list[tuple[date, date]]] = {}
    for spray in sprays:
        last = spray.done_on + timedelta(days=max(spray.waiting_days or 0, LOOK_BACK.days))
        spans.setdefault(spray.plot_id, []).append((spray.done_on, last))
    every = [day for some in spans.values() for span in some for day in span]
    found = []
    for some in portions(spans):
        question = select(col(Lot.id), col(Lot.plot_id), col(Lot.harvested_on)).where(
            col(Lot.plot_id).in_(some),
            col(Lot.kind) == LotKind.HARVEST,
            col(Lot.harvested_on).between(min(every), max(every)),
            col(Lot.state).in_((LotState.OPEN, LotState.HOLD, LotState.RELEASED, LotState.CONSUMED)),
        )
        for number, plot, day in session.execute(question):
            if any(first <= day <= last for first, last in spans[plot]):
                found.append(number)
    return found


def _told(session: Session, plot: Plot, entry: DiaryEntry, now: datetime, held: tuple[Lot, ...]) -> Written:
    is_spray = entry.kind == DiaryKind.SPRAY
    late = (local_day(now) - entry.done_on).days
    return Written(
        entry=entry,
        harvest_from=entry.done_on + timedelta(days=entry.waiting_days or 0) if is_spray else None,
        days_late=late if late > LATE_AFTER else 0,
        banned_since=gates.banned_since(GateFacts(session), entry.material_key, plot.crop, entry.done_on)
        if is_spray
        else None,
        held=held,
    )
