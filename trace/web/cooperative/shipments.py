"""``/htx/van-don``: parcels given to a carrier, and where each of them is."""

from datetime import timedelta

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from marketplaces.carriers import directory
from marketplaces.interface import MarketplaceError
from trace.db import reading, transaction
from trace.errors import Invalid, NongsanError, Refused
from trace.records.shipment import Shipment
from trace.services import admission, shipment_pages, shipping
from trace.services.admission import Act
from trace.services.intake import Given, MaybeRow, read
from trace.services.shipment_given import ConclusionIn
from trace.texts.catalogs import t
from trace.web import carrier_calls
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept, typed
from trace.web.once import leads_to, once
from trace.web.visitor import actor, face_language, now, settings

door = Door("shipments", __name__, url_prefix="/htx/van-don")

ONE = "/<public_id>"
PRINTABLE = timedelta(hours=1)
Answer = str | AnyResponse | tuple[str, int]


class PageIn(Given):
    """Where a page of parcels begins."""

    before: MaybeRow = None


@door.page("", Act.VIEW_SHIPMENT)
def index() -> str:
    """Parcels, newest first."""
    try:
        wanted = read(PageIn, {"before": request.args.get("before", "")})
    except Invalid:
        wanted = PageIn()
    with reading() as session:
        page = shipment_pages.shipment_list(session, actor(), wanted.before)
    return render_template("cooperative/shipments/index.html", page=page)


@door.page(ONE, Act.VIEW_SHIPMENT)
def show(public_id: str) -> str:
    """One parcel and its history."""
    return _show(public_id, blank())


def _show(public_id: str, form: FormState) -> str:
    with reading() as session:
        silent_h = settings().shipment_silent_h
        page = shipment_pages.shipment_page(session, actor(), public_id, silent_h, now())
        shop = shipment_pages.shop_of(session, page.order)
    return render_template(
        "cooperative/shipments/show.html",
        page=page,
        shop=shop,
        form=form,
        carrier=directory.label(page.carrier),
    )


@door.page(f"{ONE}/ket-luan", Act.SHIP, methods=["POST"])
def conclude(public_id: str) -> Answer:
    """Say what was seen at the carrier of a parcel nobody is sure of."""
    values = typed(("what", "ext_number"))
    try:
        given = read(ConclusionIn, values)
        with once() as session:
            shipping.conclude(session, actor(), public_id, given, now())
            answer = leads_to("shipments.show", public_id=public_id)
    except (Invalid, Refused) as error:
        return _again(public_id, error, values)
    flash(t(face_language(), "ship.concluded"), "ok")
    return answer


@door.page(f"{ONE}/huy", Act.SHIP, methods=["POST"])
def cancel(public_id: str) -> Answer:
    """Ask the carrier not to carry it. That it was asked is written down first; asking twice does no harm."""
    try:
        with once() as session:
            shipment = shipping.ask_cancel(session, actor(), public_id, now())
            answer = leads_to("shipments.show", public_id=public_id)
        reason = t("vi", "ship.cancel.reason")
        ext_number = shipment.ext_number
        carrier_calls.call(shipment.account_id, lambda carrier: carrier.cancel(ext_number, reason))
    except Refused as error:
        return _again(public_id, error, {})
    except MarketplaceError as error:
        return _told(public_id, "ship.cancel.bad", error)
    with transaction() as session:
        shipping.note_cancelled(session, shipment.id, now())
    flash(t(face_language(), "ship.cancelled"), "ok")
    return answer


@door.page(f"{ONE}/in", Act.SHIP)
def print_label(public_id: str) -> Answer:
    """Go to the carrier's page of its label. A link, for no form may lead to another host."""
    with reading() as session:
        shipment = admission.fetch(session, actor(), Act.SHIP, Shipment, public_id=public_id)
    if not shipment.ext_number:
        return _again(public_id, Refused("ship.no_number", number=shipment.number), {})
    try:
        numbers, until = [shipment.ext_number], now() + PRINTABLE
        link = carrier_calls.call(shipment.account_id, lambda carrier: carrier.print_link(numbers, until))
    except MarketplaceError as error:
        return _told(public_id, "ship.print.bad", error)
    return redirect(link)


def _again(public_id: str, error: NongsanError, values: dict[str, str]) -> tuple[str, int]:
    return _show(public_id, kept(error, values)), error.status


def _told(public_id: str, key: str, error: MarketplaceError) -> tuple[str, int]:
    """What the carrier said; its adapter has starred whatever could be somebody's."""
    return _show(public_id, FormState(refusal=(t(face_language(), key, reason=str(error)), ""))), 409
