"""The words of a verdict: which band, sign, sentences and figures belong to each state."""

import math
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

from trace.services.scanning import Reading
from trace.services.stamp_facts import StampInfo
from trace.services.story import Place
from trace.services.verdicts import SHOWS_COOPERATIVE, SHOWS_LOT, State, public_name
from trace.standards import stamp_code
from trace.standards.local_time import local_day
from trace.texts import formats, places
from trace.texts.catalogs import Term
from trace.web.checking import Checked
from trace.web.visitor import settings

BAND = {
    State.MALFORMED: "retype",
    State.TYPO: "retype",
    State.THROTTLED: "later",
    State.FORGED: "none",
    State.UNALLOCATED: "none",
    State.VOIDED: "care",
    State.KEY_SUSPECT: "care",
    State.RECALLED: "stop",
    State.NOT_ACTIVATED: "care",
    State.CLONE_SUSPECT: "care",
    State.EXPIRED: "care",
    State.SEEN: "ok",
    State.FIRST: "ok",
    State.UNAVAILABLE: "later",
}
"""Six band words, no others."""

LOOK = {
    State.MALFORMED: ("notfound", "retype"),
    State.TYPO: ("notfound", "retype"),
    State.THROTTLED: ("later", "clock"),
    State.FORGED: ("notfound", "notfound"),
    State.UNALLOCATED: ("notfound", "notfound"),
    State.VOIDED: ("withdrawn", "withdrawn"),
    State.KEY_SUSPECT: ("caution", "caution"),
    State.RECALLED: ("recalled", "recalled"),
    State.NOT_ACTIVATED: ("notyet", "notyet"),
    State.CLONE_SUSPECT: ("caution", "caution"),
    State.EXPIRED: ("caution", "caution"),
    State.SEEN: ("valid", "valid"),
    State.FIRST: ("valid", "valid"),
    State.UNAVAILABLE: ("later", "clock"),
}
"""Kind of fill and sign: told apart without colour."""

NOTES = {
    State.MALFORMED: ("typing",),
    State.TYPO: ("typing",),
    State.THROTTLED: ("later",),
    State.FORGED: ("notfound",),
    State.UNALLOCATED: ("notfound",),
    State.VOIDED: ("void",),
    State.KEY_SUSPECT: ("caution",),
    State.RECALLED: ("recall",),
    State.NOT_ACTIVATED: ("void",),
    State.CLONE_SUSPECT: ("general", "caution"),
    State.EXPIRED: ("general", "expired"),
    State.SEEN: ("general", "seen"),
    State.FIRST: ("general", "first"),
    State.UNAVAILABLE: ("later",),
}
"""What the code cannot prove, by state."""


LONGEST_UNBROKEN = 16
"""Letters of a code that fit beside a sign on the smallest telephone at twice the size of type."""


def proves(reading: Reading) -> list[str]:
    """Catalog keys of what the code proves."""
    if reading.state is State.RECALLED:
        return ["verdict.proves.recalled"]
    if reading.state in SHOWS_LOT:
        return ["verdict.proves.lot"]
    if reading.state in SHOWS_COOPERATIVE and reading.info is not None and reading.info.org_name:
        return ["verdict.proves.issued"]
    return ["verdict.proves.nothing"]


def does_not_prove(reading: Reading) -> list[str]:
    """Catalog keys of what it cannot."""
    notes = NOTES[reading.state] if reading.history else ("general",)
    return [f"verdict.note.{note}" for note in notes]


def cooperative_name(info: StampInfo, lang: str) -> str:
    """The cooperative's name, in English abroad where it gave one."""
    return (info.org_name_en if lang != "vi" else None) or info.org_name or ""


def product_name(info: StampInfo, lang: str) -> str:
    """The product's name in the reader's language, else in English abroad where it has one."""
    own = info.product_name if lang == "vi" else getattr(info, f"product_name_{lang}", None)
    return own or info.product_name_en or info.product_name or ""


def own_name(row: Any, lang: str) -> str:
    """A product's or a cooperative's name in the reader's language, else in English abroad."""
    own = row.name if lang == "vi" else getattr(row, f"name_{lang}", None)
    return str(own or row.name_en or row.name)


def place_said(lang: str, place: Place) -> str:
    """A commune by its new name, the one before July 2025 in brackets."""
    return places.place(
        lang, place.commune, place.province, place.old_commune, place.old_district, place.old_province
    )


def org_place(info: StampInfo, lang: str) -> str:
    """The cooperative's commune and province."""
    if not info.org_commune or not info.org_province:
        return ""
    return places.place_short(lang, info.org_commune, info.org_province)


