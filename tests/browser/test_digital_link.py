"""A printed GS1 Digital Link, from paper to page: drawn by the program, read by two readers, followed."""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page

from nongsan import ROOT
from tests.browser.conftest import Devices
from tests.browser.house import Stand
from tests.browser.looking import WIDTH
from tests.browser.rest import EXPORT
from tests.labels.readers import zbar, zxing

pytestmark = pytest.mark.browser

DPI = 300
BLOCK = """SELECT b.public_id, l.code FROM stamp_block b JOIN product p ON p.id = b.product_id
JOIN lot l ON l.id = b.lot_id WHERE p.gtin IS NOT NULL AND l.state = 'released' ORDER BY b.count LIMIT 1"""


def printed(stand: Stand, folder: Path) -> tuple[set[str], str]:
    """What the readers find on the first export label of a block, and its lot's code."""
    instance = stand.folder / "demo"
    with sqlite3.connect(f"file:{instance / 'nongsan.sqlite3'}?mode=ro", uri=True) as base:
        block, lot = base.execute(BLOCK).fetchone()
    out = folder / "thung.pdf"
    line = [
        sys.executable,
        f"{ROOT}/nongsan.py",
        "labels",
        "print",
        block,
        "--as",
        stand.account("coop_manager")[0],
    ]
    line += ["--design", EXPORT, "--stock", "roll-100x70", "--format", "pdf", "--out", str(out)]
    env = {**os.environ, "NONGSAN_INSTANCE": str(instance), "NONGSAN_PUBLIC_URL": stand.web}
    done = subprocess.run(line, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    tool = shutil.which("pdftoppm")
    assert tool, "pdftoppm is missing: apt-get install -y poppler-utils"
    one = [tool, "-r", str(DPI), "-gray", "-singlefile", str(out), str(folder / "nhan")]
    subprocess.run(one, check=True, timeout=60)
    picture = np.asarray(Image.open(folder / "nhan.pgm"))
    found = zxing(picture)
    assert found == zbar(picture)
    return found, lot


@pytest.fixture(scope="module")
def label(season: Stand, tmp_path_factory: pytest.TempPathFactory) -> tuple[set[str], str]:
    return printed(season, tmp_path_factory.mktemp("label"))


def path_of(address: str) -> str:
    """The path of a printed address, whose host is in capitals."""
    return urlsplit(address).path


def opened(page: Page, stand: Stand, path: str) -> str:
    answer = page.goto(stand.web + path)
    assert answer is not None
    assert answer.status == 200
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH
    return page.inner_text("main")


def test_a_printed_link_leads_to_its_lot(
    season: Stand, devices: Devices, label: tuple[set[str], str]
) -> None:
    found, lot = label
    links = [one for one in found if "/01/" in one]
    assert len(links) == 1
    page = devices.new()
    text = opened(page, season, path_of(links[0]))
    assert urlsplit(page.url).path.startswith("/lo/")
    assert lot in text


def test_a_printed_code_as_the_links_serial_leads_to_the_same_verdict(
    season: Stand, devices: Devices, label: tuple[set[str], str]
) -> None:
    found, _lot = label
    link = next(one for one in found if "/01/" in one)
    code = next(path_of(one) for one in found if "/01/" not in one)
    page = devices.new()
    opened(page, season, f"{path_of(link)}/21{code}")
    assert urlsplit(page.url).path == code


@pytest.mark.parametrize("lang", ["vi", "en", "ja", "zh"])
def test_a_link_to_an_unknown_lot_says_so_on_a_phone(
    season: Stand, devices: Devices, label: tuple[set[str], str], lang: str
) -> None:
    gtin = path_of(next(one for one in label[0] if "/01/" in one)).split("/")[2]
    page = devices.new()
    for path in (f"/01/{gtin}/10/KHONG-CO?lang={lang}", f"/01/{gtin}?linkType=all&lang={lang}"):
        opened(page, season, path)
    page.goto(f"{season.web}/01/{gtin}/10/KHONG-CO?lang={lang}")
    assert "KHONG-CO" in page.inner_text(".notice")
