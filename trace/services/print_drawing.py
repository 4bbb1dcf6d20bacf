"""Starting the process that draws a print, hearing how far it is, and ending it.

A process of its own, because drawing would hold the interpreter that answers scans; it is killed with the
print, and it ends by itself when its parent dies.
"""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlmodel import Session

from trace.records.stamp import PrintRun, StampBlock
from trace.services.stamp_keys import key_for

_CHILD = Path(__file__).with_name("print_child.py")
_QUIET = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""Numpy's helpers would only spin beside what answers people."""


class Drawer:
    """A running process that draws."""

    def __init__(self, child: "subprocess.Popen[str]") -> None:
        self._child = child
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self._child.stdout is not None
        for line in self._child.stdout:
            self._lines.put(line)
        self._lines.put("")

    def next(self, wait_s: float) -> dict[str, Any] | None:
        """What it says next, or None when it says nothing for ``wait_s`` seconds.

        Raises:
            RuntimeError: it is gone without a last word.
        """
        try:
            line = self._lines.get(timeout=wait_s)
        except queue.Empty:
            return None
        if not line.endswith("\n"):
            raise RuntimeError(f"the drawing process ended with status {self._child.wait()}")
        told: dict[str, Any] = json.loads(line)
        return told


def drawing_order(session: Session, run: PrintRun, path: Path) -> str:
    """What the process must know, as one line; it holds a key, so it goes through a pipe only.

    Raises:
        LookupError: the key is not in the registry.
    """
    block = session.get_one(StampBlock, run.block_id)
    key = key_for(session, block.kid)
    if key is None:
        raise LookupError(f"block {block.public_id} names key {block.kid}, which is not in the registry")
    order = {
        "kid": key.kid,
        "permutation_key": key.permutation_key.hex(),
        "tag_key": key.tag_key.hex(),
        "first": run.first,
        "last": run.last,
        "format": run.format,
        "recipe": run.recipe,
        "path": str(path),
    }
    return json.dumps(order) + "\n"


@contextmanager
def drawer(order: str) -> Iterator[Drawer]:
    """A process that carries out ``order``, for as long as the block lasts."""
    command = [sys.executable, "-I", "-X", "utf8", str(_CHILD)]
    told = {"CRASH_AT": os.environ["CRASH_AT"]} if "CRASH_AT" in os.environ else {}
    child = subprocess.Popen(  # noqa: S603 - our own script
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**_QUIET, **told},
        text=True, encoding="utf-8",
    )  # fmt: skip
    try:
        assert child.stdin is not None
        child.stdin.write(order)
        child.stdin.flush()
        yield Drawer(child)
    finally:
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()
