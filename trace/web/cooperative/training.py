"""``/htx/tap-huan``: which of a cooperative's own households came to a training session, and when last."""

from flask import render_template

from trace.db import reading
from trace.services import training_pages
from trace.services.admission import Act
from trace.web.door import Door
from trace.web.registry_forms import Item, say
from trace.web.visitor import actor

door = Door("training", __name__, url_prefix="/htx/tap-huan")


@door.page("", Act.MANAGE_REGISTRY)
def index() -> str:
    """Households, those that never came first."""
    with reading() as session:
        rows = training_pages.last_days(session, actor())
    came = sum(1 for _, n, _ in rows if n)
    items = [
        Item(
            home.name,
            (home.code,),
            tag=("ok", "check", say("training.own.days", n=n, date=day))
            if n
            else ("warn", "clock", say("training.own.never")),
        )
        for home, n, day in rows
    ]
    return render_template(
        "cooperative/registry/list.html",
        title=say("training.own.title", n=came, m=len(rows)),
        items=items,
        empty=say("training.attendance.none"),
        query=None,
        more=None,
        links=(),
        add=None,
    )
