"""One's own second factor: set up on a telephone, codes for paper, switched off."""

from typing import Any
from urllib.parse import urlsplit

from flask import Response, flash, redirect, render_template, request, url_for

from labels.errors import PayloadTooLong
from trace.db import reading, transaction
from trace.errors import Invalid
from trace.records.account import Account
from trace.services import accounts, login_sessions, password_changing, second_factor
from trace.services.second_factor import Standing
from trace.standards import totp
from trace.standards.local_time import local_day
from trace.texts.catalogs import t
from trace.web.account import home_of
from trace.web.door import Door, Open
from trace.web.form_state import kept
from trace.web.qr_picture import qr_picture
from trace.web.sign_in_code import let_in
from trace.web.visitor import Entering, at_door, face_language, now, safe_next, session_secret, settings

door = Door("own_factor", __name__)
SERVICE = "nongsan"


@door.page("/tai-khoan/xac-thuc", Open.ENTERING)
def page() -> Any:
    """What stands: nothing yet, a secret to be confirmed, or a second factor that counts."""
    who = at_door()
    if who.standing is Standing.CODE:
        return redirect(url_for("sign_in_code.form", next=safe_next(request.args.get("next"))))
    return _page(who, {})


@door.page("/tai-khoan/xac-thuc/bat-dau", Open.ENTERING, methods=["POST"])
def begin() -> Any:
    """Make a secret for the telephone; a session left open is not enough, the password is asked for anew."""
    who = at_door()
    problem = _password_problem(who.account)
    if problem:
        return _page(who, {"password": problem}), 422
    with transaction() as session:
        second_factor.begin(session, who.account.id, now())
    return redirect(url_for("own_factor.page", next=safe_next(request.form.get("next"))), 303)


@door.page("/tai-khoan/xac-thuc", Open.ENTERING, methods=["POST"])
def confirm() -> Any:
    """One code of the telephone shows that it has the secret; from now on it is asked for."""
    who = at_door()
    with transaction() as session:
        codes = second_factor.confirm(session, who.account.id, request.form.get("code", ""), now())
        if codes is not None:
            login_sessions.note_factor(session, session_secret())
    if codes is None:
        return _page(who, {"code": t(face_language(), "login.totp.wrong")}), 422
    answer = Response(_codes_page(who.account, codes))
    return answer if who.standing is Standing.OPEN else let_in(who, answer)


@door.page("/tai-khoan/xac-thuc/ma-giay", Open.SIGNED_IN, methods=["POST"])
def renew_codes() -> Any:
    """Ten new codes for paper, for who shows a code."""
    who = at_door()
    with transaction() as session:
        is_right = second_factor.check_code(session, who.account.id, request.form.get("code", ""), now())
        codes = second_factor.new_recovery_codes(session, who.account.id) if is_right else []
    if not is_right:
        return _page(who, {"code": t(face_language(), "login.totp.wrong")}), 422
    return _codes_page(who.account, codes)


@door.page("/tai-khoan/xac-thuc/tat", Open.SIGNED_IN, methods=["POST"])
def switch_off() -> Any:
    """Forget it, for who knows the password and shows a code."""
    who = at_door()
    problem = _password_problem(who.account)
    if problem:
        return _page(who, {"password": problem}), 422
    try:
        is_right = _switched_off(who.account)
    except Invalid as error:
        return _page(who, kept(error, {}).errors), error.status
    if not is_right:
        return _page(who, {"off_code": t(face_language(), "login.totp.wrong")}), 422
    flash(t(face_language(), "factor.off.done"), "ok")
    return redirect(url_for("account.mine"), 303)


def _switched_off(who: Account) -> bool:
    with transaction() as session:
        is_right = second_factor.check_code(session, who.id, request.form.get("off_code", ""), now())
        if is_right:
            password_changing.switch_factor_off(session, who, request.form.get("password", ""))
    return is_right


def _password_problem(who: Account) -> str:
    """Nothing, or what to say of a wrong password, which counts as a failed sign-in."""
    with reading() as session:
        knows = password_changing.knows_password(session, who, request.form.get("password", ""), now())
    if knows:
        return ""
    with transaction() as session:
        left = accounts.note_failure(session, who.login, now())
    return t(face_language(), "password.wrong", left=left, phone=settings().contact_phone)


def _page(who: Entering, errors: dict[str, str]) -> str:
    with reading() as session:
        has_factor = second_factor.has_factor(session, who.account.id)
        secret = second_factor.secret_to_confirm(session, who.account.id, now())
        left = second_factor.codes_left(session, who.account.id)
    shown = {
        "errors": errors,
        "has_factor": has_factor,
        "left": left,
        "is_open": who.standing is Standing.OPEN,
    }
    if secret is not None:
        shown |= {"typed": totp.typed_secret(secret), "picture": _picture(who.account, secret)}
    target = safe_next(request.values.get("next")) or ""
    return render_template("account/factor.html", me=who.account, next=target, **shown)


def _picture(who: Account, secret: bytes) -> str:
    """The code for the telephone's app, with as long a name as it holds."""
    issuer = f"{SERVICE} {urlsplit(settings().public_url).hostname or ''}".strip()
    for name, said in ((who.login, issuer), (who.login, SERVICE), (f"#{who.id}", SERVICE)):
        try:
            return qr_picture(totp.uri_of(secret, name, said), t(face_language(), "factor.qr"))
        except PayloadTooLong:
            continue
    return ""


def _codes_page(who: Account, codes: list[str]) -> str:
    target = safe_next(request.form.get("next")) or home_of(who)
    today = local_day(now())
    return render_template("account/codes.html", codes=codes, further=target, login=who.login, today=today)
