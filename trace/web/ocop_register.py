"""``/ocop``: the public register of OCOP products, in four languages, for buyers and for caches."""

from urllib.parse import urlencode

from flask import Response, make_response, request

from trace.db import reading
from trace.services.ocop_register import PAGE, Wanted, register
from trace.standards.local_time import local_day
from trace.texts.catalogs import t
from trace.texts.places import unit_said
from trace.web.door import Door, Open
from trace.web.reader import consumer_language
from trace.web.story_pages import rendered
from trace.web.verdict_words import own_name
from trace.web.visitor import now

door = Door("ocop_register", __name__)
CACHED_S = 600
MOST_PAGES = 1_000


@door.page("/ocop", Open.PUBLIC)
def index() -> Response:
    """Products whose rating is in force, by stars; filters are the address."""
    wanted, lang = _wanted(), consumer_language()
    with reading() as session:
        found, total = register(session, wanted, local_day(now()))
    cards = [
        (
            one,
            own_name(one.product, lang),
            own_name(one.organisation, lang),
            unit_said(lang, one.commune.full_name) if one.commune else "",
        )
        for one in found
    ]
    more = wanted.page + 1 if wanted.page * PAGE < total else 0
    page = rendered(
        "consumer/ocop.html",
        lang,
        "/ocop",
        cards=cards,
        total=total,
        wanted=wanted,
        next=f"?{_address(wanted, more)}" if more else "",
        title=t(lang, "consumer.ocop.title"),
        about=t(lang, "consumer.ocop.about"),
    )
    return _cacheable(make_response(page))


def _wanted() -> Wanted:
    """What does not fit is not asked: an address that was shared never dies."""
    stars, group = (request.args.get(name, type=int) for name in ("sao", "nhom"))
    return Wanted(
        text=_words("q"),
        stars=stars if stars in (3, 4, 5) else None,
        group=group if group is not None and 1 <= group <= 6 else None,
        place=_words("xa"),
        page=min(max(request.args.get("trang", 1, type=int), 1), MOST_PAGES),
    )


def _words(name: str) -> str:
    return "".join(sign for sign in request.args.get(name, "")[:80] if sign.isprintable())


def _address(wanted: Wanted, page: int) -> str:
    said = {"q": wanted.text, "sao": wanted.stars, "nhom": wanted.group, "xa": wanted.place, "trang": page}
    return urlencode({name: value for name, value in said.items() if value})


def _cacheable(answer: Response) -> Response:
    """Kept by caches for ten minutes, one a language; not where the answer sets the language's cookie."""
    if "lang" not in request.args:
        answer.headers["Cache-Control"] = f"public, max-age={CACHED_S}"
        answer.vary.update(("Accept-Language", "Cookie"))
    return answer
