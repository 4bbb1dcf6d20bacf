"""Answers that hold no secret travel compressed (gzip): on a bad network every kilobyte is waited for.

Only the program's own files and the public pages for reading. A page for somebody signed in, or with a form
whose mark must not be guessed, goes as it is: beside a part of its address that the page repeats, the length
of a compressed page tells an onlooker, guess by guess, what else stands in it (the attack known as BREACH).
"""

import gzip
from functools import lru_cache

from flask import Flask, Response, request

STATIC = "static"
WITHOUT_SECRETS = {STATIC, "consumer.scan", "consumer.find", "consumer.start", "story.lot", "story.product"}
"""What may be compressed, by endpoint."""
COMPRESSIBLE = ("text/", "application/json", "application/wasm", "image/svg+xml", "application/javascript")
LEAST = 860
"""Bytes under which an answer and its headers fill one packet anyway."""
LEVEL = 6
MOST_KEPT = 64


def compress(response: Response) -> Response:
    """The answer in gzip for whoever takes it; kept files are told apart by it (``Vary``)."""
    if request.endpoint not in WITHOUT_SECRETS or response.status_code == 304:
        return response
    response.vary.add("Accept-Encoding")
    if not _may(response):
        return response
    response.direct_passthrough = False
    plain = response.get_data()
    if len(plain) < LEAST:
        return response
    shrink = _kept if request.endpoint == STATIC else _shrunk
    response.set_data(shrink(plain))
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


def _shrunk(plain: bytes) -> bytes:
    return gzip.compress(plain, LEVEL, mtime=0)


_kept = lru_cache(maxsize=MOST_KEPT)(_shrunk)
"""Files are few and do not change while the program runs: each is compressed once a process."""


def prepare(app: Flask) -> None:
    """Hang the compression into the app."""
    app.after_request(compress)
