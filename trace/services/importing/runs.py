"""The verb: one file in one transaction, good rows in, every other row with its reasons."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import select, text
from sqlmodel import Session, col

from trace.errors import Conflict, NotFound, Refused
from trace.records.import_run import ImportRun
from trace.services.admission import Act, Actor, scope_of
from trace.services.importing import (
    diary_rows,
    farm_columns,
    house_rows,
    lot_rows,
    organisation_rows,
    pack_columns,
    pack_rows,
    paper_rows,
    plan_rows,
    product_rows,
    proposal_rows,
    rating_rows,
    training_rows,
)
from trace.services.importing.columns import Column, Kind, Layout, recognise
from trace.services.importing.communes import Gazetteer
from trace.services.importing.farm_memory import Task
from trace.services.importing.farm_reader import Setting
from trace.services.importing.farm_rows import FarmRows
from trace.services.importing.noting import Notes
from trace.services.importing.reading import MOST_ROWS, Book, opened
from trace.services.importing.report import Report
from trace.services.importing.tenants import Tenants
from trace.services.logging_acts import append_leaf
from trace.standards.local_time import local_day

Progress = Callable[[int, int], None]
"""Told after each batch: rows read, rows in all."""


class Rows(Protocol):
    """Judges the rows of one noun's sheets and writes the good ones."""

    def take(self, layout: Layout, rows: Sequence[tuple[int, list[Any]]]) -> None:
        """A batch of one sheet."""

    def finish(self) -> None:
        """What can be said after the last row."""


@dataclass(frozen=True)
class Noun:
    """What can be imported: the columns its sheets may have, the kinds of sheets, who reads them.

    ``told`` is the column named as missing where no sheet fits; ``act`` is what bringing it in stands under;
    rows that are ``owned`` say whose they are where the account works for nobody.
    """

    name: str
    columns: Sequence[Column]
    kinds: Sequence[Kind]
    rows: Callable[[Task, Report], Rows]
    told: str
    act: Act = Act.IMPORT_REGISTRY
    owned: bool = True


NOUNS: Mapping[str, Noun] = {
    one.name: one
    for one in (
        Noun("farms", farm_columns.COLUMNS, farm_columns.KINDS, FarmRows, "household_code"),
        Noun("products", product_rows.COLUMNS, product_rows.KINDS, product_rows.ProductRows, "sku"),
        Noun(
            "plans",
            plan_rows.COLUMNS,
            plan_rows.KINDS,
            plan_rows.PlanRows,
            "crop",
            Act.PLAN_SEASONS,
            owned=False,
        ),
        Noun(
            "training",
            training_rows.COLUMNS,
            training_rows.KINDS,
            training_rows.TrainingRows,
            "household_code",
            Act.KEEP_TRAINING,
        ),
        Noun("lots", lot_rows.COLUMNS, lot_rows.KINDS, lot_rows.LotRows, "plot_of", Act.WRITE_FARM,
             owned=False),
        Noun("packs", pack_columns.COLUMNS, pack_columns.KINDS, pack_rows.PackRows, "sources",
             Act.WRITE_FARM, owned=False),
        Noun("diary", diary_rows.COLUMNS, diary_rows.KINDS, diary_rows.DiaryRows, "plot_of", Act.WRITE_FARM,
             owned=False),
        Noun("houses", house_rows.COLUMNS, house_rows.KINDS, house_rows.HouseRows, "house_code",
             Act.MANAGE_REGISTRY, owned=False),
        Noun("certificates", paper_rows.COLUMNS, paper_rows.KINDS, paper_rows.PaperRows, "paper_number",
             Act.MANAGE_REGISTRY, owned=False),
        Noun("ratings", rating_rows.COLUMNS, rating_rows.KINDS, rating_rows.RatingRows, "decision_number",
             Act.RATE_PRODUCT),
        Noun("proposals", proposal_rows.COLUMNS, proposal_rows.KINDS, proposal_rows.ProposalRows,
             "decision_number", Act.PROPOSE_RATING, owned=False),
        Noun("organisations", organisation_rows.COLUMNS, organisation_rows.KINDS,
             organisation_rows.OrganisationRows, "org_name", Act.MANAGE_ORGS, owned=False),
    )
}  # fmt: skip


@dataclass(frozen=True)
class ImportOrder:
    """A file to import. ``request_id`` empty means: this very file, once."""

    noun: str
    path: Path
    file_name: str
    request_id: str = ""
    dry_run: bool = False
    sao_m2: int = 360
    most_rows: int = MOST_ROWS


@dataclass(frozen=True)
class Outcome:
    """How it went; ``run`` is None for a dry run, ``repeated`` says the file was in already."""

    report: Report
    run: ImportRun | None = None
    repeated: bool = False


