"""The page of parts shows what the style sheets have, all of it."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import nongsan

STATIC = Path(nongsan.ROOT) / "trace/web/static"


def test_every_colour_and_sign_is_shown(client: FlaskClient) -> None:
    page = client.get("/giao-dien").text
    signs = set(re.findall(r'<symbol id="(\w+)"', (STATIC / "icons.svg").read_text(encoding="utf-8")))
    assert signs
    assert all(f"<code>{name}</code>" in page for name in signs)
    light = (STATIC / "tokens.css").read_text(encoding="utf-8").partition(":root{")[2].partition("}")[0]
    colours = set(re.findall(r"--([\w-]+):#", light))
    assert len(colours) > 40
    assert all(f"<code>--{name}</code>" in page for name in colours)


@pytest.mark.parametrize(("asked", "theme"), [("toi", "dark"), ("sang", "light"), ('"><script>', "")])
def test_a_theme_is_forced_by_its_name_alone(client: FlaskClient, asked: str, theme: str) -> None:
    head = client.get("/giao-dien", query_string={"nen": asked}).text.partition("<head>")[0]
    assert ("data-theme" in head) == bool(theme)
    assert theme in head
