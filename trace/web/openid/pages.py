"""To the other service and back: who comes in by it, and whose account it is to open from now on."""

from typing import Any

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading, transaction
from trace.errors import NotFound, Refused
from trace.logbook import log
from trace.records.account import Account
from trace.records.account import Way as SessionWay
from trace.services import accounts, openid, password_changing
from trace.services.openid import Begun, Way
from trace.settings_outside import OpenIdSettings
from trace.texts.catalogs import t
from trace.web.account import come_in
from trace.web.door import Door, Open
from trace.web.once import leads_to, once
from trace.web.openid.provider import Provider, ProviderError
from trace.web.visitor import account, actor, face_language, now, safe_next, settings

door = Door("openid", __name__)

STATUS = {"openid.down": 503}
LONGEST = 255


@door.page("/dang-nhap/lien-ket", Open.PUBLIC)
def leave() -> AnyResponse | tuple[str, int]:
    """Go to the other service. A link, not a form: the page's own policy lets forms go nowhere else."""
    return _leave(None, safe_next(request.args.get("next")) or "")


@door.page("/tai-khoan/lien-ket", Open.SIGNED_IN)
def form() -> str:
    """What opens one's account besides the password."""
    return _form("")


@door.page("/tai-khoan/lien-ket", Open.SIGNED_IN, methods=["POST"])
def begin() -> AnyResponse | tuple[str, int]:
    """Who knows the password may have another service open the account; a link leads there."""
    who, _ = _me(), _provider()
    with reading() as session:
        knows = password_changing.knows_password(session, who, request.form.get("password", ""), now())
    if knows:
        return _leave(who, "")
    with transaction() as session:
        left = accounts.note_failure(session, who.login, now())
    wrong = t(face_language(), "password.wrong", left=left, phone=settings().contact_phone)
    return _form(wrong), 422


@door.page("/tai-khoan/lien-ket/bo", Open.SIGNED_IN, methods=["POST"])
def unlink() -> AnyResponse:
    """The other service opens this account no more."""
    with once() as session:
        openid.unlink(session, actor().account_id or 0)
        answer = leads_to("account.mine")
        flash(t(face_language(), "openid.unlinked.done"), "ok")
    return answer


@door.page("/dang-nhap/lien-ket/ve", Open.PUBLIC)
def come_back() -> AnyResponse | tuple[str, int]:
    """The browser returns: its way is ended, the code traded in, the answer checked, then somebody is in."""
    provider = _provider()
    way = Way(request.cookies.get(_cookie(), ""), request.args.get("state", ""))
    with transaction() as session:
        begun = openid.end(session, way, now())
    if begun is None:
        return _refused("login.id.failed", "no such way")
    try:
        claims = _claims(provider, way)
        answer = _linked(begun, claims) if begun.account_id is not None else _signed_in(begun, claims)
    except ProviderError as error:
        return _refused(error.key, error.why)
    answer.delete_cookie(_cookie(), secure=settings().is_https, httponly=True, samesite="Lax")
    return answer


def _leave(who: Account | None, further: str) -> AnyResponse | tuple[str, int]:
    provider = _provider()
    with transaction() as session:
        way = openid.begin(session, who.id if who else None, further, now())
    try:
        url = provider.authorize_url(way, _back())
    except ProviderError as error:
        return _refused(error.key, error.why)
    page = render_template("account/openid_leave.html", url=url, name=_name()) if who else None
    answer = redirect(url) if page is None else make_response(page)
    answer.set_cookie(
        _cookie(),
        way.browser,
        max_age=int(openid.GOOD_FOR.total_seconds()),
        httponly=True,
        secure=settings().is_https,
        samesite="Lax",
        path="/",
    )
    return answer


def _claims(provider: Provider, way: Way) -> dict[str, Any]:
    if "error" in request.args:
        raise ProviderError("openid.denied", request.args["error"][:80])
    code = request.args.get("code", "")
    if not code:
        raise ProviderError("openid.answer", "no code")
    claims = provider.claims(way, code, _back(), request.args.get("iss"))
    if not _is_strong(provider.settings, claims):
        raise ProviderError("openid.weak", f"acr {claims.get('acr')!r}, amr {claims.get('amr')!r}"[:200])
    return claims


def _is_strong(rules: OpenIdSettings, claims: dict[str, Any]) -> bool:
    held = claims.get("amr") or []
    return (not rules.acr or claims.get("acr") in rules.acr) and set(rules.amr) <= set(held)


def _who(claims: dict[str, Any]) -> bytes:
    rules = _rules()
    value = claims.get(rules.claim)
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST:
        raise ProviderError("openid.answer", f"no claim {rules.claim}")
    return openid.who_hash(rules.issuer, rules.claim, value)


def _signed_in(begun: Begun, claims: dict[str, Any]) -> AnyResponse:
    with reading() as session:
        found = openid.account_linked_to(session, _who(claims))
    if found is None:
        raise ProviderError("openid.unlinked", "no account is linked")
    return come_in(found, begun.further, SessionWay.OPENID, has_shown_factor=_rules().is_second_factor)


def _linked(begun: Begun, claims: dict[str, Any]) -> AnyResponse:
    who = account()
    if who is None or who.id != begun.account_id:
        raise ProviderError("login.id.failed", "another account is signed in")
    try:
        with transaction() as session:
            openid.link(session, who.id, _who(claims), now())
    except Refused as error:
        raise ProviderError(error.key, "linked to another account") from None
    flash(t(face_language(), "openid.linked.done", name=_name()), "ok")
    return redirect(url_for("account.mine"), 303)


def _refused(key: str, why: str) -> tuple[str, int]:
    """The page to sign in once more, which says what happened; why is the log's."""
    log.warning("openid", problem=key, why=why)
    lang = face_language()
    text = t(lang, key, name=_name(), phone=settings().contact_phone)
    status = STATUS.get(key, 403)
    if account() is not None:
        return _form(text), status
    page = {"error": text, "login": "", "next": ""}
    return render_template("account/sign_in.html", **page), status


def _form(error: str) -> str:
    _provider()
    with reading() as session:
        row = openid.link_of(session, _me().id)
    return render_template("account/openid.html", error=error, link=row, name=_name())


def _me() -> Account:
    who = account()
    if who is None:
        raise NotFound()
    return who


def _rules() -> OpenIdSettings:
    rules = settings().openid
    if rules is None:
        raise NotFound()
    return rules


def _provider() -> Provider:
    """The service of these settings, with what it said of itself of late."""
    rules, kept = _rules(), current_app.extensions.get("openid_provider")
    if kept is None or kept.settings is not rules:
        kept = current_app.extensions["openid_provider"] = Provider(rules, settings().openid_secret)
    provider: Provider = kept
    return provider


def _name() -> str:
    return settings().openid_name


def _back() -> str:
    return f"{settings().public_url}{url_for('openid.come_back')}"


def _cookie() -> str:
    return "__Host-openid" if settings().is_https else "openid"
