"""``/htx/van-don/tai-khoan``: the cooperative's own account at the carrier, and where its pushes go."""

from flask import flash, render_template
from werkzeug.wrappers import Response as AnyResponse

from marketplaces.carriers import directory
from marketplaces.carriers.values import Login, Pass
from marketplaces.interface import MarketplaceError
from trace.db import reading
from trace.errors import FieldProblem, Invalid, Refused
from trace.records.organisation import Organisation
from trace.services import admission, carrier_accounts, carrier_secrets
from trace.services.admission import Act
from trace.services.carrier_accounts import LoginIn, SenderIn
from trace.services.carrier_secrets import HookIn
from trace.services.intake import read
from trace.texts.catalogs import t
from trace.web.carrier_calls import open_carrier
from trace.web.cooperative.shipment_booking import CARRIER
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept, typed
from trace.web.once import leads_to, once, stop_repeated
from trace.web.visitor import actor, face_language, now, settings

door = Door("carrier_account", __name__, url_prefix="/htx/van-don/tai-khoan")

LOGIN, SENDER = ("username", "password", "token"), ("sender_name", "sender_phone", "sender_address")
Answer = str | AnyResponse | tuple[str, int]


@door.page("", Act.MANAGE_CARRIER)
def show() -> str:
    """Sign in, the sender, and the address of pushes."""
    return _show(blank())


def _show(form: FormState) -> str:
    with reading() as session:
        account = carrier_accounts.own_account(session, actor(), Act.MANAGE_CARRIER, CARRIER)
        org = session.get_one(Organisation, admission.own_org(actor()))
    hook = f"{settings().public_url}/hooks/{account.carrier}/{account.hook_mark}" if account else ""
    return render_template(
        "cooperative/shipments/account.html",
        form=form,
        account=account,
        org=org,
        hook=hook,
        is_named=CARRIER in settings().carriers,
        carrier=directory.label(CARRIER),
    )


@door.page("", Act.MANAGE_CARRIER, methods=["POST"])
def connect() -> Answer:
    """Try the login at the carrier, and keep what it gave."""
    stop_repeated()
    sender_values = typed(SENDER)
    try:
        carrier_accounts.check_named(settings(), CARRIER)
        sender = read(SenderIn, sender_values)
        login, token = _signed_in(read(LoginIn, typed(LOGIN)))
        with once() as session:
            carrier_accounts.connect(session, actor(), CARRIER, login, token, sender, now())
            answer = leads_to("carrier_account.show")
    except (Invalid, Refused) as error:
        return _show(kept(error, sender_values)), error.status
    except MarketplaceError as error:
        reason = t(face_language(), "carrier.login.bad", reason=str(error))
        return _show(FormState(sender_values, refusal=(reason, ""))), 409
    flash(t(face_language(), "carrier.connected", carrier=directory.label(CARRIER)), "ok")
    return answer


def _signed_in(given: LoginIn) -> tuple[Login | None, Pass]:
    """A login that was tried, or a token as it was made in the carrier's portal.

    Raises:
        Invalid: neither a name with its password, nor a token.
    """
    if given.token:
        return None, open_carrier(CARRIER).portal_token(given.token)
    empty = [name for name in ("username", "password") if not getattr(given, name)]
    if empty:
        raise Invalid([FieldProblem(name, "error.empty") for name in empty])
    login = Login(given.username, given.password)
    return login, open_carrier(CARRIER).login(login)


@door.page("/bao-tin", Act.MANAGE_CARRIER, methods=["POST"])
def set_hook() -> Answer:
    """Keep the secret of the pushes."""
    values = typed(("secret", "mode"))
    try:
        given = read(HookIn, values)
        with once() as session:
            carrier_secrets.set_hook(session, actor(), CARRIER, given)
            answer = leads_to("carrier_account.show")
    except (Invalid, Refused) as error:
        return _show(kept(error, {})), error.status
    flash(t(face_language(), "carrier.hook.kept"), "ok")
    return answer


@door.page("/ngat", Act.MANAGE_CARRIER, methods=["POST"])
def disconnect() -> AnyResponse:
    """Forget login, token and secret."""
    with once() as session:
        carrier_accounts.disconnect(session, actor(), CARRIER, now())
        answer = leads_to("carrier_account.show")
    flash(t(face_language(), "carrier.disconnected"), "ok")
    return answer
