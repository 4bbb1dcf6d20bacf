"""``python -m tests.bench [name...]``: every bar of every module here that has ``bars()``, or the named ones.

A name is a module's (``qr``) or a bar's. The exit status is 1 when a bar was missed or a name is unknown.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path

import tests.bench
from tests.bench.ruler import Bar, Limit, report, tie_to_one_core


def found() -> Iterator[tuple[str, Bar | Limit]]:
    """Every bar with the name of its module."""
    for module in sorted(module.name for module in pkgutil.iter_modules(tests.bench.__path__)):
        if module == Path(__file__).stem:
            continue
        bars = getattr(importlib.import_module(f"tests.bench.{module}"), "bars", None)
        if bars is not None:
            yield from ((module, bar) for bar in bars())


def main(names: list[str]) -> int:
    """Measure and print."""
    every = list(found())
    known = {name for module, bar in every for name in (module, bar.name)}
    unknown = sorted(set(names) - known)
    if unknown:
        print(f"no such bar: {', '.join(unknown)}; there are: {', '.join(sorted(known))}", file=sys.stderr)
        return 1
    chosen = [bar for module, bar in every if not names or {module, bar.name} & set(names)]
    tie_to_one_core()
    return 0 if report(chosen) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
