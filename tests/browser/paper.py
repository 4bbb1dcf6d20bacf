"""Printed stamps as a reader sees them: a PDF as dots, the dots as codes."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
from PIL import Image

from tests.labels.readers import zbar, zxing

DPI = 300


def codes_on(pdf: Path, folder: Path) -> set[str]:
    """What both readers find on every page at 300 dpi; they must agree."""
    tool = shutil.which("pdftoppm")
    assert tool, "pdftoppm is missing: apt-get install -y poppler-utils"
    subprocess.run([tool, "-r", str(DPI), "-gray", str(pdf), str(folder / "page")], check=True, timeout=60)
    found: set[str] = set()
    for page in sorted(folder.glob("page*.pgm")):
        picture = np.asarray(Image.open(page))
        by_zxing = zxing(picture)
        assert by_zxing == zbar(picture)
        found |= by_zxing
    return found
