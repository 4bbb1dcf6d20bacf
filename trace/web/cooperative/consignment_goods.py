"""``/htx/chuyen-hang/…``: what is in a consignment: boxes, treatments, papers."""

from typing import Any, Literal

from flask import flash, request
from werkzeug.wrappers import Response as AnyResponse

from trace.errors import FieldProblem, Invalid, NongsanError
from trace.services import consigning, consignment_papers, logistic_units, pallets
from trace.services.admission import Act
from trace.services.consignment_papers import PaperIn, TreatmentIn
from trace.services.intake import Given, Row, read
from trace.services.logistic_units import UnitsIn
from trace.services.pallets import PalletsIn
from trace.web.cooperative.consignments import again
from trace.web.door import Door
from trace.web.form_state import typed
from trace.web.once import leads_to, once
from trace.web.registry_forms import bare, say, with_days
from trace.web.visitor import actor, now

door = Door("consignment_goods", __name__, url_prefix="/htx/chuyen-hang")

ONE = "/<public_id>"
BOX = ("lot", "kind", "count", "weight_g", "packed_on", "packing_house_id", "request_id")
TREATMENT = ("kind", "facility", "treated_on", "dose", "minutes", "document", "request_id")
PAPER = ("kind", "number", "issuer", "issued_on", "valid_to", "request_id")
Answer = str | AnyResponse | tuple[str, int]


class UnitIds(Given):
    """Boxes named by their rows."""

    units: list[Row]


def _units() -> list[int]:
    """The boxes a form names, one field or a comma between them."""
    said = ",".join(request.form.getlist("units"))
    wanted = [part for part in said.split(",") if part]
    if not wanted:
        raise Invalid([FieldProblem("units", "consignment.which_units", "")])
    return read(UnitIds, {"units": wanted}).units


@door.page(f"{ONE}/thung", Act.CONSIGN, methods=["POST"])
def box(public_id: str) -> Answer:
    """Put goods of a lot into new boxes, and the boxes into the consignment."""
    values = typed(BOX)
    sent: dict[str, Any] = with_days(values, "packed_on")
    try:
        with once() as session:
            given = read(UnitsIn, {name: value for name, value in sent.items() if value})
            made = logistic_units.box_goods(session, actor(), given, now())
            consigning.put_in(session, actor(), public_id, [unit.id for unit in made])
            answer = leads_to("consignments.show", public_id=public_id)
    except NongsanError as error:
        return again(public_id, error, values)
    flash(say("unit.made", n=len(made), first=made[0].number, last=made[-1].number), "ok")
    return answer


@door.page(f"{ONE}/them", Act.CONSIGN, methods=["POST"])
def put_in(public_id: str) -> Answer:
    """Put boxes that are there into the consignment."""
    try:
        with once() as session:
            consigning.put_in(session, actor(), public_id, _units())
            return leads_to("consignments.show", public_id=public_id)
    except NongsanError as error:
        return again(public_id, error, {})


@door.page(f"{ONE}/bo", Act.CONSIGN, methods=["POST"])
def take_out(public_id: str) -> Answer:
    """Take boxes out of it."""
    try:
        with once() as session:
            consigning.take_out(session, actor(), public_id, _units())
            return leads_to("consignments.show", public_id=public_id)
    except NongsanError as error:
        return again(public_id, error, {})


@door.page(f"{ONE}/pallet", Act.CONSIGN, methods=["POST"])
def stack(public_id: str) -> Answer:
    """Put boxes on new pallets of this consignment."""
    values = typed(("per_pallet", "request_id"))
    try:
        with once() as session:
            given = read(PalletsIn, {**values, "boxes": _units()})
            made = pallets.stack(session, actor(), given, now(), public_id)
            answer = leads_to("consignments.show", public_id=public_id)
    except NongsanError as error:
        return again(public_id, error, values)
    told = {"n": len(given.boxes), "m": len(made), "first": made[0].number, "last": made[-1].number}
    flash(say("pallet.stacked", **told), "ok")
    return answer


@door.page(f"{ONE}/xu-ly", Act.CONSIGN, methods=["POST"])
def treat(public_id: str) -> Answer:
    """Write down a treatment."""
    values = typed(TREATMENT)
    try:
        with once() as session:
            given = read(TreatmentIn, bare(with_days(values, "treated_on")))
            consignment_papers.add_treatment(session, actor(), public_id, given, now())
            return leads_to("consignments.show", public_id=public_id)
    except NongsanError as error:
        return again(public_id, error, values)


@door.page(f"{ONE}/giay-to", Act.CONSIGN, methods=["POST"])
def paper(public_id: str) -> Answer:
    """Write down a paper."""
    values = typed(PAPER)
    try:
        with once() as session:
            given = read(PaperIn, bare(with_days(values, "issued_on", "valid_to")))
            consignment_papers.add_paper(session, actor(), public_id, given, now())
            return leads_to("consignments.show", public_id=public_id)
    except NongsanError as error:
        return again(public_id, error, values)


@door.page(f"{ONE}/<any('xu-ly', 'giay-to'):which>/<int:record_id>/bo", Act.CONSIGN, methods=["POST"])
def remove(public_id: str, which: str, record_id: int) -> Answer:
    """A treatment or paper was written down wrongly."""
    what: Literal["treatment", "paper"] = "treatment" if which == "xu-ly" else "paper"
    try:
        with once() as session:
            consignment_papers.remove_record(session, actor(), public_id, what, record_id, now())
            return leads_to("consignments.show", public_id=public_id)
    except NongsanError as error:
        return again(public_id, error, {})


@door.page("/mo-thung", Act.CONSIGN, methods=["POST"])
def open_units() -> Answer:
    """Open boxes that stand in no consignment: their goods are free again."""
    with once() as session:
        opened = [logistic_units.open_unit(session, actor(), unit_id, now()) for unit_id in sorted(_units())]
        answer = leads_to("consignments.index")
    flash(say("unit.opened.now", n=len(opened)), "ok")
    return answer
