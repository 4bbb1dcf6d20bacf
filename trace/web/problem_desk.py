"""What the pages of reports under ``/htx`` and ``/so`` share: what waits, one report, the answer."""

from typing import Any

from flask import Response, flash, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import Invalid
from trace.services import problem_answers
from trace.services.admission import Act, may
from trace.services.problem_answers import A_PAGE, Told
from trace.web.asked import row_number
from trace.web.form_state import FormState, blank, kept, typed
from trace.web.once import leads_to, once
from trace.web.registry_forms import Item, say
from trace.web.visitor import actor, now

Answer = AnyResponse | str | tuple[Any, int]


def listed(face: str) -> str:
    """What waits, longest first; or what was answered, newest first."""
    answered = request.args.get("xong") == "1"
    before = request.args.get("sau", type=row_number)
    with reading() as session:
        found = problem_answers.reports(session, actor(), answered=answered, before=before)
        waiting = problem_answers.count_open(session, actor())
    more = ""
    if len(found) == A_PAGE:
        more = url_for(f"{face}.index", sau=found[-1].row.id, xong=1 if answered else None)
    other = url_for(f"{face}.index", xong=None if answered else 1)
    return render_template(
        "cooperative/registry/list.html",
        base=_base(face),
        title=say("problem.desk.done" if answered else "problem.desk.title", n=waiting),
        items=[_item(face, one) for one in found],
        empty=say("problem.desk.none_done" if answered else "problem.desk.none"),
        query=None,
        more=more,
        links=((other, say("problem.desk.waiting" if answered else "problem.desk.answered")),),
    )


def _item(face: str, one: Told) -> Item:
    row = one.row
    about = " · ".join(part for part in (one.product, one.lot, one.coop) if part) or say("problem.desk.ghost")
    lines = (about, say("problem.desk.came", time=row.reported_at))
    state = ("warn", "clock", say("problem.state.open"))
    if row.answered_at is not None:
        state = ("ok", "check", say("problem.state.answered"))
    return Item(_short(row.text), lines, url_for(f"{face}.show", number=row.public_id), state)


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 90 else f"{words[:89]}…"


def shown(face: str, number: str, state: FormState | None = None) -> str:
    """One report, with the form to answer it where it waits and the visitor may."""
    with reading() as session:
        one = problem_answers.report(session, actor(), number)
    return render_template(
        "problem.html",
        base=_base(face),
        face=face,
        one=one,
        lot_page="office_lots.show" if face == "office_problems" else "lots.show",
        answers=may(actor(), Act.ANSWER_PROBLEMS),
        form=state or blank(),
        most=problem_answers.MOST_ANSWERED,
    )


def answered(face: str, number: str) -> Answer:
    """Answer it, once."""
    try:
        with once() as session:
            problem_answers.answer(session, actor(), number, request.form.get("answer", ""), now())
            answer = leads_to(f"{face}.show", number=number)
    except Invalid as error:
        return shown(face, number, kept(error, typed(("answer",)))), error.status
    flash(say("problem.desk.sent"), "ok")
    return answer


def forgotten(face: str, number: str) -> AnyResponse:
    """Forget how to reach who reported."""
    with once() as session:
        problem_answers.forget_contact(session, actor(), number)
        answer = leads_to(f"{face}.show", number=number)
    flash(say("problem.desk.forgotten"), "ok")
    return answer


def picture(number: str) -> Response:
    """The picture, for whoever may see the report."""
    with reading() as session:
        data = problem_answers.photo(session, actor(), number)
    answer = Response(data, content_type="image/jpeg")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _base(face: str) -> str:
    return "office/base.html" if face == "office_problems" else "cooperative/base.html"
