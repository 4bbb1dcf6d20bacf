"""Scores of Lighthouse on a phone at its slow 4G: ``make lighthouse``.

A season is made in a folder that is thrown away; one line of JSON a page, and exit 1 where a page is under
its bar. ``CLI`` is the program of the pinned version that ``make`` installs.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.browser.conftest import chromium_path
from tests.browser.house import Stand, start
from tests.browser.tour import signed_in
from tests.browser.verdicts import Shelf, ask
from trace.services.verdicts import State

CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
BAR = 95
LCP_BAR_MS = 1_000
TRIES = 3
TIMES = {"lcp_ms": "largest-contentful-paint", "fcp_ms": "first-contentful-paint"}
CHROME = "--headless=new --no-sandbox --disable-gpu"


@dataclass(frozen=True)
class Target:
    """A page to measure: who looks, whether it is for finding, and whether its first sight has a bar."""

    name: str
    path: str
    role: str | None = None
    is_found: bool = False
    is_first_sight: bool = False


def targets(stand: Stand) -> Iterator[Target]:
    """The pages the bars speak of."""
    shelf = Shelf(stand)
    code = shelf.code(State.FIRST)
    yield Target("verdict, valid", f"/{code}", is_first_sight=True)
    yield Target("verdict, recalled", f"/{shelf.code(State.RECALLED)}", is_first_sight=True)
    lot = _link(stand, f"/{code}", "/lo/")
    yield Target("lot", lot, is_found=True)
    yield Target("product", _link(stand, lot, "/sp/"), is_found=True)
    yield Target("start", "/", is_found=True)
    yield Target("report of a problem", f"/bao/{code}")
    yield Target("new lot", "/htx/lo/moi", "coop_manager")
    yield Target("cooperative", "/htx", "coop_manager")
    yield Target("office", "/so", "office")


def _link(stand: Stand, path: str, start_of: str) -> str:
    """The first link of a page that begins so."""
    page = ask(stand, path).page().decode()
    return start_of + page.split(f'href="{start_of}', 1)[1].split('"', 1)[0]


def measure(stand: Stand, cli: str, target: Target, folder: Path) -> dict[str, Any]:
    """One run of Lighthouse on one page, brought to what the bars speak of."""
    line = [cli, stand.web + target.path, "--quiet", "--output=json", f"--chrome-flags={CHROME}"]
    line += [f"--output-path={folder / 'told.json'}", f"--only-categories={','.join(CATEGORIES)}"]
    if target.role:
        client = signed_in(stand, target.role)
        cookie = "; ".join(f"{one.name}={one.value}" for one in client.cookies)
        (folder / "headers.json").write_text(json.dumps({"Cookie": cookie}), encoding="utf-8")
        line += [f"--extra-headers={folder / 'headers.json'}", "--disable-storage-reset"]
    _run(line)
    told = json.loads((folder / "told.json").read_text(encoding="utf-8"))
    return _brought(target, told)


def _run(line: list[str]) -> None:
    """A run whose trace of the browser got lost measured nothing, and is asked for again."""
    ways = {"timeout": 300, "env": {**os.environ, "CHROME_PATH": chromium_path()}}
    for _ in range(TRIES - 1):
        if subprocess.run(line, check=False, **ways).returncode == 0:
            return
    subprocess.run(line, check=True, **ways)


def _brought(target: Target, told: dict[str, Any]) -> dict[str, Any]:
    scores = {name: round(100 * (told["categories"][name]["score"] or 0)) for name in CATEGORIES}
    audits = told["audits"]
    times = {name: round(audits[audit]["numericValue"]) for name, audit in TIMES.items()}
    weight = round(audits["total-byte-weight"]["numericValue"])
    lost = [
        ref["id"]
        for part in told["categories"].values()
        for ref in part["auditRefs"]
        if ref["weight"] and (audits[ref["id"]]["score"] or 0) < 1 and audits[ref["id"]]["score"] is not None
    ]
    return {
        "page": target.name,
        **scores,
        **times,
        "bytes": weight,
        "lost": lost,
        "ok": _ok(target, scores, times),
    }


def _ok(target: Target, scores: dict[str, int], times: dict[str, int]) -> bool:
    """Pages that are not for finding have no bar on how well they are found."""
    held = [score for name, score in scores.items() if name != "seo" or target.is_found]
    return min(held) >= BAR and (not target.is_first_sight or times["lcp_ms"] <= LCP_BAR_MS)


def main() -> int:
    """Measure every page, or those that are named; 1 where one is under its bar."""
    cli, *named = sys.argv[1:]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        stand = start(folder / "stand", "season")
        try:
            found = []
            for target in targets(stand):
                if named and target.name not in named:
                    continue
                found.append(measure(stand, cli, target, folder))
                print(json.dumps(found[-1], ensure_ascii=False), flush=True)
        finally:
            stand.end()
    return 0 if all(one["ok"] for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
