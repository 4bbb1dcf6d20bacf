"""All simulators behind one Flask application, to be served on loopback.

``POST /control/<marketplace>`` is described in ``control``; a new simulator is one line in ``DIALECTS``.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from marketplaces.simulators.alibaba.dialect import DIALECT as ALIBABA
from marketplaces.simulators.bench import Bench
from marketplaces.simulators.control import LOOPBACK, control
from marketplaces.simulators.dialect import Dialect
from marketplaces.simulators.lazada.dialect import DIALECT as LAZADA
from marketplaces.simulators.play import play
from marketplaces.simulators.sendo.dialect import DIALECT as SENDO
from marketplaces.simulators.shopee.dialect import DIALECT as SHOPEE
from marketplaces.simulators.store import Store
from marketplaces.simulators.tiki.dialect import DIALECT as TIKI
from marketplaces.simulators.tiktok.dialect import DIALECT as TIKTOK
from marketplaces.simulators.viettelpost.server import NAME as VIETTELPOST
from marketplaces.simulators.viettelpost.server import add_viettelpost

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

DIALECTS: tuple[Dialect, ...] = (SHOPEE, LAZADA, TIKTOK, TIKI, SENDO, ALIBABA)
MARKETS = tuple(dialect.market for dialect in DIALECTS)
"""Their names; each has a page of its own at ``/<name>/``."""
SERVERS = (*MARKETS, VIETTELPOST)
"""Whoever can be served by itself: the marketplaces, and the carrier."""
LARGEST_REQUEST = 16_000_000


def create_app(path: Path | None = None) -> Flask:
    """The application; its state lives in the SQLite file ``path``, or in memory without one."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    store = Store(path)
    benches = {dialect.market: (dialect, Bench(dialect.market, store)) for dialect in DIALECTS}
    for dialect, bench in benches.values():
        app.register_blueprint(dialect.blueprint(bench))
        app.register_blueprint(play(dialect, bench))
    app.register_blueprint(control(benches))
    served = {name: bench for name, (_, bench) in benches.items()}
    served[VIETTELPOST] = add_viettelpost(app, store)
    app.before_request(_only_from_here)

    @app.before_request
    def note_call() -> None:
        bench = served.get(request.blueprint or "")
        if bench is not None:
            bench.calls.note(bench.now(), request.method, request.path, request.args)

    @app.get("/")
    def home() -> AnyResponse:
        return redirect(f"/{DIALECTS[0].market}/")

    return app


def at_root(app: Flask, name: str) -> WSGIApplication:
    """The application with one server's paths where they are on its own host.

    Public clients that take a host without a path, or sign the path they call, need this. The control
    door and the pages for people stay where they are.
    """
    kept = {"control", "static", *SERVERS}

    def serve(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.split("/")[1] not in kept:
            environ["PATH_INFO"] = f"/{name}{path}"
        return app(environ, start)

    return serve


def _only_from_here() -> Response | None:
    """Other people's pages in this machine's browser may neither reach nor rename a loopback address."""
    host = urlsplit(f"//{request.host}").hostname
    foreign = request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}
    if host not in LOOPBACK or (foreign and request.method != "GET"):
        return Response("simulators answer on this machine only\n", 403, content_type="text/plain")
    return None
