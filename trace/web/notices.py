"""``/thong-bao``: the inbox of whoever is signed in."""

from typing import Any

from flask import Flask, render_template, request, url_for
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.records.account import Role
from trace.records.notice import NoticeKind
from trace.services.admission import Act, actor_of
from trace.services.intake import Given, Row, read
from trace.services.notices import inbox
from trace.services.notices.inbox import Line
from trace.web.door import Door
from trace.web.once import leads_to, once
from trace.web.visitor import account, actor, now, opens

door = Door("notices", __name__, url_prefix="/thong-bao")


class ReadIn(Given):
    """The newest notice that was shown."""

    last: Row


@door.page("", Act.READ_NOTICES)
def index() -> str:
    """Notices, newest first."""
    before = request.args.get("before", "")
    start = int(before) if before.isascii() and before.isdigit() and len(before) < 18 else None
    with reading() as session:
        lines = inbox.lines(session, actor(), before=start)
        fresh = inbox.count_new(session, actor())
    places = {line.id: place_of(line) for line in lines}
    shown: dict[str, Any] = {"lines": lines, "places": places, "fresh": fresh, "many": inbox.MANY}
    return render_template("account/notices.html", full=len(lines) == inbox.PAGE, start=start, **shown)


@door.page("/da-xem", Act.READ_NOTICES, methods=["POST"])
def mark_read() -> AnyResponse:
    """All that was shown is read."""
    given = read(ReadIn, {"last": request.form.get("last", "")})
    with once() as session:
        inbox.mark_read(session, actor(), given.last, now())
        return leads_to("notices.index")


def place_of(line: Line) -> str:
    """Where something can be done about it; empty where this visitor may open no such page."""
    return next((one for one in _places(line) if opens(one)), "")


def _places(line: Line) -> list[str]:
    if line.kind in {NoticeKind.RECALL, NoticeKind.HOLD}:
        return [url_for("office_lots.show" if _at_office() else "lots.show", public_id=line.subject)]
    if line.kind == NoticeKind.ALARM:
        block, _, serial = line.subject.partition("/")
        return [url_for("stamp_scans.show", block=block, serial=int(serial))]
    if line.kind in {NoticeKind.LOGIN, NoticeKind.AGREEMENT}:
        return [url_for("shops.show", shop_id=int(line.subject))]
    if line.kind == NoticeKind.PAPER:
        return ["/htx/chung-nhan", "/so/viec"]
    if line.kind == NoticeKind.OCOP:
        return [url_for("products.show", public_id=line.subject), f"/sp/{line.subject}"]
    return [url_for(f"{'office' if _at_office() else 'coop'}_problems.show", number=line.subject)]


def _at_office() -> bool:
    who = account()
    return who is not None and who.role in {Role.OFFICE, Role.COMMUNE_OFFICER}


def _fresh() -> int:
    """How many are new: for the bell on every page, which no busy database keeps away."""
    who = account()
    if who is None:
        return 0
    try:
        with reading() as session:
            return inbox.count_new(session, actor_of(who))
    except OperationalError:
        return 0


def prepare(app: Flask) -> None:
    """Hang the bell's number into the templates."""
    app.jinja_env.globals["fresh_notices"] = _fresh
