"""The GS1 Digital Link resolver: ``/01/<gtin14>[/22/<cpv>][/10/<lot>][/21/<serial>]``, ``/00/<sscc>``.

What is met of GS1's conformance statements, and what is not, stands in ``docs/digital-link.md``. A stamp's
code in a link is never looked at here: it goes to its own page, behind the limiter, right or wrong.
"""

import json
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import NotFound
from trace.services.item_links import Item, find_item
from trace.services.link_types import ItemLink, Level, LinkType, default_of, levels_of
from trace.services.unit_page import name_of_sscc
from trace.standards import digital_link, sscc
from trace.standards.fault import Fault
from trace.standards.local_time import local_day
from trace.texts.languages import LANGUAGES
from trace.web import link_refusals, linksets
from trace.web.door import Door, Open
from trace.web.link_notice import ASKED
from trace.web.reader import consumer_language
from trace.web.visitor import now, settings

door = Door("resolver", __name__)
link_refusals.prepare(door)

ALL = {"all", "linkset"}
PREFIXES = ("gs1:", linksets.VOCABULARY, "http://gs1.org/voc/")
REDIRECT = 307
OTHER_KEYS = (
    "253",
    "255",
    "401",
    "402",
    "414",
    "417",
    "8003",
    "8004",
    "8006",
    "8010",
    "8013",
    "8017",
    "8018",
)
"""GS1's other primary keys: known to be keys, and not held here."""
_listed_keys = ",".join(f'"{key}"' for key in OTHER_KEYS)  # bare, the router would read 00 as a number


@door.page("/01", Open.PUBLIC, merge_slashes=False)
@door.page("/01/", Open.PUBLIC, merge_slashes=False)
@door.page("/01/<path:rest>", Open.PUBLIC, merge_slashes=False)
def item(rest: str = "") -> AnyResponse:
    """Lead to what the link names, or list what there is. The raw path is read: %2F in it is no slash."""
    asked = digital_link.parse(_raw_path())
    with reading() as session:
        found = find_item(session, asked)
        wanted = _wanted()
        levels = levels_of(session, found, local_day(now())) if wanted else ()
    if wanted is None:
        return _led(found, default_of(found))
    return _listed(found, levels) if wanted in ALL else _of_type(found, levels, wanted)


@door.page("/00", Open.PUBLIC, merge_slashes=False)
@door.page("/00/", Open.PUBLIC, merge_slashes=False)
@door.page("/00/<path:rest>", Open.PUBLIC, merge_slashes=False)
def logistic_unit(rest: str = "") -> AnyResponse:
    """Lead to the page of the box or pallet with this SSCC; there is one link, whatever type is asked."""
    digits = rest.rstrip("/")
    if not digits or "/" in digits:
        raise Fault("standard.link_form", expected="/00/{sscc}", got=f"/00/{digits}"[:120])
    try:
        number = sscc.validate(digits)
    except Fault:
        raise Fault("link.bad.sscc", got=digits[:40]) from None
    with reading() as session:
        name = name_of_sscc(session, number)
    if name is None:
        raise NotFound("link.unit_unknown", got=number)
    query = request.query_string.decode("latin-1")
    return redirect(f"/thung/{name}" + (f"?{query}" if query else ""), REDIRECT)


@door.page(f"/<any({_listed_keys}):key>/<path:rest>", Open.PUBLIC)
def other_key(key: str, rest: str) -> AnyResponse:
    """Say that this key is not held here."""
    raise NotFound("link.other_key", got=key)


@door.page("/.well-known/gs1resolver", Open.PUBLIC)
def description() -> Response:
    """Who resolves here, which keys and which link types; compressed links are not understood."""
    home = settings().public_url
    answer = {
        "name": "nongsan",
        "resolverRoot": home,
        "supportedPrimaryKeys": ["01", "00"],
        "supportedLinkType": [{"namespace": linksets.VOCABULARY, "prefix": "gs1:"}],
        "linkTypeDefaultCanBeLinkset": False,
        "supportsCompression": False,
        "activeLinkTypes": [f"gs1:{kind}" for kind in (linksets.DEFAULT, linksets.DEFAULT_MULTI, *LinkType)],
        "supportedLanguages": list(LANGUAGES),
        "contact": {"telephone": settings().contact_phone},
    }
    return _json(answer, "application/json")


