"""Who is here and what they may pass: session cookie, language, the guard before every route."""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, redirect, request, url_for
from sqlalchemy.exc import OperationalError
from sqlmodel import Session
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading, transaction
from trace.errors import NotAllowed, NotFound, NotSignedIn
from trace.records.account import Account, ApiToken, Role, Way
from trace.services.admission import Actor, actor_of, may, scope_of
from trace.services.api_tokens import account_of_token, live_token
from trace.services.login_sessions import SignedIn, note_seen, signed_in
from trace.services.second_factor import Standing, standing
from trace.settings import Settings
from trace.standards.local_time import local_day
from trace.texts.languages import LANGUAGES
from trace.web.asked import MOST_ROW
from trace.web.door import Open, Pass

FACE_LANGUAGES = ("vi", "en")
LOOPBACK = {"127.0.0.1", "::1"}


def now() -> datetime:
    """The clock of the web: one place, so that tests can move it."""
    return datetime.now(UTC)


def settings() -> Settings:
    """The settings of this app."""
    found: Settings = current_app.extensions["settings"]
    return found


def session_cookie() -> str:
    """``__Host-`` and Secure where the public URL is https, a plain name otherwise."""
    return "__Host-session" if settings().is_https else "session"


def account() -> Account | None:
    """Who is signed in, or whose token a program brought; asked once a request."""
    if "account" not in g:
        is_program = _is_for_programs()
        secret = _bearer() if is_program else session_secret()
        g.account = _account(secret, is_token=is_program) if secret else None
    found: Account | None = g.account
    return found


def session_secret() -> str:
    """The secret of this browser's session, or an empty text."""
    return request.cookies.get(session_cookie(), "")


def _account(secret: str, *, is_token: bool) -> Account | None:
    with reading() as session:
        if is_token:
            return account_of_token(session, secret, now())
        found = signed_in(session, secret, now())
    if found is None:
        return None
    g.entering = Entering(found.account, _standing(found), found.way)
    g.is_use_unsaid = found.was_long_ago
    return found.account if g.entering.standing is Standing.OPEN else None


def _standing(found: SignedIn) -> Standing:
    is_demanded = settings().demands_factor(local_day(now()))
    shown = {"has_factor": found.has_factor, "has_shown": found.has_shown_factor}
    return standing(Role(found.account.role), **shown, is_demanded=is_demanded)


@dataclass(frozen=True)
class Entering:
    """Whose password was right in this session, and how far it is let in."""

    account: Account
    standing: Standing
    way: Way


def entering() -> Entering | None:
    """Who is at the door or behind it; only an account that stands open may do more than come in."""
    account()
    found: Entering | None = g.get("entering")
    return found


def _is_for_programs() -> bool:
    return request.blueprint in current_app.extensions["program_doors"]


def _bearer() -> str:
    said = request.authorization
    return said.token or "" if said is not None and said.type == "bearer" else ""


def at_door() -> Entering:
    """Who is coming in or is in; only routes behind the guard ask."""
    found = entering()
    if found is None:
        raise NotAllowed("error.sign_in")
    return found


def actor() -> Actor:
    """The signed-in actor; only routes behind the guard ask."""
    found = account()
    if found is None:
        raise NotAllowed("error.sign_in")
    return actor_of(found)


def token(session: Session) -> ApiToken:
    """The row of the token a program brought; only routes for programs ask.

    Raises:
        NotSignedIn: it was revoked this very moment.
    """
    found = live_token(session, _bearer(), now())
    if found is None:
        raise NotSignedIn("error.token")
    return found


def language() -> str:
    """The reader's language: address, cookie, account, browser; Vietnamese where nothing is said."""
    if "lang" not in g:
        g.lang = _language()
    chosen: str = g.lang
    return chosen


def _language() -> str:
    for said in (request.args.get("lang"), request.cookies.get("lang")):
        if said in LANGUAGES:
            return str(said)
    who = None if _is_for_programs() else account()  # a program says what it reads with every request
    if who is not None:
        return who.language
    return request.accept_languages.best_match(LANGUAGES, "vi") or "vi"


