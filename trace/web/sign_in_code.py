"""After the password: the six digits of the telephone, or a code on paper."""

from typing import Any

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from trace.db import transaction
from trace.services import login_sessions, second_factor
from trace.services.second_factor import Standing
from trace.texts.catalogs import t
from trace.web.account import home_of, set_session
from trace.web.door import Door, Open
from trace.web.visitor import Entering, at_door, face_language, now, safe_next, session_secret, settings

door = Door("sign_in_code", __name__)


@door.page("/dang-nhap/ma", Open.ENTERING)
def form() -> Any:
    """Ask for the code, or straight on for who has shown it."""
    who = at_door()
    if who.standing is not Standing.CODE:
        return redirect(_further(who, request.args.get("next")))
    return _page(None, request.args.get("next", ""))


@door.page("/dang-nhap/ma", Open.ENTERING, methods=["POST"])
def send() -> Any:
    """A right code opens a session of its own; the one that waited ends."""
    who = at_door()
    target = request.form.get("next", "")
    if who.standing is not Standing.CODE:
        return redirect(_further(who, target))
    with transaction() as session:
        is_right = second_factor.check_code(session, who.account.id, request.form.get("code", ""), now())
    if not is_right:
        return _page(t(face_language(), "login.totp.wrong"), target), 422
    return let_in(who, redirect(_further(who, target)))


def let_in(who: Entering, answer: AnyResponse) -> AnyResponse:
    """A whole session in the place of the one that waited for the second factor."""
    with transaction() as session:
        login_sessions.end_session(session, session_secret())
        opened = (session, who.account, request.user_agent.string, now(), settings().session_days)
        secret = login_sessions.open_session(*opened, way=who.way, has_shown_factor=True)
    set_session(answer, secret)
    return answer


def _further(who: Entering, target: str | None) -> str:
    return safe_next(target) or home_of(who.account)


def _page(error: str | None, target: str) -> str:
    return render_template("account/code.html", error=error, next=target)
