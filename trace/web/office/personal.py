"""``/so/ca-nhan``: personal data of households for the office, each look and erasing for a kept reason."""

from flask import render_template, request, url_for

from trace.db import reading
from trace.services import households
from trace.services.admission import Act
from trace.web import personal_pages
from trace.web.door import Door
from trace.web.registry_forms import Item, say
from trace.web.visitor import actor

door = Door("office_personal", __name__, url_prefix="/so/ca-nhan")
PAGE = 50


@door.page("", Act.READ_PERSONAL_FOR_REASON)
def index() -> str:
    """Households by name or code, looked for without marks."""
    query = request.args.get("q", "")
    with reading() as session:
        found, total = households.households(session, actor(), query, PAGE)
    items = [
        Item(one.name, (one.code,), url_for("office_personal.show", household_id=one.id)) for one in found
    ]
    empty = say("registry.none_found", query=query)
    return render_template("office/registry/people.html", items=items, total=total, query=query, empty=empty)


personal_pages.hang(door, "office", Act.READ_PERSONAL_FOR_REASON, "/<int:household_id>")
