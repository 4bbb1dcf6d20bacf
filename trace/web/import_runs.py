"""Pages of what was brought in: the list of files, what an undo would take back, and the undo."""

from dataclasses import dataclass
from typing import Any

from flask import flash
from werkzeug.wrappers import Response

from trace.db import reading
from trace.errors import Refused
from trace.services.importing import undoing
from trace.services.importing.telling import Line
from trace.texts.catalogs import t
from trace.web.desk import Desk
from trace.web.once import leads_to, once
from trace.web.refusals import said
from trace.web.registry_forms import say
from trace.web.visitor import actor, face_language, now

LISTED = 200
WHYS = {
    "changed",
    "gone",
    "taken",
    "confirmed",
    "paper_confirmed",
    "proposal_settled",
    "org_used",
    "refused",
    "lot_held",
    "hangs_lots",
    "hangs_stamps",
    "hangs_orders",
    "hangs_boxes",
    "hangs_parcels",
    "lot",
    "logistic_unit",
    "diary_entry",
    "field_photo",
    "notice",
    "plot",
    "plot_area",
    "account",
    "consent",
    "training_attendance",
    "typed_text",
    "certificate_scope",
    "site_status_change",
    "product_gtin",
    "product_image",
    "listing",
    "new_listing",
    "ocop_rating",
    "ocop_proposal",
    "stamp_block",
    "label_design",
    "problem_report",
}
"""Reasons with a text of their own: what became of a row, or the table whose rows name it."""


@dataclass(frozen=True)
class Listed:
    """Lines of one kind: the first of them, and how many more there are."""

    lines: list[str]
    hidden: int


def runs(desk: Desk) -> str:
    """The files this organisation brought in, the newest first."""
    with reading() as session:
        found = undoing.runs(session, actor(), desk.nouns)
    return desk.page("import_runs", runs=found)


def run(desk: Desk, import_id: int) -> str:
    """What was brought in, what an undo would take back, and what stays and why."""
    return _page(desk, import_id, None)


def _page(desk: Desk, import_id: int, refusal: Refused | None) -> str:
    with reading() as session:
        row = undoing.run_of(session, actor(), import_id)
        desk.asked(row.noun)
        found = undoing.look(session, actor(), import_id, now())
    shown: dict[str, Any] = {"back": _listed(found.back), "kept": _listed(found.kept), "n": len(found.back)}
    told = said(refusal, face_language()) if refusal else None
    return desk.page("import_run", run=row, refusal=told, left=len(found.kept), **shown)


def undo(desk: Desk, import_id: int) -> Response | tuple[str, int]:
    """Take it back; pressing twice takes back once."""
    try:
        with once() as session:
            desk.asked(undoing.run_of(session, actor(), import_id).noun)
            row = undoing.undo(session, actor(), import_id, now())
            answer = leads_to(f"{desk.door.name}.run", import_id=import_id)
    except Refused as refusal:
        return _page(desk, import_id, refusal), refusal.status
    flash(say("undo.done", n=_number(row.rows_back), left=_number(row.rows_kept)), "ok")
    return answer


def _number(figure: int | None) -> int:
    return figure or 0


def _listed(lines: list[Line]) -> Listed:
    return Listed([line_text(one, face_language()) for one in lines[:LISTED]], max(0, len(lines) - LISTED))


def line_text(line: Line, lang: str) -> str:
    """A row in words: its place in the file, what it is, what becomes of it."""
    what = f"{t(lang, f'undo.thing.{line.thing}')} {line.code}"
    name = f" ({line.name})" if line.name and line.name != line.code else ""
    whole = f"{what.strip()}{name}"
    if line.file_row:
        whole = t(lang, "undo.row", row=line.file_row, what=whole)
    if line.why:
        is_used = line.thing == "organisation" and line.why not in ("changed", "gone", "taken")
        return f"{whole}: {why_text('org_used' if is_used else line.why, lang)}"
    return whole if line.was_new else f"{whole}: {t(lang, 'undo.restored')}"


def why_text(why: str, lang: str) -> str:
    """Why a row stays."""
    return t(lang, f"undo.why.{why}" if why in WHYS else "undo.why.other")
