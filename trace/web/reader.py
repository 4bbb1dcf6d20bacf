"""Who looks at a stamp: the first-party cookie, the network, and whether anybody watches at all."""

import hmac
import re
import secrets
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlencode

from flask import Response, request

from trace.keyring import current_keyring
from trace.services.scanning import MARKS_DAYS, Reader
from trace.texts.languages import LANGUAGES
from trace.web.visitor import account, session_cookie, settings

_COOKIE = re.compile(r"([0-9a-f]{32})(?:\.([0-9a-f]{32}))?")
_PREVIEWS = re.compile(
    r"bot\b|crawler|spider|preview|facebookexternalhit|facebot|whatsapp/|viber/|slack-imgproxy|embedly",
    re.IGNORECASE,
)
"""Who fetches a link to draw a card for it. Browsers inside chat applications are people and are not here."""
_AHEAD = ("prefetch", "prerender", "preview")
KEPT = ("linkType", "gs1")
"""Parameters that say what a page is about."""


def cookie_name() -> str:
    """``__Host-d`` where the public URL is https, ``d`` otherwise."""
    return "__Host-d" if settings().is_https else "d"


def reader() -> Reader:
    """The one who looks, with a fresh cookie where none came."""
    found = _COOKIE.fullmatch(request.cookies.get(cookie_name(), ""))
    return Reader(
        cookie=bytes.fromhex(found[1]) if found else secrets.token_bytes(16),
        is_known=found is not None,
        network=network_of(request.remote_addr or ""),
        user_agent=request.user_agent.string.encode()[:400],
        watches=watches(),
    )


def has_seen_a_stamp() -> bool:
    """Whether this device carries our own mark of having seen a real stamp: it is no guesser."""
    found = _COOKIE.fullmatch(request.cookies.get(cookie_name(), ""))
    return bool(found and found[2] and hmac.compare_digest(found[2], _proof(bytes.fromhex(found[1]))))


def hand_cookie(answer: Response, who: Reader) -> None:
    """Give the device its cookie and the proof that it saw a real stamp."""
    answer.set_cookie(
        cookie_name(),
        f"{who.cookie.hex()}.{_proof(who.cookie)}",
        max_age=MARKS_DAYS * 86_400,
        httponly=True,
        secure=settings().is_https,
        samesite="Lax",
        path="/",
    )


def _proof(cookie: bytes) -> str:
    return current_keyring().mark(b"saw a stamp", cookie).hex()


def network_of(address: str) -> bytes:
    """The /24 of an IPv4 address, the /48 of an IPv6 one; never more of it."""
    try:
        found = ip_address(address.split("%", maxsplit=1)[0])
    except ValueError:
        return b"unknown"
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is None:
            return b"6" + found.packed[:6]
        found = found.ipv4_mapped
    return b"4" + found.packed[:3]


def network_mark() -> bytes:
    """The network as the limiter keeps it: a keyed hash, in memory only."""
    return current_keyring().mark(b"limiter", network_of(request.remote_addr or ""))


def watches() -> bool:
    """Whether a person looks: not HEAD, not a prefetch, not the preview of a link in a chat."""
    if request.method == "HEAD":
        return False
    ahead = " ".join(
        request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz", "X-Purpose")
    )
    if any(word in ahead.lower() for word in _AHEAD):
        return False
    return not _PREVIEWS.search(request.user_agent.string)


def member_org() -> int | None:
    """The signed-in reader's organisation; asked only where it matters, for it asks the database."""
    if session_cookie() not in request.cookies:
        return None
    who = account()
    return who.org_id if who is not None else None


def consumer_language() -> str:
    """Address, cookie, browser, Vietnamese; never the database, so that it works without one.

    Every kind of a language is that language (``zh-TW`` reads our Chinese). Who reads others only is spoken
    to in English: that is guessed at more easily abroad than Vietnamese.
    """
    for said in (request.args.get("lang"), request.cookies.get("lang")):
        if said in LANGUAGES:
            return str(said)
    wanted = [(tag.lower(), weight) for tag, weight in request.accept_languages]
    refused = {tag for tag, weight in wanted if weight <= 0}
    spoken = [tag for tag, weight in wanted if weight > 0 and tag != "*"]
    known = (tag.replace("_", "-").partition("-")[0] for tag in spoken)
    found = next((code for code in known if code in LANGUAGES and code not in refused), None)
    return found or ("en" if spoken else "vi")


def kept_query() -> str:
    """What of this page's address a change of language keeps, ready to stand before it."""
    kept = {name: request.args[name] for name in KEPT if name in request.args}
    return f"{urlencode(kept)}&" if kept else ""
