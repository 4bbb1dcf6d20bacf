"""The public's face: a stamp's verdict, the form to type a code, robots.txt."""

import re
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, jsonify, make_response, redirect, request, url_for
from werkzeug.routing import BaseConverter, ValidationError
from werkzeug.wrappers import Response as AnyResponse

from trace.services.scanning import Reading
from trace.services.verdicts import HTTP_STATUS, State
from trace.standards import stamp_code
from trace.texts.catalogs import t, t_html
from trace.texts.languages import TABLE
from trace.web import checking, verdict_json, verdict_page
from trace.web.checking import Checked
from trace.web.door import Door, Open
from trace.web.page_tools import icon, request_is_demo
from trace.web.reader import consumer_language, hand_cookie
from trace.web.visitor import now, wants_json

_CODE_LIKE = r"[0-9A-Za-z \-\u00a0\u2009\u202f\u2010-\u2014\u2212]{15,80}"
MOST_TYPED = 400


class CodeConverter(BaseConverter):
    """What may be meant as a stamp's code: 15 to 40 letters and digits, in whatever groups."""

    regex = _CODE_LIKE
    weight = 500  # after every other kind of path

    def to_python(self, value: str) -> str:
        """The text as typed; a path of another shape is an ordinary absent page."""
        if not is_code_like(value):
            raise ValidationError
        return value


def is_code_like(typed: str) -> bool:
    """Whether so many letters and digits can only be meant as a code."""
    return 15 <= len(stamp_code.compact(typed)) <= 40


door = Door("consumer", __name__)


@door.record
def _know_codes(state: object) -> None:
    app: Flask = state.app  # type: ignore[attr-defined]
    app.url_map.converters["code"] = CodeConverter


@door.page("/<code:typed>", Open.PUBLIC)
def scan(typed: str) -> Response:
    """What this stamp's code says; people get a page, programs the same as JSON."""
    return _shown(checking.check(typed))


@door.page("/tim", Open.PUBLIC)
def find() -> AnyResponse:
    """A typed code on its way to its page; what cannot be one is said so at once."""
    typed = request.args.get("ma", "").strip()[:MOST_TYPED]
    if not typed:
        return redirect(url_for("consumer.start"))
    code = stamp_code.compact(urlsplit(typed).path.rsplit("/", 1)[-1] if "/" in typed else typed)
    if re.fullmatch(_CODE_LIKE, code) and is_code_like(code):
        return redirect(url_for("consumer.scan", typed=code), 303)
    return _shown(Checked(Reading(State.MALFORMED, typed[:60]), now()))


@door.page("/", Open.PUBLIC)
def start() -> str:
    """Where a person without a camera types a code, and where those who work here sign in."""
    lang = consumer_language()
    page = current_app.jinja_env.get_template("consumer/start.html")
    return page.render(
        lang=lang,
        html_lang=TABLE[lang].tag,
        t=lambda key, **more: t_html(lang, key, **more),
        text=lambda key, **more: t(lang, key, **more),
        is_demo=request_is_demo(),
        icon=icon,
    )


@door.page("/robots.txt", Open.PUBLIC)
def robots() -> Response:
    """Stories are for finding, codes and working faces are not."""
    closed = "\n".join(
        f"Disallow: {path}" for path in ("/tim", "/htx", "/so", "/api", "/hooks", "/dang-nhap")
    )
    return Response(
        f"User-agent: *\n{closed}\nAllow: /lo/\nAllow: /sp/\nAllow: /ocop\n",
        content_type="text/plain; charset=utf-8",
    )


@door.page("/favicon.ico", Open.PUBLIC)
def favicon() -> Response:
    """The mark, for browsers that ask on their own: the verdict page names no picture."""
    return current_app.send_static_file("mark.svg")


def _shown(checked: Checked) -> Response:
    """The answer in the form that was asked for, never kept and never indexed."""
    lang = consumer_language()
    if wants_json():
        answer = jsonify(verdict_json.as_json(checked, lang))
    else:
        answer = make_response(verdict_page.as_html(checked, lang))
        answer.headers["Content-Security-Policy"] = verdict_page.policy()
    answer.status_code = HTTP_STATUS.get(checked.reading.state, 200)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.vary.update(("Accept", "Accept-Language", "Cookie"))
    if checked.wait_s:
        answer.headers["Retry-After"] = str(checked.wait_s)
    if checked.who is not None and checked.who.watches:
        hand_cookie(answer, checked.who)
    return answer


def prepare(app: Flask) -> None:
    """Hang limiter and scan writer into the app."""
    checking.prepare(app)
