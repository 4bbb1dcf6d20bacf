"""The first and the last stamp read by a phone's camera, which looks at a real print."""

import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from PIL import Image, ImageOps
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ARGUMENTS, PATIENCE_MS, PHONE, Devices, chromium_path, sign_in
from tests.browser.flips import LIST, keeps_pages
from tests.browser.house import Stand
from tests.browser.paper import codes_on
from trace.standards.local_time import local_day

pytestmark = pytest.mark.browser

BY_CODES = "/htx/tem/kich-hoat"
FRAMES = 12
SIGHT = (640, 480)
DAYS = count(30)
Sighted = tuple[Page, str, str]
"""A phone, a lot and the code on the stamp its camera looks at."""


def released(page: Page, stand: Stand) -> str:
    """A packed lot of a day of its own that was let out; its name in addresses."""
    page.goto(f"{stand.web}/htx/lo/moi")
    page.fill("[name=weight_g]", "40")
    page.check("[name=when][value=other]")
    day = local_day(datetime.now(UTC)) - timedelta(days=next(DAYS))
    page.fill("[name=other_day]", f"{day:%d/%m/%Y}")
    page.select_option("[name=product]", index=1)
    page.fill("[name=boxes]", "20")
    page.click("main button.primary")
    page.click("form[action$='/luu-thong'] button")
    expect(page.locator("h1 + p")).to_contain_text("được lưu thông")
    return page.url.split("?")[0].rsplit("/", 1)[1]


def printed(page: Page, stand: Stand, folder: Path) -> tuple[Path, str]:
    """A roll of one stamp, printed: the file, and the address on it."""
    folder.mkdir()
    page.goto(f"{stand.web}/htx/tem/moi?kind=roll")
    page.fill("form [name=count]", "1")
    page.select_option("form [name=product]", index=1)
    page.click("main button.primary")
    page.click("a[href^='/htx/in/']")
    page.click("main button.primary")
    with page.expect_download() as waiting:
        page.click("a[download]")
    pdf = folder / "stamp.pdf"
    waiting.value.save_as(pdf)
    (code,) = codes_on(pdf, folder)
    return pdf, code


def film(pdf: Path, folder: Path) -> Path:
    """What a camera sees of the paper, held before it: the print on grey, as a film of still pictures."""
    subprocess.run(
        ["pdftoppm", "-r", "200", "-gray", str(pdf), str(folder / "sight")], check=True, timeout=60
    )
    paper = Image.open(next(iter(folder.glob("sight*.pgm"))))
    stamp = paper.crop(ImageOps.invert(paper).getbbox())
    stamp = ImageOps.contain(ImageOps.expand(stamp, 24, 255), (SIGHT[0] - 80, SIGHT[1] - 60)).rotate(
        4, expand=False, fillcolor=255
    )
    sight = Image.new("L", SIGHT, 150)
    sight.paste(stamp, ((SIGHT[0] - stamp.width) // 2, (SIGHT[1] - stamp.height) // 2))
    still, made = folder / "still.jpg", folder / "film.mjpeg"
    sight.convert("RGB").save(still, quality=85)
    made.write_bytes(still.read_bytes() * FRAMES)
    return made


@pytest.fixture
def sighted(chromium: Browser, devices: Devices, stand: Stand, tmp_path: Path) -> Iterator[Sighted]:
    desk = sign_in(devices.new(java_script_enabled=False), stand, "coop_manager")
    lot = released(desk, stand)
    pdf, code = printed(desk, stand, tmp_path / "print")
    camera = [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film(pdf, tmp_path / 'print')}",
    ]
    other = chromium.browser_type.launch(executable_path=chromium_path(), args=[*ARGUMENTS, *camera])
    phone = Devices(other).new(works_alone=True, viewport=PHONE)
    phone.set_default_timeout(PATIENCE_MS)
    yield sign_in(phone, stand, "coop_manager"), lot, code.rsplit("/", 1)[1].upper()
    other.close()


def scan_both(page: Page, code: str) -> None:
    """Both buttons, one after the other; the paper holds one stamp, which is the first and the last."""
    for name in ("first_code", "last_code"):
        page.click(f"[data-scans=f-{name}]")
        expect(page.locator(f"[name={name}]")).to_have_value(code)
        expect(page.locator("#may-anh")).to_be_hidden()


def test_stamps_are_activated_from_what_the_camera_reads(sighted: Sighted, stand: Stand) -> None:
    page, lot, code = sighted
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{stand.web}{BY_CODES}?lot={lot}")
    scan_both(page, code)
    page.click("form[data-offline] button.primary")
    page.click("form:has([name=step]) button.primary")
    expect(page.locator(".notice.ok")).to_contain_text("1 tem")
    assert said == []


def test_stamps_are_scanned_where_there_is_no_network_and_activated_when_it_is_back(
    sighted: Sighted, stand: Stand
) -> None:
    page, lot, code = sighted
    keeps_pages(page, stand)
    page.context.set_offline(True)
    page.goto(f"{stand.web}{BY_CODES}")
    page.select_option("[name=lot]", lot)
    scan_both(page, code)
    page.click("form[data-offline] button.primary")
    expect(page.locator("#chua-gui li[data-state=waiting]")).to_contain_text([re.compile(code)])
    page.context.set_offline(False)
    page.goto(stand.web + LIST)
    page.click("#chua-gui li[data-state=sent] [data-look]")
    page.goto(f"{stand.web}/{code}?lang=vi")
    expect(page.locator("h1")).to_contain_text(re.compile("tem hợp lệ", re.IGNORECASE))


def test_without_leave_to_use_the_camera_the_code_is_typed(devices: Devices, stand: Stand) -> None:
    page = sign_in(devices.new(), stand, "coop_manager")
    released(page, stand)
    page.goto(f"{stand.web}{BY_CODES}")
    page.click("[data-scans=f-first_code]")
    expect(page.locator("#may-anh p")).to_contain_text("gõ mã in dưới mã vuông")
    page.fill("[name=first_code]", "XXXX")
