"""Links as RFC 9264 writes them, in the shape of GS1's schema: one object a page and language.

A page that speaks four languages is four links, each with its own title; ``defaultLink`` is one, the page
that asks the browser itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from trace.services.item_links import Item
from trace.services.link_types import ItemLink, Level, LinkType, default_of
from trace.texts.catalogs import t
from trace.texts.languages import LANGUAGES
from trace.web.link_notice import notices
from trace.web.verdict_words import own_name

VOCABULARY = "https://gs1.org/voc/"
MEDIA_TYPE = "application/linkset+json"
DEFAULT, DEFAULT_MULTI = "defaultLink", "defaultLinkMulti"


def linkset(item: Item, levels: Sequence[Level], home: str, lang: str) -> dict[str, Any]:
    """The whole answer to ``linkType=linkset``: a context a level, the default in the finest."""
    contexts = [
        {
            "anchor": level.anchor.uri(home),
            "itemDescription": description(item, lang),
            **_listed(item, level, home),
        }
        for level in levels
    ]
    contexts[0] |= _defaults(item, home, lang)
    return {"linkset": contexts}


def description(item: Item, lang: str) -> str:
    """The goods' name, and what of the link is not held or no longer so."""
    said = " ".join(notices(item.asked, item.held, item.gtin, lang))
    return ": ".join(filter(None, (own_name(item, lang), said)))


def title(link: ItemLink, item: Item, lang: str) -> str:
    """A link's title in one language."""
    return t(lang, link.title, product=own_name(item, lang), **link.figures)


def in_language(path: str, lang: str) -> str:
    """The page's address with its language said."""
    return f"{path}?lang={lang}"


def of_type(levels: Iterable[Level], kind: str) -> tuple[ItemLink, ...]:
    """The links of one type at the finest level that has any."""
    for level in levels:
        found = tuple(link for link in level.links if link.kind == kind)
        if found:
            return found
    return ()


def kinds(levels: Iterable[Level]) -> list[str]:
    """The types an item has links of, in the order of our table."""
    there = {link.kind for level in levels for link in level.links}
    return [kind for kind in LinkType if kind in there]


def _listed(item: Item, level: Level, home: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for link in level.links:
        found.setdefault(VOCABULARY + link.kind, []).extend(
            _target(link, item, home, lang) for lang in LANGUAGES
        )
    return found


def _defaults(item: Item, home: str, lang: str) -> Mapping[str, list[dict[str, Any]]]:
    link = default_of(item)
    asks = {**_target(link, item, home, lang), "href": home + link.path, "hreflang": list(LANGUAGES)}
    return {
        VOCABULARY + DEFAULT: [asks],
        VOCABULARY + DEFAULT_MULTI: [_target(link, item, home, one) for one in LANGUAGES],
    }


def _target(link: ItemLink, item: Item, home: str, lang: str) -> dict[str, Any]:
    return {
        "href": home + in_language(link.path, lang),
        "title": title(link, item, lang),
        "type": "text/html",
        "hreflang": [lang],
    }
