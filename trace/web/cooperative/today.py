"""``/htx``: what waits today; ``/htx/them``: everything else."""

from flask import render_template

from trace.db import reading
from trace.services import lot_pages, today
from trace.services.admission import Act, may
from trace.standards.local_time import local_day
from trace.web.cooperative.first_day import shown_today
from trace.web.door import Door
from trace.web.visitor import actor, now, settings

door = Door("today", __name__, url_prefix="/htx")


@door.page("", Act.VIEW_FARM)
def index() -> str:
    """To-dos, recent lots, the season."""
    with reading() as session:
        todos = today.todos(session, actor(), now(), settings().ocop_reminder_days)
        season = today.season(session, actor(), now())
        page = lot_pages.lots(session, actor(), lot_pages.LotFilter(limit=5))
    first = shown_today() if may(actor(), Act.MANAGE_REGISTRY) else None
    return render_template(
        "cooperative/today/index.html",
        todos=todos,
        season=season,
        page=page,
        day=local_day(now()),
        first=first,
    )


@door.page("/them", Act.VIEW_FARM)
def more() -> str:
    """The menu of what has no tab."""
    return render_template("cooperative/today/more.html")
