"""Answers that hold no secret travel compressed (gzip): on a bad network every kilobyte is waited for.

The program's own files, the public pages for reading, and working pages asked without a question. Beside a
part of its address that a page repeats, the length of a compressed page tells an onlooker, guess by guess,
what else stands in it (the attack known as BREACH). So a working page, which may hold the mark of a form, is
only compressed where its address asks nothing: whoever lures somebody there can have nothing repeated.
Against what they may have had stored before, its length is blurred as well (Palacios et al., "HTB: Heal the
BREACH", 2022; Django does the same).
"""

import gzip
import io
import secrets
from functools import lru_cache

from flask import Flask, Response, request

FILES = {"static", "styles.sheet"}
WITHOUT_SECRETS = FILES | {"consumer.scan", "consumer.find", "consumer.start", "story.lot", "story.product"}
"""What may be compressed, by endpoint."""
COMPRESSIBLE = ("text/", "application/json", "application/wasm", "image/svg+xml", "application/javascript")
LEAST = 860
"""Bytes under which an answer and its headers fill one packet anyway."""
LEVEL = 6
MOST_KEPT = 64
BLUR = 100
"""Most bytes by which the length of a working page is blurred."""


def compress(response: Response) -> Response:
    """The answer in gzip for whoever takes it; kept files are told apart by it (``Vary``)."""
    if not (request.endpoint in WITHOUT_SECRETS or _repeats_nothing(response)) or response.status_code == 304:
        return response
    response.vary.add("Accept-Encoding")
    if not _may(response):
        return response
    response.direct_passthrough = False
    plain = response.get_data()
    if len(plain) < LEAST:
        return response
    response.set_data(_kept(plain) if request.endpoint in FILES else _shrunk(plain, _blur()))
    response.headers["Content-Encoding"] = "gzip"
    response.headers.pop("Accept-Ranges", None)
    etag, _ = response.get_etag()
    if etag is not None:
        response.set_etag(etag, weak=True)  # the same file, other bytes (RFC 9110, 8.8.3.3)
    return response


def _may(response: Response) -> bool:
    takes = request.accept_encodings.quality("gzip") > 0 and "Content-Encoding" not in response.headers
    is_whole = request.method == "GET" and response.status_code != 206
    return takes and is_whole and (response.content_type or "").startswith(COMPRESSIBLE)


def _repeats_nothing(response: Response) -> bool:
    """Whether this is a page found and shown whole, at an address without a question."""
    return response.status_code == 200 and not request.query_string and response.mimetype == "text/html"


def _blur() -> str:
    """A file name of random length, which gzip lets stand before the data (RFC 1952, FNAME)."""
    return "" if request.endpoint in WITHOUT_SECRETS else "x" * (1 + secrets.randbelow(BLUR))


def _shrunk(plain: bytes, name: str = "") -> bytes:
    out = io.BytesIO()
    with gzip.GzipFile(name, "wb", LEVEL, out, mtime=0) as file:
        file.write(plain)
    return out.getvalue()


_kept = lru_cache(maxsize=MOST_KEPT)(_shrunk)
"""Files are few and do not change while the program runs: each is compressed once a process."""


def prepare(app: Flask) -> None:
    """Hang the compression into the app."""
    app.after_request(compress)
