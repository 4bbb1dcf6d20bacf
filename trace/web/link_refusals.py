"""Answers of the resolver that lead nowhere by themselves: refusals, and a choice of links.

Pages for people in the four languages of consumers, RFC 7807 for programs.
"""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request, url_for

from trace.errors import NotFound
from trace.services.item_links import Item
from trace.services.link_types import ItemLink
from trace.standards.fault import Fault
from trace.texts.catalogs import t, t_html, title_and_text
from trace.texts.languages import TABLE
from trace.web import linksets
from trace.web.link_notice import notices
from trace.web.page_tools import icon, request_is_demo
from trace.web.reader import consumer_language, kept_query
from trace.web.verdict_words import own_name

PROGRAMS = ("application/json", "application/problem+json", linksets.MEDIA_TYPE)


def choices(item: Item, links: Sequence[ItemLink], lang: str, status: int) -> Response:
    """A page of links to choose from, each page named once."""
    listed = [(linksets.in_language(one.path, lang), linksets.title(one, item, lang)) for one in links]
    title = t(lang, "link.choose.title", product=own_name(item, lang))
    notes = notices(item.asked, item.held, item.gtin, lang)
    return _page("consumer/link_choices.html", lang, status, title=title, links=listed, notes=notes)


def _refuse(status: int, key: str, figures: dict[str, Any]) -> Response:
    lang = consumer_language()
    title, text = title_and_text(lang, key, **figures)
    if request.accept_mimetypes.best_match(["text/html", *PROGRAMS]) == "text/html":
        return _page("consumer/link_refused.html", lang, status, title=title, words=text)
    problem = {"type": f"about:blank#{key}", "title": title, "status": status, "detail": text}
    answer: Response = jsonify(problem)
    answer.status_code, answer.content_type = status, "application/problem+json"
    return answer


def _page(template: str, lang: str, status: int, **more: Any) -> Response:
    page = current_app.jinja_env.get_template(template)
    html = page.render(
        lang=lang,
        html_lang=TABLE[lang].tag,
        t=lambda key, **figures: t_html(lang, key, **figures),
        text=lambda key, **figures: t(lang, key, **figures),
        icon=icon,
        is_demo=request_is_demo(),
        kept=kept_query(),
        url_for=url_for,
        **more,
    )
    return Response(html, status, content_type="text/html; charset=utf-8")


def _bad_link(fault: Fault) -> Response:
    """400 for a link that is spelled wrongly."""
    name = fault.key.removeprefix("standard.").removeprefix("link.bad.")
    return _refuse(400, f"link.bad.{name}", fault.params)


def _not_held(error: NotFound) -> Response:
    return _refuse(404, error.key, error.params)


def prepare(door: Blueprint) -> None:
    """Hang the refusals into the resolver's door."""
    door.register_error_handler(Fault, _bad_link)
    door.register_error_handler(NotFound, _not_held)
