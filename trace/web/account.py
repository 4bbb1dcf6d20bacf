"""Signing in and out."""

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading, transaction
from trace.errors import NotAllowed
from trace.records.account import Account, Role, Way
from trace.services import accounts, api_tokens, login_sessions, second_factor
from trace.services.admission import Act, actor_of, may
from trace.services.second_factor import Standing
from trace.standards.local_time import local_day
from trace.texts.catalogs import t
from trace.web.device_names import device_name
from trace.web.door import Door, Open
from trace.web.once import leads_to, once
from trace.web.visitor import (
    account,
    actor,
    face_language,
    now,
    safe_next,
    session_cookie,
    session_secret,
    settings,
    way_in,
)

door = Door("account", __name__)

HOME = {
    Role.OFFICE: "/so",
    Role.COMMUNE_OFFICER: "/so",
    Role.ADMIN: "/tai-khoan",
    Role.PACKING_HOUSE: "/htx/tem",
}


@door.page("/dang-nhap", Open.PUBLIC)
def sign_in_form() -> str | AnyResponse:
    """The form, or straight on for who is signed in already."""
    who = account()
    if who is not None:
        return redirect(safe_next(request.args.get("next")) or home_of(who))
    return render_template("account/sign_in.html", error=None, login="", next=request.args.get("next", ""))


@door.page("/dang-nhap", Open.PUBLIC, methods=["POST"])
def sign_in() -> AnyResponse | tuple[str, int]:
    """Check login and password; a wrong pair is noted and says how many tries are left."""
    login, password = request.form.get("login", ""), request.form.get("password", "")
    login = login.replace("\0", "\ufffd")  # no login has either, and PostgreSQL is asked for neither
    with reading() as session:
        found = accounts.sign_in(session, login, password, now())
    if found is None:
        return _wrong(login)
    return come_in(found, request.form.get("next"))


def come_in(
    who: Account, target: str | None, way: Way = Way.PASSWORD, *, has_shown_factor: bool = False
) -> AnyResponse:
    """A session for this browser, the old one's end, and on to the page or to what is to be shown first."""
    with transaction() as session:
        login_sessions.end_session(session, session_secret())
        shown = {"has_factor": second_factor.has_factor(session, who.id), "has_shown": has_shown_factor}
        is_demanded = settings().demands_factor(local_day(now()))
        how = second_factor.standing(Role(who.role), **shown, is_demanded=is_demanded)
        days = settings().session_days if how is Standing.OPEN else 0
        device = request.user_agent.string
        opened = (session, who, device, now(), days)
        secret = login_sessions.open_session(*opened, way=way, has_shown_factor=has_shown_factor)
    further = safe_next(target)
    is_open = how is Standing.OPEN
    answer = redirect(further or home_of(who) if is_open else url_for(way_in(how), next=further))
    set_session(answer, secret)
    return answer


def _wrong(login: str) -> tuple[str, int]:
    with transaction() as session:
        left = accounts.note_failure(session, login, now())
    error = t(face_language(), "login.wrong", left=left, phone=settings().contact_phone)
    again = request.form.get("next", "")
    return render_template("account/sign_in.html", error=error, login=login, next=again), 422


@door.page("/dang-xuat", Open.ENTERING, methods=["POST"])
def sign_out() -> AnyResponse:
    """End this session."""
    with transaction() as session:
        login_sessions.end_session(session, session_secret())
    answer = redirect(url_for("account.sign_in_form"))
    answer.delete_cookie(session_cookie())
    return answer


@door.page("/tai-khoan", Open.SIGNED_IN)
def mine() -> str:
    """Who I am here, where I am signed in, and which programs read in my name."""
    who = account()
    if who is None:
        raise NotAllowed("error.sign_in")
    with reading() as session:
        keys = api_tokens.tokens_of(session, who.id, now())
        has_factor = second_factor.has_factor(session, who.id)
        devices = login_sessions.devices_of(session, who.id, session_secret(), now())
    reads = may(actor_of(who), Act.VIEW_FIGURES)
    address = f"{settings().public_url}{url_for('feed.indicators')}"
    shown = {"keys": keys, "reads": reads, "address": address, "devices": devices, "named": device_name}
    shown["has_factor"] = has_factor
    return render_template("account/mine.html", who=who, home=home_of(who), **shown)


@door.page("/tai-khoan/chuong-trinh/<int:program_id>/ngung", Open.SIGNED_IN, methods=["POST"])
def stop_program(program_id: int) -> AnyResponse:
    """Let a program of mine read no more."""
    with once() as session:
        row = api_tokens.revoke_token(session, actor().account_id or 0, program_id, now())
        answer = leads_to("account.mine")
        flash(t(face_language(), "account.programs.stopped", name=row.name), "ok")
    return answer


def home_of(who: Account) -> str:
    """Where an account's work begins."""
    return HOME.get(Role(who.role), "/htx")


def set_session(answer: AnyResponse, secret: str) -> None:
    """Hand the session's secret to the browser."""
    if isinstance(answer, Response | AnyResponse):
        answer.set_cookie(
            session_cookie(),
            secret,
            max_age=settings().session_days * 86_400,
            httponly=True,
            secure=settings().is_https,
            samesite="Lax",
            path="/",
        )
