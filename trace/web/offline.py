"""What a cooperative's phone needs without a network: the worker that keeps pages, the list of what waits,
leave to send it. The queue itself lives in the browser (``static/offline``); its forms are the pages' own.
"""

import hashlib
import json
from functools import cache
from pathlib import Path

from flask import Flask, Response, current_app, jsonify, render_template, request, url_for
from flask_wtf.csrf import generate_csrf

from trace.services.admission import Act
from trace.texts.catalogs import t
from trace.web import styles
from trace.web.door import Door, Open
from trace.web.once import QUEUED
from trace.web.page_tools import request_is_demo
from trace.web.visitor import account, face_language, now

door = Door("offline", __name__, url_prefix="/htx")

PAGES = ("/htx", "/htx/lo/moi", "/htx/nhat-ky/moi", "/htx/tem/kich-hoat", "/htx/chua-gui")
"""What opens without a network; the last stands for every other page."""
FACES = ("working", "field")
"""Whose sheets those pages wear."""
ICONS = ((192, "any"), (512, "any"), (512, "maskable"))
_PARTS = ("*.css", "*.svg", "*.js", "offline/*.js", "fonts/*.woff2", "vendor/**/*.js", "vendor/**/*.wasm")
_JOINED = {name for names in styles.FACES.values() for name in names}
"""Sheets that no page asks for by themselves."""
_HEAVY = "vendor/"
"""A megabyte: kept after the pages, so that on a bad network they do not wait for it."""


@door.page("/trong-may.js", Open.PUBLIC)
def worker() -> Response:
    """The service worker of all pages under ``/htx``: another text, and so another version, whenever a
    static file changes.
    """
    folder = Path(current_app.static_folder or "")
    names, version = _parts(folder)
    told = {
        "VERSION": version,
        "SHEETS": [styles.address(face) for face in FACES],
        "PARTS": [url_for("static", filename=name) for name in names if not name.startswith(_HEAVY)],
        "HEAVY": [url_for("static", filename=name) for name in names if name.startswith(_HEAVY)],
        "PAGES": PAGES,
    }
    head = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in told.items())
    text = head + (folder / "offline/worker.js").read_text(encoding="utf-8")
    answer = Response(text, content_type="text/javascript; charset=utf-8")
    answer.headers["Service-Worker-Allowed"] = "/htx"
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@cache
def _parts(folder: Path) -> tuple[list[str], str]:
    """The static files and one mark of all of them; asked once a process, which serves one release."""
    files = sorted({path for pattern in _PARTS for path in folder.glob(pattern)})
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.read_bytes())
    return [
        path.relative_to(folder).as_posix() for path in files if path.name not in _JOINED
    ], digest.hexdigest()[:16]


@door.page("/ung-dung.webmanifest", Open.PUBLIC)
def manifest() -> Response:
    """What a phone asks before it puts the program among its apps (W3C Web Application Manifest)."""
    lang = face_language()
    name = f"nongsan ({t(lang, 'offline.demo')})" if request_is_demo() else "nongsan"
    icons = [
        {
            "src": url_for("static", filename=f"app-{'mask' if purpose == 'maskable' else size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for size, purpose in ICONS
    ]
    told = {
        "id": "/htx",
        "name": name,
        "short_name": "nongsan",
        "description": t(lang, "offline.about"),
        "lang": lang,
        "start_url": "/htx",
        "scope": "/htx",
        "display": "standalone",
        "background_color": "#FBF7EF",
        "theme_color": "#FBF7EF",
        "icons": icons,
    }
    answer = jsonify(told)
    answer.content_type = "application/manifest+json"
    return answer


@door.page("/chua-gui", Act.VIEW_FARM)
def waiting() -> str:
    """The list of what waits on this device: empty here, filled there."""
    return render_template("cooperative/offline/waiting.html")


@door.page("/chua-gui/dau", Open.SIGNED_IN)
def leave() -> Response:
    """Leave to send what waits: whose session this is, its forms' mark, and the time here."""
    who = account()
    told = {"account": str(who.id) if who else "", "mark": generate_csrf(), "now": now().isoformat()}
    return jsonify(told)


def tell_where(response: Response) -> Response:
    """Answer a queue where its act leads; what is to be said there waits for whoever opens that page."""
    if request.headers.get(QUEUED) and response.status_code in {302, 303}:
        response.set_data(json.dumps({"to": response.headers.pop("Location")}))
        response.content_type, response.status_code = "application/json", 200
        response.headers[QUEUED] = "done"
    return response


def prepare(app: Flask) -> None:
    """Hang the answer to queues into the app."""
    app.after_request(tell_where)
