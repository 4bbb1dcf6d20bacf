"""The front door: ``nongsan <noun> <verb>``, ``flask --app nongsan``, ``gunicorn 'nongsan:create_app()'``.

The standard library has a module named ``trace`` too. This file puts its own folder first on the
path (spawned children inherit that) and drops a ``trace`` that was loaded already.
"""

import sys
from pathlib import Path
from typing import Any

ROOT = str(Path(__file__).resolve().parent)
if sys.path[:1] != [ROOT]:
    sys.path.insert(0, ROOT)
if "trace" in sys.modules and not str(getattr(sys.modules["trace"], "__file__", "")).startswith(ROOT):
    del sys.modules["trace"]


def create_app() -> Any:
    """The WSGI application, settings read from the instance folder and the environment."""
    from trace.app import create_app as create
    from trace.logbook import start_logging

    start_logging()  # before the first line: the default one would print values it should not
    return create()


def main() -> None:
    """Run one command; before the first install, say what to do instead."""
    try:
        from trace.commands import run
    except ModuleNotFoundError as missing:
        if missing.name and missing.name.split(".")[0] in {"trace", "labels", "marketplaces"}:
            raise
        sys.stderr.write(
            "nongsan <noun> <verb>: farm-produce traceability and marketplace sync.\n"
            f"The libraries are not installed yet ({missing.name}). Run `make setup`, then\n"
            "`.venv/bin/nongsan --help`; or `make run` to start everything at once.\n"
        )
        sys.exit(0 if {"--help", "-h"} & set(sys.argv) else 2)
    run()


if __name__ == "__main__":
    main()
