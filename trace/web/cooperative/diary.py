"""``/htx/nhat-ky``: the cultivation diary."""

from datetime import timedelta
from typing import Any

from flask import flash, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import Invalid, Refused
from trace.records.diary_entry import DiaryKind
from trace.services import diary, diary_reading, field_photos, helping, lot_choices
from trace.services.admission import Act
from trace.services.gates import crop_word
from trace.services.intake import read
from trace.standards import quantity
from trace.standards.fault import Fault
from trace.standards.local_time import local_day
from trace.texts.catalogs import Term, t
from trace.web.cooperative.photos import developed
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept, typed
from trace.web.once import leads_to, once
from trace.web.visitor import actor, face_language, now, settings

door = Door("diary", __name__, url_prefix="/htx/nhat-ky")

FIELDS = ("plot_id", "kind", "material", "dose", "waiting_days", "operator", "note", "corrects_id", "reason")
SENT = (*FIELDS, "when", "other_day", "request_id")


@door.page("", Act.VIEW_FARM)
def index() -> str:
    """Entries, newest first."""
    before = request.args.get("before", "")
    start = int(before) if before.isascii() and before.isdigit() and len(before) < 18 else None
    with reading() as session:
        rows = diary_reading.entries(session, actor(), before=start, limit=diary_reading.PAGE)
        photos = field_photos.counted(session, [entry.id for entry, _, _ in rows])
        names = helping.writers(session, (one.recorded_by for one, _, _ in rows if one.acted_for))
    full = len(rows) == diary_reading.PAGE
    return render_template("cooperative/diary/index.html", rows=rows, photos=photos, names=names, full=full)


@door.page("/moi", Act.WRITE_FARM)
def new() -> str:
    """An empty form; with ``dinh-chinh=<entry>`` the form of its correction."""
    wanted = request.args.get("dinh-chinh", "")
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 18):
        return _form(blank(when="today", kind="spray", plot_id=request.args.get("thua", "")))
    with reading() as session:
        entry = diary_reading.entry(session, actor(), int(wanted))
    values = {name: getattr(entry, name) for name in FIELDS if name not in {"corrects_id", "reason"}}
    return _form(blank(**values, when="other", other_day=f"{entry.done_on:%d/%m/%Y}", corrects_id=entry.id))


def _form(state: FormState) -> str:
    with reading() as session:
        offered = lot_choices.choices(session, actor())
    return render_template("cooperative/diary/new.html", form=state, offered=offered, kinds=list(DiaryKind))


@door.page("/moi", Act.WRITE_FARM, methods=["POST"])
def create() -> str | AnyResponse | tuple[str, int]:
    """Add an entry."""
    values = typed(SENT)
    try:
        given = read(diary.DiaryEntryIn, _entry_values(values))
        shots = developed()
        with once() as session:
            written = diary.write_entry(session, actor(), given, now())
            field_photos.add_photos(session, actor(), written.entry, shots, now())
            plot = diary_reading.plot_of(session, written.entry)
            answer = leads_to("diary.index")
    except (Invalid, Refused) as error:
        return _form(kept(error, values)), error.status
    _tell(written, plot.name, plot.crop)
    return answer


def _entry_values(values: dict[str, str]) -> dict[str, Any]:
    today = local_day(now())
    days: dict[str, object] = {"today": today, "yesterday": today - timedelta(days=1)}
    picked = values.get("when", "today")
    try:
        chosen = days[picked] if picked in days else quantity.day(values.get("other_day", ""), today)
    except Fault:
        chosen = values.get("other_day", "")
    sent = {name: value for name, value in values.items() if name not in {"when", "other_day"}}
    return {**sent, "done_on": chosen, "ask_twin": request.form.get("twin") != "new"}


def _tell(written: diary.Written, plot: str, crop: str) -> None:
    """All there is to say about a new entry."""
    lang, entry = face_language(), written.entry
    what = Term(f"diary.kind.{entry.kind}")
    flash(t(lang, "diary.saved", what=what, plot=plot, date=entry.done_on), "ok")
    if written.harvest_from is not None:
        days = entry.waiting_days
        flash(t(lang, "diary.phi.tell", days=days, date=written.harvest_from), "info")
    if written.banned_since is not None:
        figures: dict[str, object] = {"pesticide": entry.material, "crop": crop_word(crop)}
        figures |= {"date": entry.done_on}
        figures |= {"rule_version": written.banned_since, "phone": settings().contact_phone}
        flash(t(lang, "diary.banned", **figures), "bad")
    if written.days_late:
        flash(t(lang, "diary.late", days=written.days_late), "warn")
    if written.held:
        codes = [lot.code for lot in written.held]
        flash(t(lang, "diary.held", n=len(codes), items=codes), "bad")