def _raw_path() -> str:
    """The path as it was sent."""
    raw: str = request.environ.get("REQUEST_URI") or request.environ.get("RAW_URI") or quote(request.path)
    return raw


def _wanted() -> str | None:
    """The link type asked for, ``all`` for a linkset, None for the default."""
    said = request.args.get("linkType")
    if said is None:
        best = request.accept_mimetypes.best_match(["text/html", linksets.MEDIA_TYPE])
        return "all" if best == linksets.MEDIA_TYPE else None
    for prefix in PREFIXES:
        said = said.removeprefix(prefix)
    return None if said in {linksets.DEFAULT, linksets.DEFAULT_MULTI} else said


def _led(found: Item, link: ItemLink, lang: str = "") -> AnyResponse:
    """On to the page, with every parameter that came."""
    own = {}
    if lang and request.args.get("lang") not in LANGUAGES:
        own["lang"] = lang
    if not found.is_exact or found.left_at is not None or found.stamp is not None:  # a stamp's page compares
        own[ASKED] = replace(found.asked, serial=None if found.stamp else found.asked.serial).path()
    query = "&".join(part for part in (urlencode(own), request.query_string.decode("latin-1")) if part)
    return _with_links(redirect(link.path + (f"?{query}" if query else ""), REDIRECT), found)


def _listed(found: Item, levels: tuple[Level, ...]) -> AnyResponse:
    lang = consumer_language()
    if _for_people():
        links = [link for level in levels for link in level.links]
        return _with_links(link_refusals.choices(found, links, lang, 200), found)
    answer = linksets.linkset(found, levels, settings().public_url, lang)
    return _with_links(_json(answer, linksets.MEDIA_TYPE), found)


def _of_type(found: Item, levels: tuple[Level, ...], kind: str) -> AnyResponse:
    links = linksets.of_type(levels, kind)
    lang = consumer_language()
    if not links:
        raise NotFound("link.no_type", got=kind[:60], expected=linksets.kinds(levels))
    if len(links) == 1:
        return _led(found, links[0], lang)
    if _for_people():
        return _with_links(link_refusals.choices(found, links, lang, 300), found)
    only = (Level(found.held, links),)
    answer = _json(linksets.linkset(found, only, settings().public_url, lang), linksets.MEDIA_TYPE)
    answer.status_code = 300
    return _with_links(answer, found)


def _for_people() -> bool:
    """Whether the asker names HTML; whoever takes anything is a program."""
    return request.accept_mimetypes.best_match([linksets.MEDIA_TYPE, "text/html"]) == "text/html"


def _json(value: Any, media_type: str) -> Response:
    return Response(json.dumps(value, ensure_ascii=False), content_type=media_type)


def _with_links(answer: AnyResponse, found: Item) -> AnyResponse:
    """The linkset's address; the level that answered; the number of today."""
    home, asked = settings().public_url, found.asked
    told = [(f"{asked.uri(home)}?linkType=linkset", f'rel="linkset"; type="{linksets.MEDIA_TYPE}"')]
    if not found.is_exact:
        told.append((found.held.uri(home), 'rel="up"'))
    if found.left_at is not None and found.gtin is not None:
        told.append((digital_link.DigitalLink(found.gtin).uri(home), 'rel="canonical"'))
    answer.headers["Link"] = ", ".join(f"<{address}>; {what}" for address, what in told)
    if found.stamp is not None:
        answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@door.after_request
def _open_to_all(answer: Response) -> Response:
    """CORS: any page may read these answers, nobody's cookie comes along."""
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
    answer.headers["Access-Control-Allow-Headers"] = "Accept, Accept-Language"
    answer.headers["Access-Control-Expose-Headers"] = "Link, Location"
    answer.vary.update(("Accept", "Accept-Language", "Cookie"))
    return answer
