"""One check as a page for people and as JSON for programs: the same answer in both."""

import base64
import hashlib
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from markupsafe import Markup

from trace.services.scanning import Reading
from trace.services.stamp_facts import StampInfo
from trace.services.story import Place
from trace.services.verdicts import SHOWS_COOPERATIVE, SHOWS_LOT, VERDICT, State, public_name
from trace.standards import stamp_code
from trace.standards.local_time import local_day
from trace.texts import formats, places
from trace.texts.catalogs import Term, t, t_html
from trace.texts.files import HTML_LANG
from trace.web.checking import Checked
from trace.web.page_tools import request_is_demo
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


def as_json(checked: Checked, lang: str) -> dict[str, Any]:
    """The answer for a program; the lot, the goods and the cooperative only where the page tells them."""
    reading, info, story = checked.reading, checked.reading.info, checked.story
    shows_lot = reading.state in SHOWS_LOT and info is not None and story is not None
    stars = story.stars.stars if story is not None and story.stars is not None else None
    return {
        "code": reading.code,
        "state": public_name(reading.state),
        "verdict": VERDICT[reading.state],
        "recall": _recall_json(info, lang),
        "first_seen": _first_seen(checked) if shows_lot else None,
        "devices": reading.devices if shows_lot and reading.history else None,
        "product": _product_json(info, lang, stars) if shows_lot else None,
        "lot": _lot_json(info, lang, story.place) if shows_lot and story is not None else None,
        "cooperative": _cooperative_json(info, lang) if reading.state in SHOWS_COOPERATIVE else None,
        "proves": [t(lang, key, **figures(checked, lang)) for key in _proves(reading)],
        "does_not_prove": [t(lang, key) for key in _does_not_prove(reading)],
    }


def _recall_json(info: StampInfo | None, lang: str) -> dict[str, Any] | None:
    if info is None or not info.is_recalled:
        return None
    return {
        "number": info.recall_number,
        "reason": recall_reason(info, lang)[0],
        "since": local_day(info.recall_at).isoformat() if info.recall_at else None,
        "phone": info.recall_phone or settings().contact_phone,
    }


def _first_seen(checked: Checked) -> dict[str, Any] | None:
    reading, info = checked.reading, checked.reading.info
    if not reading.history:
        return None
    at = info.first_at if info is not None and info.first_at is not None else None
    if at is None and reading.state is State.FIRST:
        at = checked.at
    return {"date": local_day(at).isoformat(), "province": None} if at is not None else None


def _product_json(info: StampInfo | None, lang: str, stars: int | None) -> dict[str, Any] | None:
    if info is None or info.product_name is None:
        return None
    return {"name": product_name(info, lang), "gtin": info.gtin, "ocop_stars": stars}


def _lot_json(info: StampInfo | None, lang: str, place: Place) -> dict[str, Any] | None:
    if info is None:
        return None
    return {
        "public_id": info.lot_public_id,
        "url": f"/lo/{info.lot_public_id}",
        "harvested": info.harvested_on.isoformat() if info.harvested_on else None,
        "packed": info.packed_on.isoformat() if info.packed_on else None,
        "best_before": info.best_before.isoformat() if info.best_before else None,
        "commune": place_said(lang, place),
    }


def _cooperative_json(info: StampInfo | None, lang: str) -> dict[str, Any] | None:
    if info is None or info.org_name is None:
        return None
    return {
        "public_id": info.org_public_id,
        "name": cooperative_name(info, lang),
        "commune": _org_place(info, lang),
        "phone": info.org_phone,
    }


def _proves(reading: Reading) -> list[str]:
    if reading.state is State.RECALLED:
        return ["verdict.proves.recalled"]
    if reading.state in SHOWS_LOT:
        return ["verdict.proves.lot"]
    if reading.state in SHOWS_COOPERATIVE and reading.info is not None and reading.info.org_name:
        return ["verdict.proves.issued"]
    return ["verdict.proves.nothing"]


def _does_not_prove(reading: Reading) -> list[str]:
    notes = NOTES[reading.state] if reading.history else ("general",)
    return [f"verdict.note.{note}" for note in notes]


def cooperative_name(info: StampInfo, lang: str) -> str:
    """The cooperative's name, in English abroad where it gave one."""
    return (info.org_name_en if lang != "vi" else None) or info.org_name or ""


