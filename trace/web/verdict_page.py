"""One check as a page for people: one style element, no script, no request to anywhere."""

import base64
import hashlib
from functools import cache
from pathlib import Path

from flask import current_app
from markupsafe import Markup

from trace.services.verdicts import SHOWS_COOPERATIVE, SHOWS_LOT, State
from trace.texts.catalogs import t, t_html
from trace.texts.files import HTML_LANG
from trace.web.checking import Checked
from trace.web.link_notice import clash_of
from trace.web.page_tools import request_is_demo
from trace.web.reader import kept_query
from trace.web.verdict_words import (
    BAND,
    LOOK,
    banner_of,
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
        banner=banner_of(info, reading.state),
        history=reading.history,
        info=info,
        story=checked.story if reading.state in SHOWS_LOT else None,
        clash=clash_of(checked, lang),
        kept=kept_query(),
        shows_cooperative=reading.state in SHOWS_COOPERATIVE and info is not None and bool(info.org_name),
        coop=cooperative_name(info, lang) if info is not None else "",
        coop_place=org_place(info, lang) if info is not None else "",
        product=product_name(info, lang) if info is not None else "",
        place=place_said(lang, checked.story.place) if checked.story is not None else "",
        proves=proves(reading),
        notes=does_not_prove(reading),
        code=shown_code(reading),
        phone=settings().contact_phone,
        tel=tel(settings().contact_phone),
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
