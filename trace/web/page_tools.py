"""What every template may call: texts, icons, figures in the reader's way."""

import secrets
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, request, url_for
from markupsafe import Markup

from marketplaces.by_file import BY_FILE
from trace.services.admission import Act, actor_of, may
from trace.texts import catalogs, formats
from trace.texts.languages import LANGUAGES, TABLE
from trace.web.guides import guide_here
from trace.web.visitor import account, face_language, now, settings


def icon(name: str, label: str = "", size: str = "") -> Markup:
    """A sign of ``icons.svg``; hidden from screen readers unless it stands alone with a ``label``."""
    voice = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    href = url_for("static", filename="icons.svg")
    return Markup('<svg class="icon {}" {}><use href="{}#{}"/></svg>').format(size, voice, href, name)


def here_in(lang: str) -> str:
    """This page's address in another language."""
    if request.endpoint is None:  # a page that does not exist has no route to build an address from
        return f"?lang={lang}"
    asked = urlencode({**request.args.to_dict(flat=False), "lang": [lang]}, doseq=True)
    return f"{url_for(request.endpoint, **(request.view_args or {}))}?{asked}"


def can(act: str) -> bool:
    """Whether the signed-in account's role may do the act at all: what a menu shows."""
    who = account()
    return who is not None and may(actor_of(who), Act(act))


def _common() -> dict[str, Any]:
    lang = face_language()
    return {
        "lang": lang,
        "t": lambda key, **params: catalogs.t_html(lang, key, **params),
        "text": lambda key, **params: catalogs.t(lang, key, **params),
        "show": lambda value: catalogs.shown(lang, value),
        "icon": icon,
        "money": lambda vnd: formats.money(lang, vnd),
        "money_short": lambda vnd: formats.money_short(lang, vnd),
        "weight": lambda weight_g: formats.weight(lang, weight_g),
        "percent": lambda share: formats.percent(lang, share),
        "area": lambda area_m2: formats.area(lang, area_m2),
        "past": lambda moment: formats.near_past(lang, moment, now()),
        "here_in": here_in,
        "can": can,
        "guide_here": guide_here(),
        "who": account(),
        "is_demo": request_is_demo(),
        "by_file_names": BY_FILE,
        "contact_phone": settings().contact_phone,
        "openid_name": settings().openid_name,
    }


def request_mark() -> str:
    """A fresh id for one sending of one form."""
    return secrets.token_urlsafe(12).replace("-", ".")


def request_is_demo() -> bool:
    """Whether this is the demonstration instance."""
    return bool(current_app.extensions.get("is_demo"))


def prepare(app: Flask) -> None:
    """Hang the tools into the templates."""
    app.context_processor(_common)
    app.jinja_env.globals["request_mark"] = request_mark
    app.jinja_env.globals["tongues"] = [(code, TABLE[code]) for code in LANGUAGES]
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
