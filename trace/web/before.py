"""The few lines of script that must have run before a working page is drawn. They travel in the page, because
on a slow network a file more is a round trip more before anything is seen; the policy lets them run by their
digest (CSP Level 3, 2.3.1), which no other text has.
"""

import base64
import hashlib
from functools import cache
from pathlib import Path

from flask import Flask
from markupsafe import Markup

_FILE = Path(__file__).parent / "templates" / "before.js"


@cache
def _text() -> str:
    return _FILE.read_text(encoding="utf-8")


@cache
def source() -> str:
    """What a policy calls these lines: their digest."""
    digest = hashlib.sha256(_text().encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def prepare(app: Flask) -> None:
    """Let the frame of working pages begin with them."""
    app.jinja_env.globals["before_script"] = Markup(f"<script>{_text()}</script>")  # noqa: S704
