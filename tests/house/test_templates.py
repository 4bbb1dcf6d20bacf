"""Every template can be read: what a merge left behind in one shows here, not to whoever opens the page."""

from pathlib import Path

from jinja2 import Environment

import nongsan

TEMPLATES = Path(nongsan.ROOT) / "trace" / "web" / "templates"


def test_every_template_is_whole() -> None:
    found = sorted(TEMPLATES.rglob("*.html"))
    assert len(found) > 100
    for path in found:
        Environment(autoescape=True).parse(path.read_text(encoding="utf-8"), filename=str(path))
