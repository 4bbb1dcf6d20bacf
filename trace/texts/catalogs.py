"""Texts filled with their figures: ``t`` for every face, ``t_html`` for pages.

Figures come raw (int, Decimal, date, aware datetime, `Money`, list, `Term`) and are shown the
reader's way. Nothing is guessed: an absent key or an absent figure raises KeyError.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from markupsafe import Markup, escape

from trace.texts import formats
from trace.texts.files import lookup

_PLACE = re.compile(r"\{(\w+)\}")
_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)


@dataclass(frozen=True)
class Term:
    """A word of the catalogs as a figure of another text: ``Term("lot.state.hold")``.

    Services write it where they do not know the reader's language.
    """

    key: str
    params: Mapping[str, object] = field(default_factory=dict)


def t(lang: str, key: str, **params: object) -> str:
    """The text of ``key`` for a reader of ``lang``, without marks.

    Its counted figure (mostly ``n``) chooses between singular and plural. A text missing in ja
    or zh stands in English, then Vietnamese; an unknown language is Vietnamese. Raises KeyError
    where the key, or a figure the text names, is absent.
    """
    found, text = _chosen(lang, key, params)
    return _filled(plain(text), key, params, lambda value: shown(found, value))


def t_html(lang: str, key: str, **params: object) -> Markup:
    """As `t`, for a page: figures escaped, ``**words**`` of the text in <strong>."""
    found, text = _chosen(lang, key, params)
    marked = _BOLD.sub(r"<strong>\1</strong>", str(escape(text)))
    return Markup(_filled(marked, key, params, lambda value: str(_shown_html(found, value))))  # noqa: S704


def title_and_text(lang: str, key: str, **params: object) -> tuple[str, str]:
    """A refusal's two parts: its bold lead without the full stop, and the sentences after it.

    A text without a bold lead is all title.
    """
    found, text = _chosen(lang, key, params)
    lead = re.match(r"\*\*(.+?)\*\*\s*", text, re.DOTALL)
    parts = (lead[1].rstrip("."), text[lead.end() :]) if lead else (text, "")
    title, rest = (_filled(plain(part), key, params, lambda value: shown(found, value)) for part in parts)
    return title, rest


def plain(text: str) -> str:
    """The text without its ``**`` marks."""
    return text.replace("**", "")


def spoken_in(lang: str, key: str) -> str:
    """The language `t` finds this key in, for the ``lang`` attribute of a page's part."""
    return lookup(lang, key)[0]


def placeholders(text: str) -> frozenset[str]:
    """The names a text wants filled."""
    return frozenset(_PLACE.findall(text))


def shown(lang: str, value: object) -> str:
    """One figure as this reader reads it; None is said as "no figure yet"."""
    if isinstance(value, Term):
        return t(lang, value.key, **value.params)
    if isinstance(value, list | tuple):
        return formats.listed(lang, (shown(lang, item) for item in value))
    if value is None or isinstance(value, bool):
        return t(lang, {None: "value.unknown", True: "value.yes", False: "value.no"}[value])
    return _shown_figure(lang, value)


def _shown_figure(lang: str, value: object) -> str:
    if isinstance(value, formats.Money):
        return formats.money(lang, value.vnd)
    if isinstance(value, int | float | Decimal):
        return formats.number(lang, value)
    if isinstance(value, datetime):
        return formats.moment(lang, value)
    if isinstance(value, date):
        return formats.day(lang, value)
    return str(value)


def _shown_html(lang: str, value: object) -> Markup:
    if isinstance(value, Term):
        return t_html(lang, value.key, **value.params)
    return escape(value if isinstance(value, Markup) else shown(lang, value))


def _chosen(lang: str, key: str, params: Mapping[str, object]) -> tuple[str, str]:
    """The language found, and the singular (the counted figure is one) or the last form."""
    found, text = lookup(lang, key)
    return found, text.forms[0] if params.get(text.counted) == 1 else text.forms[-1]


def _filled(text: str, key: str, params: Mapping[str, object], show: Callable[[object], str]) -> str:
    def fill(place: re.Match[str]) -> str:
        if place[1] not in params:
            raise KeyError(f"text {key!r} wants {{{place[1]}}}, given: {', '.join(params) or 'nothing'}")
        return show(params[place[1]])

    return _PLACE.sub(fill, text)
