"""``/so/ty-gia``: exchange rates with their day and source; one typed wrong is followed by another."""

from flask import flash, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from marketplaces.money import DECIMALS
from trace.db import reading
from trace.errors import Invalid
from trace.services import exchange_rates
from trace.services.admission import Act
from trace.services.exchanging import HOME
from trace.services.rate_input import read_rate
from trace.standards.local_time import local_day
from trace.texts.catalogs import t
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept, typed
from trace.web.once import leads_to, once
from trace.web.visitor import actor, face_language, now, settings

door = Door("office_rates", __name__, url_prefix="/so/ty-gia")

Answer = str | AnyResponse | tuple[str, int]
CURRENCIES = tuple(sorted(DECIMALS.keys() - {HOME}, key=lambda code: (code != "USD", code)))


@door.page("", Act.EDIT_RULES)
def index() -> str:
    """Every rate, and the days whose orders wait for one."""
    return _page(blank(currency="USD", day=local_day(now()).strftime("%d/%m/%Y")))


def _page(form: FormState) -> str:
    with reading() as session:
        rates = exchange_rates.all_rates(session, actor())
        waiting = exchange_rates.waiting_days(session)
    holds = settings().rate_days
    return render_template(
        "office/rates.html", rates=rates, waiting=waiting, form=form, currencies=CURRENCIES, holds=holds
    )


@door.page("", Act.EDIT_RULES, methods=["POST"])
def add() -> Answer:
    """Enter one; orders that waited for it get their revenue in the same act."""
    values = typed(("currency", "day", "dong", "source"))
    is_sure = request.form.get("is_sure") == "1"
    try:
        given = [read_rate(values, local_day(now()))]
        with once() as session:
            who, days = actor(), settings().rate_days
            _new, reached = exchange_rates.declare(session, who, given, days, now(), is_sure=is_sure)
            answer = leads_to("office_rates.index")
    except Invalid as error:
        return _page(kept(error, values)), error.status
    flash(t(face_language(), "rates.done", n=reached), "ok")
    return answer
