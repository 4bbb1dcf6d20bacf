"""``/so/quy-tac``: rules as dated rows; a rule is ended and followed by another, never edited."""

from datetime import date
from typing import Any

from flask import render_template
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import FieldProblem, Invalid, Refused
from trace.records.rules import ITEMS, InformationRule, OcopRule, PesticideRule, YieldRule
from trace.services import information_rules, rules
from trace.services.admission import Act
from trace.services.gates import CROPS, crop_word
from trace.services.information_rules import item_name
from trace.services.intake import read
from trace.standards import quantity
from trace.standards.fault import Fault
from trace.standards.local_time import local_day
from trace.texts.catalogs import Term
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept, typed
from trace.web.once import leads_to, once
from trace.web.visitor import actor, now

door = Door("office_rules", __name__, url_prefix="/so/quy-tac")

Answer = str | AnyResponse | tuple[str, int]
FIELDS = {
    "yield": ("crop", "variety", "warn_t_ha", "block_t_ha", "valid_from", "source"),
    "pesticide": ("name", "crop", "waiting_days", "valid_from", "source"),
    "ocop": (
        "validity_months",
        "three_stars_from",
        "four_stars_from",
        "five_stars_from",
        "valid_from",
        "source",
    ),
    "information": ("item", "demand", "valid_from", "source"),
}
DECIMALS = ("warn_t_ha", "block_t_ha", "three_stars_from", "four_stars_from", "five_stars_from")


@door.page("", Act.EDIT_RULES)
def index() -> str:
    """All rules of all kinds."""
    return _page("", blank())


def _page(kind: str, form: FormState) -> str:
    with reading() as session:
        found = {
            "yield": rules.all_rules(session, YieldRule),
            "pesticide": rules.all_rules(session, PesticideRule),
            "ocop": rules.all_rules(session, OcopRule),
            "information": sorted(rules.all_rules(session, InformationRule), key=_place),
        }
    tools: dict[str, Any] = {"word": crop_word, "item_name": item_name}
    tools |= {"in_force": rules.is_in_force, "now": now(), "today": local_day(now()), "fields": FIELDS}
    tools["choices"] = {
        "crop": [(crop, crop_word(crop)) for crop in CROPS],
        "item": [(item, item_name(item)) for item in ITEMS],
        "demand": [(demand, Term(f"rules.demand.{demand}")) for demand in ("required", "if_any")],
    }
    return render_template("office/rules/index.html", found=found, kind=kind, form=form, **tools)


def _place(rule: InformationRule) -> tuple[bool, int]:
    """Open rows first, in the papers' order."""
    return rule.valid_to is not None, ITEMS.index(rule.item)


def _day(text: str) -> Any:
    try:
        return quantity.day(text, local_day(now()))
    except Fault:
        return text


@door.page("/<any(yield, pesticide, ocop, information):kind>", Act.EDIT_RULES, methods=["POST"])
def add(kind: str) -> Answer:
    """Add a rule; the one it follows ends the day before."""
    values = typed(FIELDS[kind])
    sent: dict[str, Any] = {**values, "valid_from": _day(values.get("valid_from", ""))}
    sent |= {name: values[name].replace(",", ".") for name in DECIMALS if name in values}
    try:
        return _add(kind, sent)
    except (Invalid, Refused) as error:
        return _page(kind, kept(error, values)), error.status


def _add(kind: str, sent: dict[str, Any]) -> AnyResponse:
    with once() as session:
        if kind == "yield":
            rules.add_yield_rule(session, actor(), read(rules.YieldRuleIn, sent), now())
        elif kind == "pesticide":
            rules.add_pesticide_rule(session, actor(), read(rules.PesticideRuleIn, sent), now())
        elif kind == "information":
            given = read(information_rules.InformationRuleIn, sent)
            information_rules.add_information_rule(session, actor(), given, now())
        else:
            rules.add_ocop_rule(session, actor(), read(rules.OcopRuleIn, sent), now())
        return leads_to("office_rules.index")


@door.page(
    "/<any(yield, pesticide, ocop, information):kind>/<int:rule_id>/ket-thuc",
    Act.EDIT_RULES,
    methods=["POST"],
)
def end(kind: str, rule_id: int) -> Answer:
    """End a rule with a last day."""
    values = typed(("last_day",))
    last_day = _day(values.get("last_day", ""))
    try:
        if not isinstance(last_day, date):
            raise Invalid([FieldProblem("last_day", "field.date", last_day)])
        with once() as session:
            rules.end_rule(session, actor(), kind, rule_id, last_day, now())
            return leads_to("office_rules.index")
    except (Invalid, Refused) as error:
        return _page("", kept(error, values)), error.status
