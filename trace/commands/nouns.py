"""The command tree, and what a refusal looks like on a terminal.

Exit status 0 done, 1 refused (standard error says what, where, why and what to do), 2 wrong usage.
"""

import importlib
import sys
from typing import Any

import click
from sqlalchemy.exc import OperationalError

from trace.commands.terminal import say_refusal
from trace.errors import NongsanError, Unavailable
from trace.settings import SettingsError
from trace.standards.fault import Fault

NOUNS = {
    "init": "trace.commands.instance:init",
    "run": "trace.commands.serve:run",
    "serve": "trace.commands.serve:serve",
    "web": "trace.commands.serve:web",
    "user": "trace.commands.user:user",
    "org": "trace.commands.org:org",
    "household": "trace.commands.household:household",
    "import": "trace.commands.imports:imports",
    "lot": "trace.commands.lot:lot",
    "trace": "trace.commands.tracing:trace",
    "recall": "trace.commands.recall:recall",
    "stamps": "trace.commands.stamps:stamps",
    "keys": "trace.commands.keys:keys",
    "audit": "trace.commands.audit:audit",
    "check": "trace.commands.check:check",
    "labels": "trace.commands.labels:labels",
    "stats": "trace.commands.stats:stats",
    "reports": "trace.commands.reports:reports",
    "mail": "trace.commands.mail:mail",
    "rates": "trace.commands.rates:rates",
    "shop": "trace.commands.shop:shop",
    "sync": "trace.commands.sync:sync",
    "jobs": "trace.commands.jobs:jobs",
    "work": "trace.commands.jobs:work",
    "simulate": "trace.commands.simulate:simulate",
    "demo": "trace.commands.demo:demo",
    "db": "trace.commands.database:db",
}
"""Command name -> "module:attribute", loaded when asked for."""


class Nouns(click.Group):
    """A group whose commands are imported on first use: ``--help`` of one noun loads one file."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The nouns, in the order of the table."""
        return list(NOUNS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One noun's command."""
        if cmd_name not in NOUNS:
            return None
        module, attribute = NOUNS[cmd_name].split(":")
        found: click.Command = getattr(importlib.import_module(module), attribute)
        return found


@click.group(cls=Nouns, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Farm-produce traceability stamps and marketplace sync."""


def run(arguments: list[str] | None = None) -> Any:
    """Run one command line; refusals become a sentence and exit status 1."""
    try:
        main.main(arguments, prog_name="nongsan", standalone_mode=True)
    except (NongsanError, Fault) as refusal:
        say_refusal(refusal)
        sys.exit(1)
    except OperationalError:
        say_refusal(Unavailable("error.unavailable"))
        sys.exit(1)
    except SettingsError as wrong:
        click.echo(f"nongsan: {wrong}", err=True)
        sys.exit(2)
