"""``/bao``: whoever holds a stamp reports a problem, and follows the report by its number. No account, no
script; nothing here says whether the code is one of ours.
"""

import secrets
import time
from typing import Any, cast

from flask import Flask, current_app, redirect, request, url_for
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading, transaction
from trace.errors import Invalid, NotFound
from trace.services import problem_answers, problem_reports
from trace.services.intake import read
from trace.services.problem_reports import MOST_SAID, ProblemIn
from trace.services.product_images import reencode
from trace.standards import stamp_code
from trace.standards.local_time import local_day
from trace.web.door import Door, Open
from trace.web.limiter import GuessLimiter
from trace.web.reader import consumer_language, network_mark
from trace.web.refusals import problem_text
from trace.web.story_pages import rendered
from trace.web.visitor import now, settings

door = Door("problems", __name__, url_prefix="/bao")

FIELDS = ("text", "place", "contact", "request_id")
WINDOW_S = 3600.0
PICTURES_A_REPORT = 2
"""So many a network may try for each report it may send."""
Answer = AnyResponse | str | tuple[Any, int]


@door.page("/<code:typed>", Open.PUBLIC)
def form(typed: str) -> str:
    """The form for one stamp's code."""
    return _form(_code(typed), {}, {})


@door.page("/<code:typed>", Open.PUBLIC, methods=["POST"])
def send(typed: str) -> Answer:
    """File the report; sent again it leads to the one that was filed."""
    code, lang = _code(typed), consumer_language()
    values = {name: request.form[name] for name in FIELDS if name in request.form}
    if wait_s := limiter().wait_s(network_mark(), time.monotonic()) or _wait_with_picture():
        return _form(code, values, {}, wait_s=wait_s), 429
    try:
        given = read(ProblemIn, values)
        photo = _photo()
    except Invalid as error:
        errors = {one.field: problem_text(one, lang) for one in error.problems}
        return _form(code, values, errors), error.status
    number = _filed(code, given, photo, lang)
    return redirect(url_for("problems.follow", number=number), 303)


@door.page("/theo-doi", Open.PUBLIC)
def ask() -> Answer:
    """Where a tracking number is typed."""
    number = "".join(request.args.get("so", "").upper().split())[:40]
    if number:
        return redirect(url_for("problems.follow", number=number), 303)
    return _page("consumer/problem_ask.html", missing="")


@door.page("/theo-doi/<number>", Open.PUBLIC)
def follow(number: str) -> Answer:
    """How a report stands; guessing numbers is slow."""
    if wait_s := limiter().wait_s(network_mark(), time.monotonic()):
        return _page("consumer/problem_ask.html", missing=number[:40], wait_s=wait_s), 429
    try:
        with reading() as session:
            found = problem_reports.follow(session, number.lower(), settings().problem_answer_days)
    except NotFound:
        limiter().note(network_mark(), time.monotonic())
        return _page("consumer/problem_ask.html", missing=number[:40]), 404
    return _page("consumer/problem_follow.html", found=found, due=local_day(found.due_at))


def _code(typed: str) -> str:
    try:
        return stamp_code.validate(typed)
    except (stamp_code.Malformed, stamp_code.Typo):
        raise NotFound() from None


def _photo() -> bytes | None:
    sent = request.files.get("image")
    given = sent.read() if sent else b""
    if not given:
        return None
    pictures().note(network_mark(), time.monotonic())
    return reencode(given).data


def _wait_with_picture() -> int:
    """Looking at a picture takes a process of its own, also at one that is none: so it is counted, too."""
    sent = request.files.get("image")
    return pictures().wait_s(network_mark(), time.monotonic()) if sent and sent.filename else 0


def _filed(code: str, given: ProblemIn, photo: bytes | None, lang: str) -> str:
    """The number of the report; of two sendings of one form that meet, the second finds the first's."""
    days = settings().problem_answer_days if settings().mail is not None else None
    for _ in range(2):
        try:
            with transaction() as session:
                row, is_new = problem_reports.file_report(session, code, given, photo, lang, now())
                if is_new and days is not None:
                    problem_answers.write_of(session, row, days, now())
                number: str = row.public_id
            if is_new:
                limiter().note(network_mark(), time.monotonic())
            return number
        except IntegrityError as error:
            met = error
    raise met


def _form(code: str, values: dict[str, str], errors: dict[str, str], *, wait_s: int = 0) -> str:
    values = {"request_id": secrets.token_urlsafe(12), **values}
    return _page("consumer/problem.html", code=code, values=values, errors=errors, wait_s=wait_s)


def _page(template: str, **more: Any) -> str:
    more = {"wait_s": 0, "most": MOST_SAID, "days": settings().problem_contact_days, **more}
    shown = {"grouped": stamp_code.format(more["code"])} if "code" in more else {}
    return rendered(template, consumer_language(), request.path, **more, **shown)


def limiter() -> GuessLimiter:
    """This process's memory of reports and of wrong numbers."""
    return cast(GuessLimiter, current_app.extensions["problem_limiter"])


def pictures() -> GuessLimiter:
    """This process's memory of pictures that were looked at."""
    return cast(GuessLimiter, current_app.extensions["problem_pictures"])


def prepare(app: Flask) -> None:
    """Hang the limiters into the app."""
    budget = app.extensions["settings"].problem_budget
    app.extensions["problem_limiter"] = GuessLimiter(budget, WINDOW_S)
    app.extensions["problem_pictures"] = GuessLimiter(budget * PICTURES_A_REPORT, WINDOW_S)
