"""Draws one print into a hidden file, alone in a process of low priority; see ``print_drawing``.

Runs by path. Standard input is one line of JSON (key, serials, recipe, format, path) and stays open for as
long as the parent lives; standard output is lines of JSON: ``{"done": stamps}`` while it draws, then
``{"sha256", "size"}`` when the file is whole and on the disk, or ``{"fault": catalog key}``.
"""

import hashlib
import json
import os
import resource
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# The standard library has a ``trace`` too: the project's folder comes first.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np

from labels.errors import LabelError
from labels.formats import format_named
from labels.job import Codes, Serials
from trace.crashpoint import crashpoint
from trace.services.print_recipes import job_of
from trace.standards.stamp_code import StampKey, encode_many

NICE = 10
CHUNK = 8_192
SAY_EVERY_S = 0.25


def main() -> None:
    """Be humble, read the order, draw."""
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # the key is in memory
    order = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        _say(_drawn(order))
    except LabelError as error:
        _say({"fault": error.key})
    except OSError:
        _say({"fault": "print.failed.disk"})


def _end_with_parent() -> None:
    """Whoever ordered it is gone: nobody will note this file."""
    sys.stdin.buffer.read()
    os._exit(1)


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _drawn(order: dict[str, Any]) -> dict[str, Any]:
    """Write the file and bring it to the disk; its sum and size."""
    job = job_of(order["recipe"], lambda: _codes(order))
    digest, size = hashlib.sha256(), 0
    handle = os.open(order["path"], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        for piece in format_named(order["format"]).chunks(job):
            file.write(piece)
            digest.update(piece)
            size += len(piece)
            crashpoint("print piece")
        file.flush()
        crashpoint("print before fsync")
        os.fsync(file.fileno())
    crashpoint("print whole")
    return {"sha256": digest.hexdigest(), "size": size}


def _codes(order: dict[str, Any]) -> Iterator[tuple[Codes, Serials]]:
    """The codes in order, telling now and then how many were drawn."""
    secrets = (bytes.fromhex(order[name]) for name in ("permutation_key", "tag_key"))
    key, said = StampKey(order["kid"], *secrets), time.monotonic()
    for first in range(order["first"], order["last"] + 1, CHUNK):
        if time.monotonic() - said > SAY_EVERY_S:
            _say({"done": first - order["first"]})
            said = time.monotonic()
        count = min(CHUNK, order["last"] + 1 - first)
        yield encode_many(key, first, count), np.arange(first, first + count, dtype=np.int64)


if __name__ == "__main__":
    main()
