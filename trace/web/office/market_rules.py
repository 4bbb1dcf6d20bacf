"""``/so/xuat-khau``: what went abroad this year, and what each market asks, as dated rows."""

from datetime import date
from typing import Any

from flask import render_template
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import FieldProblem, Invalid, Refused
from trace.records.rules import Certainty, Demand
from trace.services import export_rules, rules
from trace.services.admission import Act
from trace.services.crops import CROPS
from trace.services.export_figures import export_by_market
from trace.services.export_gates import figures_of
from trace.services.export_rules import KINDS, ExportRuleIn
from trace.services.intake import read
from trace.services.sites import MARKETS
from trace.standards.local_time import local_day
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept, typed
from trace.web.once import leads_to, once
from trace.web.registry_forms import bare, say, with_days, words
from trace.web.visitor import actor, now

door = Door("office_export", __name__, url_prefix="/so/xuat-khau")

Answer = str | AnyResponse | tuple[str, int]
FIELDS = (
    "market",
    "crop",
    "asks",
    "least_dose",
    "least_minutes",
    "valid_days",
    "is_asked",
    "certainty",
    "valid_from",
    "source",
    "request_id",
)


def asks() -> list[tuple[str, str]]:
    """Everything a row can ask, as a form names it: ``treatment:irradiation``, ``growing_area:``."""
    codes = [Demand.GROWING_AREA, Demand.PACKING_HOUSE]
    found = [(f"{demand}:", say(f"market_ask.demand.{demand}")) for demand in codes]
    for demand, kinds in KINDS.items():
        found += [(f"{demand}:{kind}", say(f"{demand}.{kind}")) for kind in kinds]
    return found


@door.page("", Act.EDIT_RULES)
def index() -> str:
    """Figures and rules by market."""
    return _page(blank())


def _page(form: FormState) -> str:
    today = local_day(now())
    with reading() as session:
        rows = export_rules.all_export_rules(session)
        shares = export_by_market(session, actor(), date(today.year, 1, 1), today)
    tools: dict[str, Any] = {"in_force": rules.is_in_force, "now": now(), "figures": figures_of}
    tools |= {"markets": words(MARKETS[1:], "market"), "asks": asks()}
    tools |= {"crops": [("", say("market_ask.any_crop")), *words(CROPS, "crop")]}
    tools |= {"certainties": words(Certainty, "market_ask.certainty"), "today": today}
    return render_template("office/market_rules.html", rows=rows, shares=shares, form=form, **tools)


@door.page("", Act.EDIT_RULES, methods=["POST"])
def add() -> Answer:
    """Write down a row; the one it follows ends the day before."""
    values = typed(FIELDS)
    demand, _, what = values.get("asks", "").partition(":")
    rest = {name: value for name, value in bare(with_days(values, "valid_from")).items() if name != "asks"}
    try:
        with once() as session:
            given = read(ExportRuleIn, {**rest, "demand": demand, "what": what})
            export_rules.add_export_rule(session, actor(), given, now())
            return leads_to("office_export.index")
    except (Invalid, Refused) as error:
        return _page(kept(error, values)), error.status


@door.page("/<int:rule_id>/ket-thuc", Act.EDIT_RULES, methods=["POST"])
def end(rule_id: int) -> Answer:
    """End a row with a last day."""
    values = with_days(typed(("last_day",)), "last_day")
    try:
        try:
            last_day = date.fromisoformat(values.get("last_day", ""))
        except ValueError:
            raise Invalid([FieldProblem("last_day", "field.date", values.get("last_day"))]) from None
        with once() as session:
            rules.end_rule(session, actor(), "export", rule_id, last_day, now())
            return leads_to("office_export.index")
    except (Invalid, Refused) as error:
        return _page(kept(error, values)), error.status
