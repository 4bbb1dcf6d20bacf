"""What is said of a demonstration: addresses, accounts, stamps to try; and how far its loading is."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from trace.commands.demo_season.accounts import ACCOUNTS, read_accounts, write_private
from trace.commands.demo_season.agenda import Tell
from trace.commands.demo_season.cast import Sample
from trace.commands.demo_season.folder import STAMPS_FILE
from trace.commands.terminal import language
from trace.db import reading
from trace.records.scan import StampSeen
from trace.services.stamp_opening import open_typed
from trace.services.verdicts import State
from trace.settings import Settings
from trace.texts.catalogs import t

LINES_IN_ALL = 5
"""How often loading is told of where there is no terminal."""


@contextmanager
def progress() -> Iterator[Tell]:
    """A bar on a terminal, a few plain lines elsewhere."""
    words = t(language(), "demo.loading")
    if not sys.stderr.isatty():
        yield _plain(words)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:.0f} %"))
    with Progress(*columns, TimeElapsedColumn(), transient=True) as bar:
        task = bar.add_task(words, total=1)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _plain(words: str) -> Tell:
    told = {0}

    def tell(done: int, total: int) -> None:
        step = LINES_IN_ALL * done // total
        if step not in told:
            told.add(step)
            click.echo(f"{words} {100 * done // total} %", err=True)

    return tell


def write_stamps(folder: Path, samples: list[Sample]) -> None:
    """One stamp a line: the state it shows, its code, what it stands on."""
    head = t(language(), "demo.stamps.head")
    lines = [f"{sample.state:<14} {sample.code}  {sample.note}" for sample in samples]
    write_private(folder / STAMPS_FILE, "\n".join([*(f"# {line}" for line in head.splitlines()), *lines, ""]))


def read_stamps(folder: Path) -> list[tuple[str, str]]:
    """State and code of every sample, in their order."""
    lines = (folder / STAMPS_FILE).read_text(encoding="utf-8").splitlines()
    parts = [line.split(None, 2) for line in lines if line and not line.startswith("#")]
    return [(state, code) for state, code, _note in parts]


def lines(settings: Settings) -> list[str]:
    """Accounts with their passwords, a stamp nobody has looked at yet, and where the others are listed."""
    lang, folder = language(), settings.instance
    passwords = read_accounts(folder)
    told = ["", t(lang, "demo.accounts", path=str(folder / "accounts.txt"))]
    for plan in ACCOUNTS:
        role = t(lang, f"role.{plan.role}")
        told.append(f"  {plan.login:<12} {passwords[plan.login]:<34} {plan.page:<10} {role} – {plan.name}")
    told += ["", t(lang, "demo.stamp"), f"  {settings.public_url}/{_fresh(folder)}"]
    return [*told, t(lang, "demo.stamps", path=str(folder / STAMPS_FILE)), ""]


def _fresh(folder: Path) -> str:
    """The first sample that shows FIRST still; where all were looked at, the first of them."""
    codes = [code for state, code in read_stamps(folder) if state == State.FIRST.value]
    with reading() as session:
        for code in codes:
            opened = open_typed(session, code)
            if opened and session.get(StampSeen, (opened.kid, opened.serial)) is None:
                return code
    return codes[0]
