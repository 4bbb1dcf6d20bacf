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
from trace.standards.local_time import local_day
from trace.texts.catalogs import t
from trace.texts.formats import day, days_between, weight
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
@click.option("--orders", is_flag=True, help="A line for each order, in place of how many.")
@as_account
@as_json
def trace(
    name: str, way: str | None, login: str | None, *, orders: bool, as_json: bool, **files: Any
) -> None:  # fmt: skip
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
    say(as_values(start, report) if as_json else [], as_json=as_json, lines=_lines(report, each_order=orders))


def _write_csv(report: Report, name: str, path: Path) -> None:
    made = tables(report, language())
    rows = plain_rows(made[name]) if name in made else []
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)


def _lines(report: Report, *, each_order: bool) -> list[str]:
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
    told = [
        line for node in report.nodes for line in (_line(node, lang), *_orders(node, lang, each=each_order))
    ]
    return [*cut, *told, *worst]


def _line(node: Node, lang: str) -> str:
    lot = node.lot
    pieces = [f"{'  ' * node.layer}{lot.code}", t(lang, f"lot.kind.{lot.kind}"), state(node, lang)]
    pieces += [lot.day.isoformat(), weight(lang, node.part_g)]
    pieces += [
        part for part in (lot.plot, lot.household, lot.area, lot.org if lot.is_partner else "") if part
    ]
    pieces += [f"{one.kid}:{one.range}" for one in node.stamps]
    return "  ".join(pieces)


def _orders(node: Node, lang: str, *, each: bool) -> list[str]:
    """How many orders and of which days, or a line for each: a lot in season has hundreds."""
    if not node.sales:
        return []
    days = [local_day(one.ordered_at) for one in node.sales]
    period = days_between(lang, min(days), max(days)) if min(days) < max(days) else day(lang, days[0])
    under = "  " * (node.layer + 1)
    said = [f"{under}{t(lang, 'trace.orders', n=len(node.sales), days=period)}"]
    if each:
        said += [f"{under}  {on.isoformat()}  {one.marketplace}  {one.shop}  {one.number}"
                 for on, one in zip(days, node.sales, strict=True)]  # fmt: skip
    return said
