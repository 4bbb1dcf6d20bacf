"""Kinds of files: what is in them, the same bytes for the same job, and archives any reader opens."""

import hashlib
import io
import re
import zipfile
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from labels.design import serial_text, typed
from labels.errors import BadJob, NeedsRoll
from labels.formats import FORMATS, format_named
from labels.job import PrintJob
from labels.png import png_pages
from labels.zipped import zip_chunks
from tests.labels.readers import READERS
from tests.labels.stamps import FIRST, ROLL, SHEET, job, random_codes, urls

NS = {"s": "http://www.w3.org/2000/svg"}
EVERY = [
    (name, changes)
    for name in FORMATS
    for changes in ({"stock": ROLL}, {"stock": SHEET, "compress": True}, {"stock": ROLL, "printer_qr": True})
    if changes["stock"] is ROLL or not FORMATS[name].rolls_only
]


def made(name: str, a_job: PrintJob) -> bytes:
    return b"".join(format_named(name).chunks(a_job))


def opened(data: bytes) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    return archive


@pytest.mark.parametrize(("name", "changes"), EVERY)
def test_the_same_job_gives_the_same_bytes(name: str, changes) -> None:
    sums = {hashlib.sha256(made(name, job(70, **changes))).hexdigest() for _ in range(2)}
    assert len(sums) == 1


@pytest.mark.parametrize("name", FORMATS)
def test_a_job_that_cannot_be_printed_is_refused_by_the_check(name: str) -> None:
    format_named(name).check(job(1, stock=ROLL))
    with pytest.raises(BadJob):
        format_named(name).check(job(1, stock=ROLL, start_cell=2))


@pytest.mark.parametrize("name", FORMATS)
def test_only_printers_languages_refuse_sheets(name: str) -> None:
    if FORMATS[name].rolls_only:
        with pytest.raises(NeedsRoll):
            format_named(name).check(job(1))
    else:
        format_named(name).check(job(1))


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadJob) as refusal:
        format_named("docx")
    assert refusal.value.params["max"] == "pdf, png, svg, zpl, tspl"


def test_png_archive_holds_every_page_in_order() -> None:
    a_job = job(70, start_cell=60)
    archive = opened(made("png", a_job))
    assert archive.namelist() == ["0001.png", "0002.png"]
    assert [archive.read(name) for name in archive.namelist()] == list(png_pages(a_job))


@pytest.mark.parametrize("reader", READERS)
def test_svg_archive_holds_every_stamp_by_its_number(reader) -> None:
    archive = opened(made("svg", job(70, start_cell=60)))
    assert archive.namelist() == [f"{number:06}.svg" for number in range(FIRST, FIRST + 70)]
    codes = random_codes(70)
    for number in (0, 5, 69):
        root = ET.fromstring(archive.read(archive.namelist()[number]))
        assert str(root.findtext("s:title", None, NS)).endswith(typed(codes[number].tobytes().decode()))
        picture = np.kron(np.pad(~symbol(root), 4, constant_values=True), np.ones((5, 5), bool))
        assert reader(picture * np.uint8(255)) == {urls(70)[number]}


def symbol(root: ET.Element) -> np.ndarray:
    path = next(p for p in root.iterfind(".//s:path", NS) if p.get("shape-rendering"))
    modules = np.zeros((25, 25), bool)
    for x, y, run in re.findall(r"M(\d+) (\d+)h(\d+)v1H\1z", str(path.get("d"))):
        modules[int(y), int(x) : int(x) + int(run)] = True
    return modules


def test_svg_stamps_differ_in_symbol_number_and_code_alone() -> None:
    archive = opened(made("svg", job(2)))
    first, second = (archive.read(name).decode() for name in archive.namelist())
    _, layout = job(2).prepared()
    shared = first[first.index("<rect") : first.index("<path shape-rendering")]
    assert shared in second
    numbers = [serial_text(layout.serial.text, FIRST + number) for number in range(2)]
    assert first.count("<path") - second.count("<path") == letters(numbers[0]) - letters(numbers[1])


def letters(text: str) -> int:
    return len(text.replace(" ", ""))


def test_an_archive_of_more_files_than_sixteen_bits_count_is_whole() -> None:
    files = ((f"{number}.txt", b"%d" % number) for number in range(70_000))
    archive = opened(b"".join(zip_chunks(files)))
    assert len(archive.namelist()) == 70_000
    assert archive.read("69999.txt") == b"69999"


def test_a_file_that_begins_far_into_an_archive_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond 4 GB an entry points to its file by a wide field; here "beyond" begins sooner."""
    monkeypatch.setattr("labels.zipped.MOST_BYTES", 1000)
    files = [(f"{number}.bin", bytes([number]) * 400) for number in range(5)]
    archive = opened(b"".join(zip_chunks(files)))
    assert [(name, archive.read(name)) for name in archive.namelist()] == files
    assert [len(archive.getinfo(name).extra) for name, _ in files] == [0, 0, 0, 12, 12]


def test_a_packed_file_unpacks_to_what_went_in() -> None:
    data = b"<svg/>" * 1000
    archive = opened(b"".join(zip_chunks([("a.svg", data)], deflate=True)))
    info = archive.getinfo("a.svg")
    assert archive.read("a.svg") == data
    assert info.compress_size < 100
    assert info.date_time == (1980, 1, 1, 0, 0, 0)


def test_a_page_of_a_roll_is_drawn_at_the_jobs_resolution() -> None:
    archive = opened(made("png", job(1, stock=ROLL, dpi=300.0)))
    image = Image.open(io.BytesIO(archive.read("0001.png")))
    assert image.size == (591, 354)
