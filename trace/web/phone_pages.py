"""Letting a telephone in: the code on this device's screen, and the page it opens on the telephone."""

from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading, transaction
from trace.records.account import Way
from trace.services import phone_sign_in
from trace.texts.catalogs import t
from trace.web.account import come_in
from trace.web.device_names import device_name
from trace.web.door import Door, Open
from trace.web.once import leads_to, once
from trace.web.qr_picture import qr_picture
from trace.web.visitor import actor, face_language, now, session_secret, settings

door = Door("phone_pages", __name__)


@door.page("/tai-khoan/dien-thoai", Open.SIGNED_IN)
def show() -> str:
    """The code while it is good, which telephone came in by it, or the button that makes one."""
    with reading() as session:
        found = phone_sign_in.shown(session, actor().account_id or 0, session_secret(), now())
    picture, device = "", ""
    if found is not None and found.code:
        address = f"{settings().public_url}{url_for('phone_pages.ask', ticket=found.code)}"
        picture = qr_picture(address, t(face_language(), "phone.qr"))
    if found is not None and found.is_used:
        device = device_name(face_language(), found.device)
    return render_template("account/phone.html", found=found, picture=picture, device=device)


@door.page("/tai-khoan/dien-thoai", Open.SIGNED_IN, methods=["POST"])
def make() -> AnyResponse:
    """A new code, in place of the last one."""
    with once() as session:
        phone_sign_in.begin(session, actor().account_id or 0, session_secret(), now())
        return leads_to("phone_pages.show")


@door.page("/vao/<ticket>", Open.PUBLIC)
def ask(ticket: str) -> Any:
    """Who would be signed in here; whatever looks at the address first uses nothing up."""
    with reading() as session:
        found = phone_sign_in.whose(session, ticket, now())
    if found is None:
        return _over()
    return render_template("account/phone_ask.html", found=found, ticket=ticket)


@door.page("/vao/<ticket>", Open.PUBLIC, methods=["POST"])
def enter(ticket: str) -> Any:
    """Let this telephone in."""
    with transaction() as session:
        found = phone_sign_in.use(session, ticket, request.user_agent.string, now())
    if found is None:
        return _over()
    return come_in(found, None, Way.PHONE)


def _over() -> tuple[str, int]:
    return render_template("account/phone_over.html"), 404
