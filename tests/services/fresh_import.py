"""Imports in a process of their own, which says after each file how it went and how large it has grown.

``python -m tests.services.fresh_import DATABASE COOPERATIVE FILE...``, one line of JSON a file.
"""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nongsan
from trace.db import open_database, reading, use_database
from trace.errors import Refused
from trace.records.account import Role
from trace.services.admission import Actor
from trace.services.importing.runs import ImportOrder, import_file


def imported(url: str, org_id: int, *paths: Path) -> list[dict[str, Any]]:
    """Check the files one after another in a fresh process: what each gave, and ``peak_kb`` after it."""
    command = [sys.executable, "-m", "tests.services.fresh_import", url, str(org_id), *map(str, paths)]
    done = subprocess.run(command, cwd=nongsan.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def _check(org_id: int, path: Path) -> dict[str, Any]:
    order = ImportOrder("farms", path, "a.xlsx", dry_run=True)
    try:
        with reading() as session:
            actor = Actor(None, Role.COOP_MANAGER, org_id)
            report = import_file(session, actor, order, datetime.now(UTC)).report
    except Refused as refusal:
        return {"refused": refusal.key}
    return {"good": report.good, "bad": report.bad, "listed": len(report.problems)}


def _peak_kb() -> int:
    """The most memory of this very program; ``ru_maxrss`` would begin with its parent's."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    assert found is not None
    return int(found[1])


if __name__ == "__main__":
    use_database(open_database(sys.argv[1]))
    for name in sys.argv[3:]:
        print(json.dumps({**_check(int(sys.argv[2]), Path(name)), "peak_kb": _peak_kb()}), flush=True)
