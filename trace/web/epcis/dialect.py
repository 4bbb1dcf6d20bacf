"""What every address of ``/epcis`` has: versions, content types, OPTIONS, the headers of GS1."""

import re
from typing import Any, Final

from flask import Response, current_app, json, request

from trace.services.epcis.exceptions import EpcisException
from trace.services.epcis.reading import MOST_BYTES, MOST_EVENTS
from trace.web.door import Door
from trace.web.epcis import problems

EPCIS_VERSION: Final = "2.0.1"
CBV_VERSION: Final = "2.0.0"
OLDEST: Final = "2.0.0"
VENDOR: Final = "nongsan-0.1.0"
LONGEST_QUERY: Final = 8_000
TYPES: Final = ("application/json", "application/ld+json")
_BODILESS: Final = ("GET", "HEAD", "OPTIONS", "DELETE")


def door(name: str, import_name: str) -> Door:
    """A door under ``/epcis``; its refusals are the standard's."""
    made = Door(name, import_name, for_programs=True, url_prefix="/epcis")
    made.before_request(negotiate)
    made.after_request(add_headers)
    problems.hang(made)
    return made


def answer(body: Any, status: int = 200) -> Response:
    """JSON under the type the program prefers."""
    best = request.accept_mimetypes.best_match(TYPES, TYPES[0])
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status, content_type=f"{best}; charset=utf-8" if best == TYPES[0] else best)


def negotiate() -> Response | None:
    """Answer OPTIONS; refuse what is asked in a form, a version or a length that is not spoken here.

    Raises:
        EpcisException: NotAcceptableException, UnsupportedMediaTypeException, URITooLongException.
    """
    if request.method == "OPTIONS":
        return _options()
    if len(request.query_string) > LONGEST_QUERY:
        raise EpcisException("URITooLongException", "epcis.uri_too_long", expected=LONGEST_QUERY)
    if request.accept_mimetypes and not _accepts():
        got = str(request.accept_mimetypes)[:80]
        raise EpcisException("NotAcceptableException", "epcis.accept", expected=", ".join(TYPES), got=got)
    if request.method not in _BODILESS and request.mimetype not in TYPES:
        got = request.mimetype[:80] or "–"
        raise EpcisException(
            "UnsupportedMediaTypeException", "epcis.media", expected=", ".join(TYPES), got=got
        )
    _check_versions("EPCIS", EPCIS_VERSION)
    _check_versions("CBV", CBV_VERSION)
    _check_format()
    return None


def _accepts() -> bool:
    return request.accept_mimetypes.best_match((*TYPES, "application/problem+json")) is not None


def _check_versions(family: str, newest: str) -> None:
    """The program's range must meet ours; on the way in, its version must be one of ours."""
    low, high = (request.headers.get(f"GS1-{family}-{end}") for end in ("Min", "Max"))
    said = request.headers.get(f"GS1-{family}-Version")
    fits = (low is None or _parts(low) <= _parts(newest)) and (high is None or _parts(high) >= _parts(OLDEST))
    if said is not None:
        fits = fits and _parts(OLDEST) <= _parts(said) <= _parts(newest)
    if not fits:
        got = "; ".join(filter(None, (said, low, high)))[:80]
        expected = f"{family} {OLDEST}..{newest}"
        raise EpcisException("NotAcceptableException", "epcis.accept", expected=expected, got=got)


def _parts(version: str) -> tuple[int, ...]:
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,4}){0,3}", version.strip(), re.ASCII):
        raise EpcisException("NotAcceptableException", "epcis.accept", expected="2.0.0", got=version[:80])
    numbers = tuple(int(part) for part in version.strip().split("."))
    return numbers + (0,) * (4 - len(numbers))


def _check_format() -> None:
    said = request.headers.get("GS1-EPC-Format", "No_Preference")
    offered = ("No_Preference", "Never_Translates", "Always_GS1_Digital_Link")
    if said not in offered:
        raise EpcisException(
            "NotAcceptableException", "epcis.accept", expected=", ".join(offered), got=said[:80]
        )


def as_links() -> bool:
    """Whether the program wants every EPC as a Digital Link."""
    return request.headers.get("GS1-EPC-Format") == "Always_GS1_Digital_Link"


def extensions() -> dict[str, str]:
    """The prefixes that a program explains, for names of fields: ``GS1-Extensions: ex=https://ex.org/,…``."""
    parts = (part.strip().partition("=") for part in request.headers.get("GS1-Extensions", "").split(","))
    return {prefix: uri for prefix, _, uri in parts if prefix and uri}


def _options() -> Response:
    allowed = current_app.url_map.bind_to_environ(request.environ).allowed_methods()
    return Response(status=204, headers={"Allow": ", ".join(sorted(allowed))})


def add_headers(response: Response) -> Response:
    """Which versions are spoken, and how much is taken at once."""
    headers = response.headers
    headers["GS1-EPCIS-Version"], headers["GS1-CBV-Version"] = EPCIS_VERSION, CBV_VERSION
    headers["GS1-EPCIS-Min"], headers["GS1-EPCIS-Max"] = OLDEST, EPCIS_VERSION
    headers["GS1-CBV-Min"], headers["GS1-CBV-Max"] = CBV_VERSION, CBV_VERSION
    headers["GS1-EPC-Format"] = "Always_GS1_Digital_Link" if as_links() else "Never_Translates"
    headers["GS1-Vendor-Version"] = VENDOR
    headers["GS1-EPCIS-Capture-Limit"] = str(MOST_EVENTS)
    headers["GS1-EPCIS-Capture-File-Size-Limit"] = str(MOST_BYTES)
    return response
