"""The style sheets of a face as one file: one request instead of four, named by what is in it and so kept for
a year. The sheets stay apart on disk (``static``), where each has its subject.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from flask import Flask, Response, abort, current_app, url_for

from trace.web.door import Door, Open

A_YEAR = 31_536_000
_BASE = ("tokens.css", "components.css", "faces.css")
FACES: Mapping[str, tuple[str, ...]] = {
    "working": (*_BASE, "working.css"),
    "field": (*_BASE, "working.css", "lots.css"),
    "board": (*_BASE, "working.css", "office.css", "board.css"),
    "buyers": (*_BASE, "story.css"),
}
"""What people who are signed in see, those who bring lots, the office on its first page, and anybody; in the
order in which rules override."""

door = Door("styles", __name__, url_prefix="/static")


@door.page("/<face>-<mark>.css", Open.PUBLIC)
def sheet(face: str, mark: str) -> Response:
    """The sheets of a face. Under another release's mark they are found as well, but not kept: a page of
    before a release asks once more for what there is now.
    """
    if face not in FACES:
        abort(404)
    text, own = _joined(_folder(), face)
    answer = Response(text, content_type="text/css; charset=utf-8")
    answer.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable" if mark == own else "no-cache"
    return answer


def address(face: str) -> str:
    """Where the sheets of a face are, as they stand in this release."""
    return url_for("styles.sheet", face=face, mark=_joined(_folder(), face)[1])


def _folder() -> Path:
    return Path(current_app.static_folder or "")


@cache
def _joined(folder: Path, face: str) -> tuple[str, str]:
    """The text and its mark; asked once a process, which serves one release."""
    text = "".join((folder / name).read_text(encoding="utf-8") for name in FACES[face])
    return text, hashlib.sha256(text.encode()).hexdigest()[:16]


def prepare(app: Flask) -> None:
    """Let templates name a face's sheets."""
    app.jinja_env.globals["face_style"] = address
