"""``/htx/chuyen-hang/…/nhan``: labels of the boxes and pallets of a consignment."""

from typing import Any

from flask import Response, render_template, request

from labels.errors import LabelError
from labels.unit_sheet import UNIT_FORMATS
from trace.db import reading
from trace.errors import NongsanError
from trace.records.consignment import Consignment
from trace.services import label_stocks, unit_labels
from trace.services.admission import Act, fetch
from trace.services.intake import read
from trace.services.label_refusals import refusal_of
from trace.services.unit_labels import LabelsIn
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept
from trace.web.registry_forms import say
from trace.web.visitor import actor, now, settings

door = Door("unit_labels", __name__, url_prefix="/htx/chuyen-hang")
FIELDS = ("which", "stock", "start", "form")


@door.page("/<public_id>/nhan", Act.CONSIGN)
def choose(public_id: str) -> str:
    """What to print the labels on."""
    return _page(public_id, blank())


@door.page("/<public_id>/nhan/tep", Act.CONSIGN)
def file(public_id: str) -> Response | tuple[str, int]:
    """The labels as a file."""
    values = {name: request.args[name] for name in FIELDS if name in request.args}
    try:
        given = read(LabelsIn, {name: value for name, value in values.items() if value})
        with reading() as session:
            stock = unit_labels.label_stock(session, actor(), given.stock)
            found = unit_labels.labels_of(
                session, actor(), public_id, given.which, settings().public_url, now()
            )
        write, suffix, media_type = UNIT_FORMATS[given.form]
        answer = Response(_written(write, found, stock, given.start), content_type=media_type)
    except NongsanError as error:
        if error.status == 404:
            raise
        return _page(public_id, kept(error, values)), error.status
    answer.headers["Content-Disposition"] = f'attachment; filename="nhan-thung.{suffix}"'
    return answer


def _written(write: Any, found: Any, stock: Any, start: int) -> bytes:
    try:
        data: bytes = write(found, stock, start)
    except LabelError as problem:
        raise refusal_of(problem) from problem
    return data


def _page(public_id: str, form: FormState) -> str:
    with reading() as session:
        one = fetch(session, actor(), Act.CONSIGN, Consignment, public_id=public_id)
        own = [(row.public_id, row.name) for row in label_stocks.own_stocks(session, actor())]
    stocks = [*((name, say(f"stock.{name}")) for name in unit_labels.usual_stocks()), *own]
    return render_template("cooperative/consignments/labels.html", one=one, stocks=stocks, form=form)
