"""``/thu/<address>/<secret>``: what the owner of an address does by the links in our mail, with no account.

A link only shows a page: programs that look at mail follow links, and must not agree for anybody. The button
a mail program itself offers (RFC 8058) has a door of its own.
"""

from flask import Response, render_template, request

from trace.db import reading
from trace.errors import NotAllowed
from trace.records.mail import AddressState
from trace.services.mailing import addresses
from trace.web.door import Door, Open
from trace.web.once import once
from trace.web.visitor import now

door = Door("mail_links", __name__, url_prefix="/thu/<address_id>/<secret>")
one_click = Door("mail_one_click", __name__, url_prefix="/thu/<address_id>/<secret>")


@door.page("/xac-nhan", Open.PUBLIC)
def ask_confirm(address_id: str, secret: str) -> str:
    """The button that agrees."""
    with reading() as session:
        row = addresses.of_link(session, address_id, secret)
    is_known = row.state == AddressState.CONFIRMED
    return _page("confirm", "mail.link.known" if is_known else "")


@door.page("/xac-nhan", Open.PUBLIC, methods=["POST"])
def confirm(address_id: str, secret: str) -> str:
    """Its owner agrees to get mail; done again it stays so."""
    with once() as session:
        row = addresses.confirm(session, address_id, secret, now())
    is_left = row.state == AddressState.LEFT
    return _page("confirm", "mail.link.left" if is_left else "mail.link.confirmed")


@door.page("/thoi-nhan", Open.PUBLIC)
def ask_leave(address_id: str, secret: str) -> str:
    """The button that leaves."""
    with reading() as session:
        row = addresses.of_link(session, address_id, secret)
    return _page("leave", "mail.link.left" if row.state == AddressState.LEFT else "")


@door.page("/thoi-nhan", Open.PUBLIC, methods=["POST"])
def leave(address_id: str, secret: str) -> str:
    """Its owner wants no more mail; done again it stays so."""
    with once() as session:
        addresses.leave(session, address_id, secret, now())
    return _page("leave", "mail.link.left")


@one_click.page("/thoi-nhan/ngay", Open.PUBLIC, methods=["POST"])
def leave_at_once(address_id: str, secret: str) -> Response:
    """What a mail program sends when its own button is pressed (RFC 8058): the secret alone speaks for it."""
    if request.form.get("List-Unsubscribe") != "One-Click":
        raise NotAllowed("error.not_allowed", roles=())
    with once() as session:
        addresses.leave(session, address_id, secret, now())
    return Response(status=200)


def _page(what: str, done: str) -> str:
    return render_template("mail_link.html", what=what, done=done)