def product_name(info: StampInfo, lang: str) -> str:
    """The product's name, in English abroad where it has one."""
    return (info.product_name_en if lang != "vi" else None) or info.product_name or ""


def place_said(lang: str, place: Place) -> str:
    """A commune by its new name, the one before July 2025 in brackets."""
    return places.place(
        lang, place.commune, place.province, place.old_commune, place.old_district, place.old_province
    )


def _org_place(info: StampInfo, lang: str) -> str:
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
        "seconds": checked.wait_s,
        "code": shown_code(reading),
        "province": Term("verdict.place.unknown"),
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


def _words(checked: Checked) -> dict[str, str]:
    """The catalog keys of headline, sentence and action."""
    reading, info = checked.reading, checked.reading.info
    name = public_name(reading.state).lower()
    keys = {part: f"verdict.{name}.{part}" for part in ("headline", "sentence", "action")}
    if not reading.history:
        keys |= {"headline": "consumer.valid.headline", "sentence": "consumer.valid.sentence"}
        keys["action"] = "verdict.first.action"
    if reading.state is State.RECALLED and info is not None and not info.is_food:
        keys |= {part: f"verdict.recalled.{part}.not_food" for part in ("headline", "action")}
    if reading.state is State.CLONE_SUSPECT:
        keys["action"] = "verdict.clone_suspect.action.no_place"
    if reading.state is State.VOIDED and info is not None and info.void_at is None:
        keys["sentence"] = "consumer.issued_nobody"
    return keys


def _banner(info: StampInfo | None, state: State) -> str | None:
    """The recall banner stands above whatever else wins; RECALLED says it in its own band."""
    if info is None or not info.is_recalled or state is State.RECALLED:
        return None
    return "verdict.recall.banner" if info.is_food else "verdict.recall.banner.not_food"


def as_html(checked: Checked, lang: str) -> str:
    """The whole page: one style element, no script, no request to anywhere."""
    reading, info = checked.reading, checked.reading.info
    said = figures(checked, lang)
    fill, sign = LOOK[reading.state]
    words = _words(checked)
    page = current_app.jinja_env.get_template("consumer/verdict.html")
    return page.render(
        lang=lang,
        html_lang=HTML_LANG[lang],
        css=Markup(style()),  # noqa: S704 - our own file
        t=lambda key, **more: t_html(lang, key, **{**said, **more}),
        text=lambda key, **more: t(lang, key, **{**said, **more}),
        state=reading.state,
        band=BAND[reading.state],
        fill=fill,
        sign=sign,
        words=words,
        banner=_banner(info, reading.state),
        history=reading.history,
        info=info,
        story=checked.story if reading.state in SHOWS_LOT else None,
        shows_cooperative=reading.state in SHOWS_COOPERATIVE and info is not None and bool(info.org_name),
        coop=cooperative_name(info, lang) if info is not None else "",
        coop_place=_org_place(info, lang) if info is not None else "",
        product=product_name(info, lang) if info is not None else "",
        place=place_said(lang, checked.story.place) if checked.story is not None else "",
        proves=_proves(reading),
        notes=_does_not_prove(reading),
        code=shown_code(reading),
        phone=settings().contact_phone,
        tel=tel(settings().contact_phone),
        types_again=reading.state in {State.MALFORMED, State.TYPO, State.FORGED, State.UNALLOCATED},
        is_demo=request_is_demo(),
        **figure_tools(lang),
        at=checked.at,
        days=settings().scan_marks_days,
    )


def figure_tools(lang: str) -> dict[str, Any]:
    """Days, weights and lists as a template says them."""

    def days_said(first: date, last: date) -> str:
        return formats.day(lang, first) if first == last else formats.days_between(lang, first, last)

    return {
        "days_said": days_said,
        "weight_said": partial(formats.weight, lang),
        "listed": partial(formats.listed, lang),
    }


def tel(phone: str) -> str:
    """A phone as a link's target: digits and a leading plus."""
    return "tel:" + "".join(sign for sign in phone if sign.isdigit() or sign == "+")


@cache
def style() -> str:
    """The page's own style, as it stands between the tags."""
    return (Path(__file__).parent / "templates" / "consumer" / "verdict.css").read_text(encoding="utf-8")


@cache
def policy() -> str:
    """What the page may load: this one style by its hash, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
