"""Stamps as SVG: sound, the very modules, every stamp by its number; a sheet's cells in their uses."""

import re
from collections import Counter
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from labels.errors import BadJob
from labels.svg import sheet_svg, stamp_svg
from tests.labels.readers import zxing
from tests.labels.stamps import DEMO, ROLL, SHEET, TEXTS, job, random_codes, urls

NS = {"s": "http://www.w3.org/2000/svg"}


def test_a_preview_holds_the_symbol_that_will_be_printed() -> None:
    a_job = job(1, stock=ROLL)
    root = ET.fromstring(stamp_svg(a_job))
    path = next(p for p in root.iterfind(".//s:path", NS) if p.get("shape-rendering"))
    modules = np.zeros((25, 25), bool)
    for x, y, run in re.findall(r"M(\d+) (\d+)h(\d+)v1H\1z", str(path.get("d"))):
        modules[int(y), int(x) : int(x) + int(run)] = True
    assert np.array_equal(modules, a_job.prepared()[0].modules(random_codes(1))[0])
    picture = np.kron(np.pad(~modules, 4, constant_values=True), np.ones((5, 5), bool)) * np.uint8(255)
    assert zxing(picture) == set(urls(1))


def test_a_preview_is_in_true_millimetres_and_has_a_name() -> None:
    root = ET.fromstring(stamp_svg(job(1, texts=replace(TEXTS, product="Ổi <Thanh Hà> & bưởi", demo=DEMO))))
    assert (root.get("width"), root.get("viewBox")) == ("38.1mm", "0 0 38.1 21.2")
    assert str(root.findtext("s:title", None, NS)).startswith("Ổi <Thanh Hà> & bưởi, ")
    assert len(root.findall(".//s:polygon", NS)) == 4
    assert [g for g in root.iterfind(".//s:g", NS) if g.get("fill") == "#fff"]


def test_a_sheet_shows_used_start_printed_and_free_cells() -> None:
    root = ET.fromstring(sheet_svg(SHEET, 3, 10, "Tờ đầu"))
    cells = root.findall("s:rect", NS)
    uses = Counter(cell.get("class") for cell in cells)
    assert uses == {"used": 2, "start": 1, "print": 9, "free": 53}
    assert cells[2].get("class") == "start"
    assert cells[2].get("data-cell") == "3"


def test_a_sheet_without_that_cell_is_refused() -> None:
    with pytest.raises(BadJob):
        sheet_svg(SHEET, 66, 1, "")
