"""Which language a consumer reads, and that another one needs a folder of catalogs and nothing else."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po, write_po
from flask import Flask

from tests.web.consumers import Stamps, settle, stamps, visitor
from trace.texts.languages import LANGUAGES, TABLE

__all__ = ["stamps"]
ROOT = Path(__file__).parents[2]
HANGUL = "가"
CONSUMERS = ("consumer", "errors", "formats", "links", "places", "products", "stamp", "verdict")


@pytest.mark.parametrize(
    ("said", "lang"),
    [
        ("", "vi"),
        ("*", "vi"),
        ("vi-VN,vi;q=0.9,en;q=0.8", "vi"),
        ("en-GB,en;q=0.9", "en"),
        ("en;q=0.5,ja;q=0.8", "ja"),
        ("zh-TW,zh;q=0.9", "zh-Hans"),
        ("zh-Hans-CN", "zh-Hans"),
        ("ZH_hk", "zh-Hans"),
        ("fr-FR,ja;q=0.4", "ja"),
        ("fr-FR,fr;q=0.9", "en"),
        ("de,*;q=0.5", "en"),
        ("vi;q=0,en", "en"),
        ("en;q=0,de", "en"),
        ("ja;q=0,*", "vi"),
        ("ja;q=oops,;;,en", "en"),
    ],
)
def test_a_browser_is_answered_in_what_it_reads_best(
    app: Flask, stamps: Stamps, said: str, lang: str
) -> None:
    for path in ("/", f"/{stamps.code(0)}", f"/lo/{stamps.lot.public_id}"):
        page = visitor(app).get(path, headers={"Accept-Language": said} if said else {}).text
        assert f'<html lang="{lang}">' in page, path
    settle(app)


def test_every_language_is_one_plain_link_away_and_spoken_in_itself(app: Flask, stamps: Stamps) -> None:
    for path in ("/", f"/{stamps.code(0)}", f"/lo/{stamps.lot.public_id}"):
        page = visitor(app).get(path, headers={"Accept-Language": "en"}).text
        for code in LANGUAGES:
            row = TABLE[code]
            assert f'<a href="?lang={code}" lang="{row.tag}" hreflang="{row.tag}"' in page, path
            assert f">{row.short}</a>" in page, path
        assert page.count('aria-current="true"') == 1, path
    settle(app)


def say_it_in_hangul(source: Path, target: Path) -> None:
    """A catalog whose every text is led by a syllable of Hangul: what is not translated is seen at once."""
    for name in CONSUMERS:
        with (source / f"{name}.po").open("rb") as stream:
            texts = read_po(stream)
        for text in texts:
            if text.id and name != "formats":
                forms = text.string if isinstance(text.string, list | tuple) else [text.string]
                said = [f"{HANGUL} {form}" for form in forms]
                text.string = said if isinstance(text.id, list | tuple) else said[0]
        with (target / f"{name}.po").open("wb") as stream:
            write_po(stream, texts)


ASK = """
import json, sys, tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests import stamped, world
from tests.web.consumers import activate, make_stamps, settle
from trace.app import create_app
from trace.commands.founding import found_instance
from trace.settings import Settings
from trace.texts.languages import LANGUAGES

folder = Path(sys.argv[1])
settings = Settings(instance=folder, public_url="http://127.0.0.1:5000")
found_instance(settings)
made = make_stamps(folder / "keys", datetime.now(UTC))
activate(made, datetime.now(UTC))
app = create_app(settings)
client = app.test_client()
paths = {
    "verdict": f"/{made.code(0)}",
    "missing": "/0000000000000000000",
    "lot": f"/lo/{made.lot.public_id}",
    "product": f"/sp/{made.coop.product.public_id}",
    "start": "/",
}
reads = {"Accept-Language": "ko-KR,ko;q=0.9"}
told = {name: client.get(path, headers=reads).text for name, path in paths.items()}
settle(app)
print(json.dumps({"languages": LANGUAGES, "pages": told}))
"""


@pytest.fixture(scope="module")
def in_korean(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The public pages of a copy of the program, in which nothing is new but a folder of Korean catalogs."""
    place = tmp_path_factory.mktemp("korean")
    for room in ("trace", "marketplaces", "labels", "tests"):
        shutil.copytree(ROOT / room, place / room, ignore=shutil.ignore_patterns("__pycache__", "vendor"))
    (place / "trace/texts/ko").mkdir()
    say_it_in_hangul(ROOT / "trace/texts/en", place / "trace/texts/ko")
    line = [sys.executable, "-c", ASK, str(place / "instance")]
    found = subprocess.run(line, cwd=place, capture_output=True, text=True, timeout=240, check=False)
    assert found.returncode == 0, found.stderr[-3000:]
    told = json.loads(found.stdout.strip().splitlines()[-1])
    assert told["languages"] == [*LANGUAGES, "ko"]
    return dict(told["pages"])


def test_a_folder_of_catalogs_is_all_that_another_language_needs(in_korean: dict[str, str]) -> None:
    for name, page in in_korean.items():
        assert '<html lang="ko">' in page, name
        assert '<a href="?lang=ko" lang="ko" hreflang="ko" aria-current="true">한국어</a>' in page, name
    assert f"{HANGUL} Valid stamp, first check" in in_korean["verdict"]
    for name in ("lot", "product"):
        assert 'rel="alternate" hreflang="ko"' in in_korean[name]
