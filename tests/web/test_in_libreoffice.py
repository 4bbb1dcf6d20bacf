"""The office's sheets as LibreOffice reads them: a program of its own, installed by ``make soak`` alone."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient

from tests.web.test_same_in_every_form import addresses, office  # noqa: F401 -- a fixture

SHEET = "xlsx:Calc MS Excel 2007 XML"
PATIENCE_S = 300


@pytest.mark.soak
def test_libreoffice_reads_every_cell_as_it_was_written(
    office: FlaskClient,  # noqa: F811
    tmp_path: Path,
) -> None:
    """It opens each file and writes it anew; what it wrote holds the same values in the same cells."""
    program = shutil.which("soffice")
    assert program, "LibreOffice is missing: make soak installs libreoffice-calc-nogui"
    files, there = [], tmp_path / "there"
    for number, address in enumerate(addresses(office)):
        answer = office.get(address.format("xlsx"))
        if answer.status_code == 404:
            continue  # a figure without rows behind it
        files.append(tmp_path / f"{number}.xlsx")
        files[-1].write_bytes(answer.data)
    home = f"-env:UserInstallation={(tmp_path / 'home').as_uri()}"
    line = [program, home, "--headless", "--convert-to", SHEET, "--outdir", str(there), *map(str, files)]
    subprocess.run(line, check=True, capture_output=True, timeout=PATIENCE_S)
    assert sum(len(cells(file)) for file in files) > 1_000
    for file in files:
        assert cells(there / file.name) == cells(file), file.name


def cells(file: Path) -> list[Any]:
    (sheet,) = openpyxl.load_workbook(file).worksheets
    return [cell.value for row in sheet.iter_rows() for cell in row if cell.value not in (None, "")]
