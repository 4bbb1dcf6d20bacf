"""Starting and ending a stand, and asking what it told."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from nongsan import ROOT
from tests.browser.stand import TOLD

PATIENCE_S = 300.0


@dataclass
class Stand:
    """A running installation."""

    process: subprocess.Popen[bytes]
    folder: Path
    told: dict[str, Any]

    @property
    def web(self) -> str:
        return str(self.told["web"])

    def account(self, role: str) -> tuple[str, str]:
        """Login and password of somebody in this role."""
        found = self.told["people"][role]
        return found["login"], found["password"]

    def control(self, deed: str, **given: Any) -> Any:
        """Do something at the simulated marketplace."""
        url = f"{self.told['simulators']}/control/shopee"
        answer = requests.post(url, json={"do": deed, **given}, timeout=120)
        answer.raise_for_status()
        return answer.json()

    def truth(self) -> list[dict[str, Any]]:
        """What the marketplace knows it sold."""
        found: list[dict[str, Any]] = requests.get(
            f"{self.told['simulators']}/control/shopee/truth", timeout=120
        ).json()
        return found

    def log(self) -> str:
        """What the installation said so far."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def end(self) -> None:
        """Close its input and see it go."""
        if self.process.stdin:
            self.process.stdin.close()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(60)


def start(folder: Path, kind: str) -> Stand:
    """Start an installation in this folder: ``coop``, ``season`` or ``whole``."""
    folder.mkdir(parents=True, exist_ok=True)
    line = [sys.executable, "-m", "tests.browser.stand", str(folder), kind]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            line, cwd=ROOT, stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT
        )
    stand = Stand(process, folder, {})
    until = time.monotonic() + PATIENCE_S
    while not (folder / TOLD).exists():
        if process.poll() is not None or time.monotonic() > until:
            said = stand.log()
            stand.end()
            raise RuntimeError(f"the installation did not start:\n{said[-4000:]}")
        time.sleep(0.05)
    stand.told = json.loads((folder / TOLD).read_text(encoding="utf-8"))
    return stand
