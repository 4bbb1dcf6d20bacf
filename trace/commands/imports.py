"""``nongsan import``: the registry's lists from XLSX or CSV."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from sqlmodel import Session

from trace.commands.terminal import actor_for, as_account, as_json, language, now, opened, say
from trace.db import reading, transaction
from trace.services.admission import Actor
from trace.services.importing.books import template
from trace.services.importing.error_files import Wanted, error_book, problem_line
from trace.services.importing.runs import NOUNS, ImportOrder, Outcome, Progress, import_file
from trace.services.organisations import organisation
from trace.texts.catalogs import t

SHOWN = 20
"""Errors printed on a terminal; all of them stand in the workbook of ``--errors``."""


@click.group(name="import")
def imports() -> None:
    """Bring in lists from XLSX or CSV; good rows go in, others are told with place and remedy."""


def _verb(noun: str, summary: str) -> None:
    @imports.command(name=noun, help=summary)
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--dry-run", is_flag=True, help="Check only; nothing is written.")
    @click.option(
        "--errors", type=click.Path(dir_okay=False, path_type=Path), help="Write the file back with errors."
    )
    @click.option(
        "--org", "org_id", default="", metavar="PUBLIC_ID", help="The cooperative all rows belong to."
    )
    @click.option("--request-id", default="", help="Sending the same id again changes nothing.")
    @as_account
    @as_json
    def verb(
        file: Path,
        errors: Path | None,
        org_id: str,
        request_id: str,
        login: str | None,
        *,
        dry_run: bool,
        as_json: bool,
    ) -> None:
        with opened() as settings:
            order = ImportOrder(noun, file, file.name, request_id, dry_run, settings.sao_m2)
            outcome = _run(order, login, org_id)
        if errors is not None:
            errors.write_bytes(error_book(Wanted(file, file.name, outcome.report, language())))
        say(_answer(outcome), as_json=as_json, lines=_lines(outcome))


_verb("farms", "Households, plots and growing areas from FILE (XLSX or CSV).")
_verb("products", "Products from FILE (XLSX or CSV).")
_verb("plans", "Season plans of communes from FILE (XLSX or CSV); the office's accounts.")
_verb("training", "Who came to which training session from FILE (XLSX or CSV); the office's accounts.")
_verb("lots", "Harvest lots from FILE (XLSX or CSV), of one cooperative.")
_verb("packs", "Packed lots from FILE (XLSX or CSV), of one cooperative.")
_verb("diary", "Diary entries from FILE (XLSX or CSV), of one cooperative.")
_verb("houses", "Packing houses and their codes from FILE (XLSX or CSV), of one cooperative.")
_verb("certificates", "Certificates and what they cover from FILE (XLSX or CSV), of one cooperative.")
_verb("ratings", "OCOP decisions from FILE (XLSX or CSV); the office's accounts.")
_verb("proposals", "OCOP decisions a cooperative reports, from FILE (XLSX or CSV).")
_verb("organisations", "Cooperatives and enterprises from FILE (XLSX or CSV); the office's accounts.")


@imports.command(name="template")
@click.argument("noun", metavar="NOUN", type=click.Choice(list(NOUNS)))
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--with-org", is_flag=True, help="With a column for the cooperative.")
def write_template(noun: str, out: Path, *, with_org: bool) -> None:
    """Write the empty workbook of NOUN to OUT."""
    out.write_bytes(template(noun, language(), with_org=with_org))


def _run(order: ImportOrder, login: str | None, org_id: str) -> Outcome:
    with reading() if order.dry_run else transaction() as session, _bar() as progress:
        return import_file(session, _actor(session, login, org_id), order, now(), progress)


def _actor(session: Session, login: str | None, org_id: str) -> Actor:
    return actor_for(session, login, organisation(session, org_id) if org_id else None)


@contextmanager
def _bar() -> Iterator[Progress | None]:
    """A progress bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=max(done, total))


def _answer(outcome: Outcome) -> dict[str, Any]:
    report = outcome.report
    problems = [
        {
            "sheet": one.sheet,
            "row": one.row,
            "column": one.column,
            "value": one.value,
            "key": one.key,
            "text": problem_line(one, language()),
        }
        for one in report.problems
    ]
    return {
        "run": outcome.run.id if outcome.run else None,
        "repeated": outcome.repeated,
        "checked": report.checked,
        "good": report.good,
        "bad": report.bad,
        "made": dict(report.made),
        "problems": problems,
        "warnings": [problem_line(one, language()) for one in report.warnings],
    }


def _lines(outcome: Outcome) -> list[str]:
    report, lang = outcome.report, language()
    several = len(report.layouts) > 1
    shown = (*report.problems[:SHOWN], *report.warnings[:SHOWN])
    said = [problem_line(one, lang, with_sheet=several) for one in shown]
    key = "imp.done.repeated" if outcome.repeated else "imp.done" if outcome.run else "imp.done.dry"
    said.append(t(lang, key, n=report.checked, m=report.good, left=report.bad))
    return said