def face_language() -> str:
    """The language of the working faces, which speak Vietnamese and English."""
    chosen = language()
    return chosen if chosen in FACE_LANGUAGES else "en"


def keep_language(response: Response) -> Response:
    """Remember a language that was chosen by link; what any cache may keep carries nobody's cookie."""
    if request.args.get("lang") in LANGUAGES and not response.cache_control.public:
        response.set_cookie(
            "lang", request.args["lang"], max_age=31_536_000, samesite="Lax", secure=settings().is_https
        )
    return response


def guard() -> AnyResponse | None:
    """Let the visitor pass, or say no: an endpoint outside the table is nobody's."""
    if request.endpoint is None:
        return None
    if "\0" in request.path:
        raise NotFound()  # no name holds this letter, and PostgreSQL refuses it
    if any(isinstance(said, int) and said > MOST_ROW for said in (request.view_args or {}).values()):
        raise NotFound()  # no row has this number, and no database can be asked for it
    table: dict[str, Pass] = current_app.extensions["policy"]
    rule = table.get(request.endpoint)
    if rule is Open.PUBLIC:
        return None
    if rule is Open.LOCAL:
        if request.remote_addr not in LOOPBACK:
            raise NotFound()
        return None
    if rule is None:
        raise NotFound()
    if any("\0" in said for _name, said in request.args.items(multi=True)):
        raise NotFound()  # nothing can be looked up by this letter
    return _let_in(rule)


def _let_in(rule: Pass) -> AnyResponse | None:
    """Whoever is known: to the door's own pages, or to what the account's role may do."""
    if rule is Open.ENTERING and entering() is not None:
        return None
    if account() is None:
        if _is_for_programs():
            raise NotSignedIn("error.token")
        return _to_sign_in()
    if not isinstance(rule, Open):
        scope_of(actor(), rule)
    if g.get("is_use_unsaid"):
        _note_use()
    return None


def _note_use() -> None:
    """Now and then: this session is in use. A busy database is no reason to show no page."""
    try:
        with transaction() as session:
            note_seen(session, session_secret(), now())
    except OperationalError:
        return


def opens(path: str) -> bool:
    """Whether there is a page at ``path`` and the guard lets this visitor in: what menus and lists offer."""
    try:
        endpoint, _ = current_app.url_map.bind("").match(urlsplit(path).path, method="GET")
    except HTTPException:
        return False
    rule = current_app.extensions["policy"].get(endpoint)
    who = account()
    if isinstance(rule, Open):
        return rule is Open.PUBLIC or (rule in (Open.SIGNED_IN, Open.ENTERING) and who is not None)
    return rule is not None and who is not None and may(actor_of(who), rule)


def _to_sign_in() -> AnyResponse:
    who = entering()
    if request.method not in {"GET", "HEAD"} or wants_json():
        raise NotAllowed("error.sign_in" if who is None else "error.second_factor")
    page = way_in(who.standing) if who is not None else "account.sign_in_form"
    return redirect(url_for(page, next=request.full_path.rstrip("?")))


def way_in(standing: Standing) -> str:
    """The page where somebody at the door goes on."""
    return "sign_in_code.form" if standing is Standing.CODE else "own_factor.page"


def wants_json() -> bool:
    """Whether a program asks: at a door for programs, or by what it takes."""
    if _is_for_programs():
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json", "application/problem+json"])
    return best is not None and best != "text/html"


def safe_next(target: str | None) -> str | None:
    """A path of our own to go on to, or None: never another host, scheme or a trick of slashes."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return None
    if any(letter in target for letter in "\\\r\n\t") or any(ord(letter) < 32 for letter in target):
        return None
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else None


def prepare(app: Flask) -> None:
    """Hang the guard, what it lets through, and the language into the app."""
    app.jinja_env.globals["opens"] = opens
    app.before_request(guard)
    app.after_request(keep_language)
