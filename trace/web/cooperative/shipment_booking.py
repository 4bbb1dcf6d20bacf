"""``/htx/van-don/moi``: prices of a parcel, and its booking, for a lot or for an order.

Whom it is for goes from the form to the carrier within one request. It is written down nowhere; a form
that is refused comes back with what was typed, and who books again later types it again.
"""

from flask import flash, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from marketplaces.carriers import directory
from marketplaces.carriers.values import Booking, Party, Quote
from marketplaces.interface import MarketplaceError
from trace.crashpoint import crashpoint
from trace.db import reading, transaction
from trace.errors import Invalid, NotFound, Refused
from trace.records.carrier import CarrierAccount
from trace.records.shipment import Shipment, ShipmentState
from trace.services import admission, carrier_accounts, shipment_pages, shipping
from trace.services.admission import Act
from trace.services.intake import read
from trace.services.shipment_given import ParcelIn, ReceiverIn, SubjectIn
from trace.texts.catalogs import t
from trace.web import carrier_calls
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept, typed
from trace.web.once import leads_to, once
from trace.web.visitor import actor, face_language, now, settings

door = Door("shipment_booking", __name__, url_prefix="/htx/van-don")

CARRIER = "viettelpost"
PARCEL = ("content", "weight_g", "pieces", "goods_vnd", "cod_vnd", "service")
RECEIVER = ("receiver_name", "receiver_phone", "receiver_address")
SUBJECT = ("lot", "shop", "order", "once_more")
Answer = str | AnyResponse | tuple[str, int]


@door.page("/moi", Act.SHIP)
def new() -> Answer:
    """A form, filled from the lot or the order."""
    names = {"lot": "lo", "shop": "gian-hang", "order": "don"}
    asked = {name: request.args[said] for name, said in names.items() if request.args.get(said)}
    try:
        subject = read(SubjectIn, asked)
    except Invalid:
        raise NotFound() from None
    with reading() as session:
        found = shipment_pages.suggestion(session, actor(), subject)
    filled = {"content": found.content, "pieces": 1, "goods_vnd": found.goods_vnd or ""}
    filled |= {"weight_g": f"{found.weight_g / 1000:g}".replace(".", ",") if found.weight_g else ""}
    return _form(blank(**asked, **filled))


def _form(form: FormState, quotes: list[Quote] | None = None, shipment: Shipment | None = None) -> str:
    with reading() as session:
        account = carrier_accounts.own_account(session, actor(), Act.SHIP, CARRIER)
    return render_template(
        "cooperative/shipments/new.html",
        form=form,
        quotes=quotes or [],
        shipment=shipment,
        account=account,
        is_named=CARRIER in settings().carriers,
        carrier=directory.label(CARRIER),
    )


@door.page("/moi", Act.SHIP, methods=["POST"])
def book() -> Answer:
    """Say the prices, or book it: written down, committed, sent once, and what came of it."""
    return _book(None)


@door.page("/<public_id>/lai", Act.SHIP)
def retry_form(public_id: str) -> str:
    """The form of a parcel that was not booked; whom it is for is typed again."""
    with reading() as session:
        one = admission.fetch(session, actor(), Act.SHIP, Shipment, public_id=public_id)
    return _form(blank(**_typed_of(one)), shipment=one)


def _typed_of(one: Shipment) -> dict[str, object]:
    weight = f"{one.weight_g / 1000:g}".replace(".", ",")
    values = {name: getattr(one, name) for name in PARCEL if name != "weight_g"}
    return {**values, "weight_g": weight}


@door.page("/<public_id>/lai", Act.SHIP, methods=["POST"])
def retry(public_id: str) -> Answer:
    """Book it anew under the number it has."""
    with reading() as session:
        one = admission.fetch(session, actor(), Act.SHIP, Shipment, public_id=public_id)
    return _book(one)


def _book(known: Shipment | None) -> Answer:
    values = typed((*PARCEL, *RECEIVER, *SUBJECT))
    try:
        carrier_accounts.check_named(settings(), CARRIER)
        given = read(ParcelIn, {name: values[name] for name in PARCEL if name in values})
        receiver = read(ReceiverIn, {name: values[name] for name in RECEIVER if name in values})
        party = Party(receiver.receiver_name, receiver.receiver_phone, receiver.receiver_address)
        if request.form.get("step") == "price":
            return _prices(values, given, party, known)
        shipping.check_service(given)
        with once() as session:
            account = carrier_accounts.working_account(session, actor(), Act.SHIP, CARRIER)
            subject = read(SubjectIn, {name: values[name] for name in SUBJECT if name in values})
            if known is None:
                noted = shipping.intend(session, actor(), account, subject, given, now())
            else:
                number, once_more = known.public_id, subject.once_more
                noted = shipping.again(session, actor(), number, account, given, now(), once_more=once_more)
            answer = leads_to("shipments.show", public_id=noted.public_id)
    except (Invalid, Refused) as error:
        return _form(kept(error, values), shipment=known), error.status
    crashpoint("shipment noted")
    return _send(noted, account, given, party, values) or answer


def _prices(values: dict[str, str], given: ParcelIn, receiver: Party, known: Shipment | None) -> Answer:
    """The form once more, with what each service would cost. Nothing is written down."""
    with reading() as session:
        account = carrier_accounts.working_account(session, actor(), Act.SHIP, CARRIER)
    sender, parcel = carrier_accounts.sender_of(account), given.parcel()
    try:
        quotes = carrier_calls.call(account.id, lambda carrier: carrier.quote(sender, receiver, parcel))
    except MarketplaceError as error:
        return _form(_refused(values, "ship.price.bad", error), shipment=known), 409
    if not quotes:
        empty = FormState(values, refusal=(t(face_language(), "ship.price.none"), ""))
        return _form(empty, shipment=known), 409
    return _form(FormState(values), quotes, known)


def _send(
    noted: Shipment, account: CarrierAccount, given: ParcelIn, receiver: Party, values: dict[str, str]
) -> Answer | None:
    """The one call, and what came of it; None where the parcel's own page says the rest."""
    sender = carrier_accounts.sender_of(account)
    booking = Booking(noted.number, sender, receiver, given.parcel(), given.service)
    try:
        booked = carrier_calls.call(account.id, lambda carrier: carrier.book(booking))
    except MarketplaceError as error:
        sure, problem = error.kind != "uncertain", str(error)
        with transaction() as session:
            left = shipping.note_unbooked(session, noted.id, noted.attempt, sure=sure, problem=problem)
        if left.state == ShipmentState.REFUSED:
            return _form(_refused(values, "ship.book.bad", error), shipment=left), 409
        flash(t(face_language(), "ship.uncertain"), "warn")
        return None
    crashpoint("shipment sent")
    with transaction() as session:
        shipping.note_booked(session, noted.id, booked, now())
    flash(t(face_language(), "ship.booked", number=booked.ext_number), "ok")
    return None


def _refused(values: dict[str, str], key: str, error: MarketplaceError) -> FormState:
    return FormState(values, refusal=(t(face_language(), key, reason=str(error)), ""))
