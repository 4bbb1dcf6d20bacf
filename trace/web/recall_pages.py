"""What ``/htx`` and ``/so`` share of recalls: the contact sheet, the 24-hour sheet, drills."""

import time
from collections.abc import Callable, Sequence
from functools import partial, update_wrapper
from typing import Any

from flask import abort, flash, render_template
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.records.lot import Lot
from trace.services import drilling
from trace.services.admission import Act, fetch
from trace.services.recalling import reach_of
from trace.services.tables import Table
from trace.services.tracing.contacts import Contact, contacts_of
from trace.services.tracing.day_sheet import day_sheet
from trace.texts.catalogs import t
from trace.web.door import Door
from trace.web.once import leads_to, once
from trace.web.recall_tables import calls, sheet
from trace.web.tables import as_csv, as_xlsx
from trace.web.visitor import actor, face_language, now

FILES = {"csv": as_csv, "xlsx": as_xlsx}


def contacts(face: str, public_id: str) -> str:
    """Whom to call about a lot, for paper and telephone."""
    lot, found = _contacts(public_id)
    table = _calls(lot, found)
    return render_template(f"{face}/recalls/contacts.html", lot=lot, table=table)


def contacts_file(public_id: str, form: str) -> AnyResponse:
    """The same as a file."""
    lot, found = _contacts(public_id)
    return _file(_calls(lot, found), f"danh-sach-goi-{lot.public_id}", form)


def _contacts(public_id: str) -> tuple[Lot, Sequence[Contact]]:
    with reading() as session:
        reach = reach_of(session, actor(), public_id)
        lot = fetch(session, actor(), Act.OPEN_RECALL, Lot, public_id=public_id)
        return lot, contacts_of(session, actor(), [one.id for one in reach.lots])


def _calls(lot: Lot, found: Sequence[Contact]) -> Table:
    lang = face_language()
    return calls(found, t(lang, "calls.title", lot=lot.code, n=len(found)), lang)


def sheet_file(public_id: str, form: str) -> AnyResponse:
    """The 24-hour sheet of a lot and of everything made of it."""
    with reading() as session:
        lot = fetch(session, actor(), Act.TRACE, Lot, public_id=public_id)
        rows = day_sheet(session, actor(), [lot.id])
    return _file(sheet(rows, t("en", "sheet.title", lot=lot.code)), f"fsma-204-{lot.public_id}", form)


def _file(table: Table, name: str, form: str) -> AnyResponse:
    if form not in FILES:
        abort(404)
    return FILES[form](table, name)


def drill_list(face: str) -> str:
    """All drills in sight."""
    with reading() as session:
        found = drilling.drills(session, actor())
    return render_template(f"{face}/recalls/drills.html", found=found)


def begin_drill(page: str, public_id: str) -> AnyResponse:
    """Start the clock."""
    with once() as session:
        drill = drilling.begin(session, actor(), public_id, now(), time.perf_counter)
        return leads_to(page, drill_id=drill.public_id)


def drill(face: str, drill_id: str) -> str:
    """One drill: what it reaches, whom to tell, and the clock."""
    with reading() as session:
        found = drilling.drill_page(session, actor(), drill_id)
    table = _calls(found.lot, found.contacts)
    return render_template(f"{face}/recalls/drill.html", d=found, table=table, goal=drilling.GOAL)


def finish_drill(page: str, drill_id: str) -> AnyResponse:
    """Stop the clock."""
    with once() as session:
        done = drilling.finish(session, actor(), drill_id, now())
        answer = leads_to(page, drill_id=done.public_id)
    assert done.finished_at is not None
    took = (done.finished_at - done.started_at).total_seconds()
    figures = {"n": done.lots, "b": done.contacts, "minutes": int(took // 60), "seconds": int(took % 60)}
    flash(t(face_language(), "recall.drill.done", **figures), "ok")
    return answer


def hang(door: Door, face: str, papers: Act, sheet: Act) -> None:
    """The papers and drills of recalls as pages of one face's door, for those who may do these acts."""
    drill_page = f"{door.name}.drill"
    for rule, act, name, view in (
        ("/lo/<public_id>/danh-sach-goi", papers, "contacts", _of(contacts, face)),
        ("/lo/<public_id>/danh-sach-goi.<form>", papers, "contacts_file", contacts_file),
        ("/lo/<public_id>/bang-24h.<form>", sheet, "sheet_file", sheet_file),
        ("/dien-tap", papers, "drills", _of(drill_list, face)),
        ("/dien-tap/<drill_id>", papers, "drill", _of(drill, face)),
    ):
        door.page(rule, act, endpoint=name)(view)
    for rule, name, deed in (
        ("/lo/<public_id>/dien-tap", "begin_drill", begin_drill),
        ("/dien-tap/<drill_id>/xong", "finish_drill", finish_drill),
    ):
        door.page(rule, papers, endpoint=name, methods=["POST"])(_of(deed, drill_page))


def _of(view: Callable[..., Any], first: str) -> Callable[..., Any]:
    """The view with its first argument told; it keeps its name, which the forms' guard asks for."""
    return update_wrapper(partial(view, first), view)
