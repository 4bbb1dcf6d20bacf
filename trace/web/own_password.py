"""Changing one's own password: by who knows the old one."""

from typing import Any

from flask import flash, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading, transaction
from trace.errors import Invalid, NotAllowed
from trace.records.account import Account
from trace.services import accounts, password_changing
from trace.standards.passwords import LEAST_ALONE
from trace.texts.catalogs import t
from trace.web.door import Door, Open
from trace.web.form_state import kept
from trace.web.once import leads_to, once, stop_repeated
from trace.web.visitor import account, face_language, now, session_secret, settings

door = Door("own_password", __name__)


@door.page("/tai-khoan/mat-khau", Open.SIGNED_IN)
def form() -> str:
    """The old password and the new one."""
    return _page({})


@door.page("/tai-khoan/mat-khau", Open.SIGNED_IN, methods=["POST"])
def change() -> Any:
    """Put the new password in the old one's place and sign every other device out."""
    stop_repeated()
    who, new = _me(), request.form.get("new", "")
    with reading() as session:
        knows = password_changing.knows_password(session, who, request.form.get("old", ""), now())
    if not knows:
        return _page({"old": _wrong(who)}), 422
    try:
        return _put(who, new)
    except Invalid as error:
        return _page(kept(error, {}).errors), error.status


def _put(who: Account, new: str) -> AnyResponse:
    with once() as session:
        ended = password_changing.change_password(session, who.id, new, session_secret())
        answer = leads_to("account.mine")
        flash(t(face_language(), "password.changed", n=ended), "ok")
    return answer


def _wrong(who: Account) -> str:
    with transaction() as session:
        left = accounts.note_failure(session, who.login, now())
    return t(face_language(), "password.wrong", left=left, phone=settings().contact_phone)


def _page(errors: dict[str, str]) -> str:
    return render_template("account/password.html", errors=errors, least=LEAST_ALONE, me=_me())


def _me() -> Account:
    who = account()
    if who is None:
        raise NotAllowed("error.sign_in")
    return who
