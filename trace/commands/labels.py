"""``nongsan labels``: files of stamps from the terminal."""

from pathlib import Path

import click

from labels.formats import FORMATS, format_named
from labels.printers import FilePrinter
from labels.stock import STOCKS
from trace.commands.terminal import actor_for, as_account, as_json, now, opened, say
from trace.db import reading, transaction
from trace.errors import NotFound
from trace.services.print_jobs import PrintOrder, plan_print
from trace.services.stamp_lookup import owner_of_block
from trace.services.stamp_printing import record_print


@click.group()
def labels() -> None:
    """Files of stamps from the terminal."""


@labels.command()
@as_json
def stock(*, as_json: bool) -> None:
    """The label stock that is known, in millimetres."""
    rows = [vars(one) for one in STOCKS.values()]
    lines = [
        f"{one.name:14} {one.columns}x{one.rows}  {one.label_width_mm:g} x {one.label_height_mm:g} mm"
        for one in STOCKS.values()
    ]
    say(rows, as_json=as_json, lines=lines)


@labels.command("print")
@click.argument("block")
@click.option("--format", "kind", type=click.Choice(list(FORMATS)), default="pdf", show_default=True)
@click.option("--compress", is_flag=True, help="A smaller PDF, made more slowly.")
@click.option("--stock", "stock_name", default="tomy-145", show_default=True, metavar="NAME")
@click.option(
    "--start-cell", type=int, default=1, show_default=True, help="First free label of the first sheet."
)
@click.option("--first", type=int, help="First stamp number (default: the block's).")
@click.option("--last", type=int, help="Last stamp number (default: the block's).")
@click.option("--reason", default="", help="Why it is printed again.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@as_account
@as_json
def print_(
    block: str,
    kind: str,
    stock_name: str,
    start_cell: int,
    first: int | None,
    last: int | None,
    reason: str,
    out: Path,
    login: str | None,
    *,
    compress: bool,
    as_json: bool,
) -> None:
    """Draw a block's stamps into a file, whole or not at all, and note it."""
    order = PrintOrder(block, first, last, stock_name, start_cell, kind, compress, reason)
    with opened() as settings:
        with reading() as session:
            owner = owner_of_block(session, block)
            if owner is None:
                raise NotFound()
            actor = actor_for(session, login, owner)
            plan = plan_print(session, actor, order, settings.public_url, now())
        title = out.name
        sha256 = FilePrinter(out.parent).print_pages(format_named(kind).chunks(plan.job), title)
        with transaction() as session:
            record_print(
                session,
                actor,
                block,
                plan.serials.first,
                plan.serials.last,
                kind,
                stock_name,
                start_cell,
                sha256,
                reason,
                now(),
            )
    told = {"file": str(out), "stamps": plan.serials.count, "pages": plan.pages, "sha256": sha256}
    say(told, as_json=as_json, lines=[f"{out}: {plan.serials.count} stamps, {plan.pages} pages, {sha256}"])
