"""``nongsan trace``: where goods came from and where they went."""

import csv
from pathlib import Path
from typing import Any

import click

from trace.commands.terminal import actor_for, as_account, as_json, language, opened, say
from trace.db import reading
from trace.services.tables import plain_rows
from trace.services.tracing.graph import Direction
from trace.services.tracing.report import Node, Report, trace_lots
from trace.services.tracing.starts import find_start
from trace.services.tracing.telling import as_values
from trace.texts.catalogs import t
from trace.texts.formats import weight
from trace.web import lot_tree
from trace.web.trace_tables import FILES, state, tables

OUT = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command()
@click.argument("name")
@click.option("--up", "way", flag_value="up", help="To every plot it came from.")
@click.option("--down", "way", flag_value="down", help="To every stamp, order and parcel it became.")
@click.option("--csv", "csv_file", type=OUT, help="Write a table as CSV.")
@click.option("--table", type=click.Choice(FILES), default="lots", show_default=True, help="Which table.")
@click.option("--svg", "svg_file", type=OUT, help="Write the tree of lots as a picture.")
@as_account
@as_json
def trace(name: str, way: str | None, login: str | None, *, as_json: bool, **files: Any) -> None:
    """Trace NAME, a lot's code or public id, a stamp's code or serial, or a plot's code."""
    if way is None:
        raise click.UsageError("which way: --up or --down")
    with opened(), reading() as session:
        actor = actor_for(session, login)
        start = find_start(session, actor, name)
        report = trace_lots(session, actor, start.lot_ids, Direction(way))
    if files["csv_file"]:
        _write_csv(report, files["table"], files["csv_file"])
    if files["svg_file"]:
        files["svg_file"].write_text(lot_tree.alone(report, start.name, language()), encoding="utf-8")
    say(as_values(start, report) if as_json else [], as_json=as_json, lines=_lines(report))


def _write_csv(report: Report, name: str, path: Path) -> None:
    made = tables(report, language())
    rows = plain_rows(made[name]) if name in made else []
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)


def _lines(report: Report) -> list[str]:
    lang = language()
    cut = [t(lang, "trace.cut", n=len(report.nodes))] if report.is_cut else []
    worst = [
        t(
            lang,
            f"trace.worst.{report.way.value}",
            lot=node.lot.code,
            state=t(lang, f"lot.state.{node.standing}"),
        )
        for node in report.worst
    ]
    return [*cut, *(_line(node, lang) for node in report.nodes), *worst]


def _line(node: Node, lang: str) -> str:
    lot = node.lot
    pieces = [f"{'  ' * node.layer}{lot.code}", t(lang, f"lot.kind.{lot.kind}"), state(node, lang)]
    pieces += [lot.day.isoformat(), weight(lang, node.part_g)]
    pieces += [
        part for part in (lot.plot, lot.household, lot.area, lot.org if lot.is_partner else "") if part
    ]
    pieces += [f"{one.kid}:{one.range}" for one in node.stamps]
    pieces += [f"{sale.marketplace} {sale.shop} {sale.number}" for sale in node.sales]
    return "  ".join(pieces)
