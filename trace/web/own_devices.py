"""Ending one's sessions on other devices, one by one or all at once."""

from flask import flash
from werkzeug.wrappers import Response as AnyResponse

from trace.services import login_sessions
from trace.texts.catalogs import t
from trace.web.device_names import device_name
from trace.web.door import Door, Open
from trace.web.once import leads_to, once
from trace.web.visitor import actor, face_language, session_secret

door = Door("own_devices", __name__)


@door.page("/tai-khoan/may/<device>/thoat", Open.SIGNED_IN, methods=["POST"])
def end(device: str) -> AnyResponse:
    """Sign one device out."""
    with once() as session:
        said = login_sessions.end_device(session, actor().account_id or 0, device)
        answer = leads_to("account.mine", _anchor="may")
        name = device_name(face_language(), said)
        flash(t(face_language(), "session.one.ended", device=name), "ok")
    return answer


@door.page("/tai-khoan/may/thoat-het", Open.SIGNED_IN, methods=["POST"])
def end_others() -> AnyResponse:
    """Sign every other device out."""
    with once() as session:
        count = login_sessions.end_other_sessions(session, actor().account_id or 0, session_secret())
        answer = leads_to("account.mine", _anchor="may")
        flash(t(face_language(), "session.others.ended", n=count), "ok")
    return answer
