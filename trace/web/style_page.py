"""``/giao-dien``: every colour, sign and part that pages are made of, drawn once each, in light or dark."""

import re
from functools import cache
from pathlib import Path
from typing import Final

from flask import current_app, render_template, request

from trace.web.door import Door, Open

door = Door("style_page", __name__, url_prefix="/giao-dien")

THEMES: Final = {"sang": "light", "toi": "dark"}
_TOKEN: Final = re.compile(r"--([a-z0-9-]+):#[0-9A-Fa-f]{6}\b")
_SIGN: Final = re.compile(r'<symbol id="([a-z]+)"')


@door.page("", Open.PUBLIC)
def index() -> str:
    """The page; ``nen`` forces light or dark, which else follows the device."""
    colours, signs = _drawn(Path(current_app.static_folder or ""))
    theme = THEMES.get(request.args.get("nen", ""), "")
    return render_template("style.html", colours=colours, signs=signs, theme=theme, themes=THEMES)


@cache
def _drawn(folder: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the colours and of the signs, as their own files have them."""
    tokens = (folder / "tokens.css").read_text(encoding="utf-8").partition(":root{")[2].partition("}")[0]
    icons = (folder / "icons.svg").read_text(encoding="utf-8")
    return tuple(_TOKEN.findall(tokens)), tuple(_SIGN.findall(icons))