def recall_reason(info: StampInfo, lang: str) -> tuple[str | None, str]:
    """The reason a person wrote, and the language it stands in: English abroad where it was given."""
    if lang != "vi" and info.recall_reason_en:
        return info.recall_reason_en, "en"
    return info.recall_reason, "vi"


def figures(checked: Checked, lang: str) -> dict[str, object]:
    """Every figure the sentences of a verdict may name."""
    reading, info = checked.reading, checked.reading.info
    found: dict[str, object] = {
        "host": urlsplit(settings().public_url).netloc,
        "phone": settings().contact_phone,
        "minutes": math.ceil(checked.wait_s / 60),
        "code": shown_code(reading),
        "n": reading.devices,
    }
    if info is None:
        return found
    found |= {
        "coop": cooperative_name(info, lang),
        "lot": info.lot_code,
        "product": product_name(info, lang),
        "date": _date(checked, info),
    }
    if info.is_recalled:
        reason, spoken = recall_reason(info, lang)
        found["phone"] = info.recall_phone or settings().contact_phone
        found["reason"] = Markup('<span lang="{}">{}</span>').format(spoken, reason) if reason else None
    if reading.suspicion is not None and reading.state is State.CLONE_SUSPECT:
        found["n"] = reading.suspicion.devices
        found["reason"] = Term(f"verdict.clone.{reading.suspicion.rule}", {"n": reading.suspicion.devices})
    if reading.state is State.EXPIRED and info.best_before is not None:
        found["n"] = (local_day(checked.at) - info.best_before).days
    return found


def _date(checked: Checked, info: StampInfo) -> object:
    """The one day each state speaks of."""
    at = {
        State.VOIDED: info.void_at,
        State.RECALLED: info.recall_at,
        State.SEEN: info.first_at,
    }.get(checked.reading.state)
    if checked.reading.state is State.EXPIRED:
        return info.best_before
    if checked.reading.state is State.CLONE_SUSPECT:
        return info.packed_on or info.harvested_on
    return local_day(at) if at is not None else None


def shown_code(reading: Reading) -> str:
    """In groups as printed, or as typed where it is no code."""
    return reading.code[:60] if reading.state is State.MALFORMED else stamp_code.format(reading.code)


def words_of(checked: Checked) -> dict[str, str]:
    """The catalog keys of headline, sentence and action."""
    reading, info = checked.reading, checked.reading.info
    name = public_name(reading.state).lower()
    keys = {part: f"verdict.{name}.{part}" for part in ("headline", "sentence", "action")}
    if not reading.history:
        keys |= {"headline": "consumer.valid.headline", "sentence": "consumer.valid.sentence"}
        keys["action"] = "verdict.first.action"
    if reading.state is State.RECALLED and info is not None and not info.is_food:
        keys |= {part: f"verdict.recalled.{part}.not_food" for part in ("headline", "action")}
    if reading.state is State.SEEN and reading.history:
        keys["sentence"] = "verdict.seen.sentence.no_place"  # until a table of networks is shipped
    if reading.state is State.CLONE_SUSPECT:
        keys["action"] = "verdict.clone_suspect.action.no_place"
    if reading.state is State.VOIDED and info is not None and info.void_at is None:
        keys["sentence"] = "consumer.issued_nobody"
    return keys


def banner_of(info: StampInfo | None, state: State) -> str | None:
    """The recall banner stands above whatever else wins; RECALLED says it in its own band."""
    if info is None or not info.is_recalled or state is State.RECALLED:
        return None
    return "verdict.recall.banner" if info.is_food else "verdict.recall.banner.not_food"


def figure_tools(lang: str) -> dict[str, Any]:
    """Days, weights and lists as a template says them."""

    return {
        "days_said": partial(days_said, lang),
        "weight_said": partial(formats.weight, lang),
        "money_said": partial(formats.money, lang),
        "listed": partial(formats.listed, lang),
        "beside": partial(formats.beside, lang),
    }


def days_said(lang: str, first: date, last: date) -> str:
    """One day, or two with what is between them."""
    return formats.day(lang, first) if first == last else formats.days_between(lang, first, last)


def unbroken(code: str) -> Markup | str:
    """A lot's code, on one line with what is said after it; a very long one may break."""
    return Markup('<span class="whole">{}</span>').format(code) if len(code) <= LONGEST_UNBROKEN else code


def call_link(phone: str) -> Markup:
    """A phone's number in a sentence, to be touched and called."""
    return Markup('<a class="whole" href="{}">{}</a>').format(tel(phone), phone)


def tel(phone: str) -> str:
    """A phone as a link's target: digits and a leading plus."""
    return "tel:" + "".join(sign for sign in phone if sign.isdigit() or sign == "+")
