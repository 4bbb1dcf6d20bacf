"""Parameters of an address, pages of an answer, and the link to the next."""

from urllib.parse import urlencode

from flask import Response, request

from trace.db import reading
from trace.services.epcis import paging
from trace.services.epcis.answers import time_text
from trace.services.epcis.exceptions import wrong_parameter
from trace.services.epcis.paging import Place
from trace.services.epcis.shaping import Given, per_page
from trace.web.visitor import actor, now

TOKEN = "nextPageToken"  # noqa: S105 - the name of a parameter


def given() -> Given:
    """The parameters of the query language, lists apart at their bars.

    Raises:
        EpcisException: a parameter stands twice.
    """
    said: dict[str, list[str]] = {}
    for name, value in request.args.items(multi=True):
        if name in said:
            raise wrong_parameter(name, "1", value)
        said[name] = value.split("|")
    return {name: values for name, values in said.items() if name != TOKEN}


def asked_for(what: str) -> tuple[int, Place | None]:
    """The size of a page of a list, and where it begins.

    Raises:
        EpcisException: an unknown parameter, or a token that does not hold.
    """
    said = given()
    for name in said:
        if name != "perPage":
            raise wrong_parameter(name, "perPage, nextPageToken", "|".join(said[name]))
    return per_page(said), start(what)


def start(what: str) -> Place | None:
    """Where the page begins that this request asks for."""
    token = request.args.get(TOKEN)
    if token is None:
        return None
    place = paging.unseal(token, _question(what), reader(), now())
    with reading() as session:
        paging.refuse_ended(session, token)
    return place


def with_next(answer: Response, what: str, following: Place | None) -> Response:
    """The answer with the link to the page that follows, if one does."""
    if following is not None:
        token, until = paging.seal(following, _question(what), reader(), now())
        said = [(n, v) for n, v in request.args.items(multi=True) if n != TOKEN]
        address = f"{request.host_url.rstrip('/')}{request.path}?{urlencode([*said, (TOKEN, token)])}"
        answer.headers["Link"] = f'<{address}>; rel="next"'
        answer.headers["GS1-Next-Page-Token-Expires"] = time_text(until)
    return answer


def _question(what: str) -> str:
    """A token is good for its question; the size of a page may change."""
    said = sorted((n, v) for n, v in request.args.items(multi=True) if n not in (TOKEN, "perPage"))
    return repr((what, request.path, said, request.headers.get("GS1-Extensions", "")))


def reader() -> str:
    """Who a token is good for."""
    who = actor()
    return repr((who.role.value, who.org_id))


def refuse_parameters() -> None:
    """Nothing can be asked here.

    Raises:
        EpcisException: a parameter came nevertheless.
    """
    for name in request.args:
        raise wrong_parameter(name, "–", request.args[name])
