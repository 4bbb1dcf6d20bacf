"""One check as a page for people: one style element, no script, no request to anywhere."""

import base64
import hashlib
from functools import cache
from pathlib import Path

from flask import current_app
from markupsafe import Markup

from trace.services.verdicts import INVITES, SHOWS_COOPERATIVE, SHOWS_LOT, State
from trace.standards.province_map import marked
from trace.texts.catalogs import t, t_html
from trace.texts.languages import TABLE
from trace.texts.places import unit_said
from trace.web.checking import Checked
from trace.web.link_notice import clash_of
from trace.web.page_tools import request_is_demo
from trace.web.reader import kept_query
from trace.web.verdict_words import (
    BAND,
    LOOK,
    banner_of,
    call_link,
    cooperative_name,
    does_not_prove,
    figure_tools,
    figures,
    org_place,
    place_said,
    product_name,
    proves,
    shown_code,
    tel,
    unbroken,
    words_of,
)
from trace.web.visitor import settings

NO_CODE = frozenset({State.MALFORMED, State.TYPO, State.THROTTLED})
"""Nothing can be reported of these: no code was read, or it was not looked at."""


def as_html(checked: Checked, lang: str) -> str:
    """The whole page: one style element, no script, no request to anywhere."""
    reading, info = checked.reading, checked.reading.info
    said = figures(checked, lang)
    fill, sign = LOOK[reading.state]
    words = words_of(checked)
    place = checked.story.place if checked.story is not None else None
    lot = {"lot": unbroken(str(said["lot"]))} if said.get("lot") else {}
    page = current_app.jinja_env.get_template("consumer/verdict.html")
    return page.render(
        lang=lang,
        html_lang=TABLE[lang].tag,
        css=Markup(style()),  # noqa: S704 - our own file
        t=lambda key, **more: t_html(lang, key, **{**said, **lot, **more}),
        text=lambda key, **more: t(lang, key, **{**said, **more}),
        state=reading.state,
        band=BAND[reading.state],
        fill=fill,
        sign=sign,
        words=words,
        banner=banner_of(info, reading.state),
        history=reading.history,
        info=info,
        story=checked.story if reading.state in SHOWS_LOT else None,
        on_sale=checked.on_sale if reading.state in INVITES else (),
        clash=clash_of(checked, lang),
        kept=kept_query(),
        shows_cooperative=reading.state in SHOWS_COOPERATIVE and info is not None and bool(info.org_name),
        coop=cooperative_name(info, lang) if info is not None else "",
        coop_place=org_place(info, lang) if info is not None else "",
        product=product_name(info, lang) if info is not None else "",
        place=place_said(lang, place) if place is not None else "",
        map=marked(place.code) if place is not None else None,
        commune=unit_said(lang, place.commune) if place is not None else "",
        proves=proves(reading),
        notes=does_not_prove(reading),
        code=shown_code(reading),
        phone=settings().contact_phone,
        tel_of=tel,
        callable=call_link(str(said["phone"])),
        calls=said["phone"] if info is not None and info.is_recalled else "",
        reports_by=reading.code if reading.state not in NO_CODE else "",
        types_again=reading.state in {State.MALFORMED, State.TYPO, State.FORGED, State.UNALLOCATED},
        is_demo=request_is_demo(),
        **figure_tools(lang),
        at=checked.at,
        days=settings().scan_marks_days,
    )


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