def import_file(
    session: Session, actor: Actor, order: ImportOrder, now: datetime, progress: Progress | None = None
) -> Outcome:
    """Check a file and, unless it is a dry run, write its good rows; all of them or, on a fault, none.

    Sending the same file again changes nothing.

    Raises:
        NotAllowed: the role may not import.
        NotFound: no such noun.
        Refused: the file as a whole cannot be read, or lacks a column.
        Conflict: the request id came before with another file.
    """
    if order.noun not in NOUNS:
        raise NotFound()
    scope_of(actor, NOUNS[order.noun].act)
    tenants = Tenants(session, actor)
    if order.dry_run:
        task = Task(session, actor, _setting(session, tenants, order, now), now, writes=False)
        return Outcome(_judge(task, order, progress))
    one_at_a_time(session)
    fingerprint = _fingerprint(order.path)
    order = replace(order, request_id=order.request_id or fingerprint[:32])
    before = run_under(session, actor, order.noun, order.request_id)
    if before is not None:
        if before.file_sha256 != fingerprint:
            raise Conflict("error.conflict", request_id=order.request_id)
        return Outcome(Report(before.rows_good + before.rows_bad, before.rows_bad), before, repeated=True)
    return _import(session, actor, order, fingerprint, tenants, now, progress)


def _import(
    session: Session,
    actor: Actor,
    order: ImportOrder,
    fingerprint: str,
    tenants: Tenants,
    now: datetime,
    progress: Progress | None,
) -> Outcome:
    run = ImportRun(
        noun=order.noun,
        org_id=actor.org_id,
        request_id=order.request_id,
        file_name=order.file_name[:160],
        file_sha256=fingerprint,
        rows_good=0,
        rows_bad=0,
        imported_at=now,
        imported_by=actor.account_id,
    )
    session.add(run)
    session.flush()
    setting = _setting(session, tenants, order, now)
    notes = Notes(session, run)
    report = _judge(Task(session, actor, setting, now, True, run.id, notes), order, progress)
    notes.keep()
    run.rows_good, run.rows_bad = report.good, report.bad
    session.flush()
    record = {"run": run.id, "noun": order.noun, "file": fingerprint, "by": actor.account_id}
    append_leaf(session, "import", {**record, "good": report.good, "bad": report.bad}, now)
    return Outcome(report, run)


def _judge(task: Task, order: ImportOrder, progress: Progress | None) -> Report:
    report = Report()
    noun = NOUNS[order.noun]
    rows = noun.rows(task, report)
    with opened(order.path, order.file_name, order.most_rows) as book:
        layouts = {one.sheet: one for one in layouts_of(book, noun, task.setting.tenants)}
        report.layouts = layouts
        total, done = sum(layout.height for layout in layouts.values()), 0
        for sheet, batch in book.rows(list(layouts)):
            layout = layouts[sheet]
            rows.take(layout, [(number, cells) for number, cells in batch if number > layout.head_row])
            done += len(batch)
            if progress is not None:
                progress(done, total)
    rows.finish()
    return report


def layouts_of(book: Book, noun: Noun, tenants: Tenants | None) -> list[Layout]:
    """The sheets that hold rows of this noun, in the order in which they are to be read.

    Raises:
        Refused: ``imp.column.missing`` (with the columns there are) or ``imp.column.twice``.
    """
    found = [layout for head in book.heads if (layout := recognise(head, noun.columns, noun.kinds))]
    if not found:
        first = max(book.heads[0].rows, key=lambda row: sum(cell != "" for cell in row[1]), default=(1, []))
        raise _missing(noun.told, [str(cell) for cell in first[1] if cell != ""])
    for layout in found:
        _check(layout, tenants if noun.owned else None)
    return sorted(found, key=lambda layout: noun.kinds.index(layout.kind))


def _check(layout: Layout, tenants: Tenants | None) -> None:
    if layout.twice:
        name, first, second = layout.twice[0]
        raise Refused("imp.column.twice", column=first, a=first, b=second)
    needed = (*layout.kind.required, *(("org",) if tenants is not None and tenants.needs_column else ()))
    for name in needed:
        if name not in layout.places:
            raise _missing(name, list(layout.headings.values()))


def _missing(name: str, columns: list[str]) -> Refused:
    from trace.texts.catalogs import Term

    return Refused("imp.column.missing", column=Term(f"imp.col.{name}"), columns=columns[:20])


def _setting(session: Session, tenants: Tenants, order: ImportOrder, now: datetime) -> Setting:
    return Setting(tenants, Gazetteer(session), local_day(now), order.sao_m2)


def run_under(session: Session, actor: Actor, noun: str, request_id: str) -> ImportRun | None:
    """The import that was written under a request id and stands."""
    own = col(ImportRun.org_id)
    question = select(ImportRun).where(
        col(ImportRun.noun) == noun,
        own.is_(None) if actor.org_id is None else own == actor.org_id,
        col(ImportRun.request_id) == request_id,
    )
    found: ImportRun | None = session.execute(question).scalar_one_or_none()
    return found


def one_at_a_time(session: Session) -> None:
    """Two imports at once would both find a code free; SQLite's transaction holds the lock already."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE import_run IN SHARE ROW EXCLUSIVE MODE"))


def _fingerprint(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
