"""``nongsan labels``: stamps from the terminal, into files and straight to printers."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from labels.errors import LabelError, PrinterStopped
from labels.formats import FORMATS, format_named
from labels.job import HEADS_DPI
from labels.printers import FilePrinter, printer_at
from labels.stock import STOCKS
from trace.commands.terminal import actor_for, as_account, as_json, language, now, opened, say
from trace.db import reading, transaction
from trace.errors import NotFound, Refused
from trace.records.label_design import LabelDesign
from trace.records.label_printer import LabelPrinter
from trace.records.label_stock import LabelStock
from trace.services.admission import Actor
from trace.services.label_designs import own_designs
from trace.services.label_printers import own_printers, printer_address
from trace.services.label_refusals import refusal_of
from trace.services.label_stocks import own_stocks
from trace.services.print_jobs import PrintOrder, PrintPlan, most_out, plan_print
from trace.services.stamp_lookup import owner_of_block
from trace.services.stamp_printing import record_print
from trace.standards.fault import Fault
from trace.texts.catalogs import t

ROLL_FORMATS = [name for name, one in FORMATS.items() if one.rolls_only]
OPTIONS = (
    click.option(
        "--start-cell", type=int, default=1, show_default=True, help="First free label of the first sheet."
    ),
    click.option("--first", type=int, help="First stamp number (default: the block's)."),
    click.option("--last", type=int, help="Last stamp number (default: the block's)."),
    click.option("--reason", default="", help="Why it is printed again."),
    click.option("--design", default="", metavar="NAME", help="A design, standard, or what is usual."),
    click.option("--printer-name", default="", metavar="NAME", help="Print as this printer was set right."),
    click.option(
        "--dpi",
        type=click.Choice([str(dpi) for dpi in HEADS_DPI]),
        default="203",
        show_default=True,
        help="Dots an inch of the label printer.",
    ),
    click.option("--printer-qr", is_flag=True, help="The label printer draws QR, number and code itself."),
    as_account,
    as_json,
)


def of_a_print(command: Callable[..., None]) -> Callable[..., None]:
    """The options that both ways of printing have."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


@click.group()
def labels() -> None:
    """Stamps from the terminal, into files and straight to printers."""


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
@click.option("--stock", default="tomy-145", show_default=True, metavar="NAME")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@of_a_print
def print_(
    block: str, kind: str, out: Path, login: str | None, dpi: str, *, as_json: bool, **order: Any
) -> None:
    """Draw a block's stamps into a file, whole or not at all, and note it."""
    with opened() as settings:
        actor, plan = _planned(_order(block, kind, dpi, order), login, settings.public_url)
        sha256 = FilePrinter(out.parent).print_pages(format_named(kind).chunks(plan.job), out.name)
        _note(actor, plan, sha256)
    told = {"file": str(out), "stamps": plan.serials.count, "pages": plan.pages, "sha256": sha256}
    say(told, as_json=as_json, lines=[f"{out}: {plan.serials.count} stamps, {plan.pages} pages, {sha256}"])


@labels.command()
@click.argument("block")
@click.option("--format", "kind", type=click.Choice(ROLL_FORMATS), default="zpl", show_default=True)
@click.option("--stock", required=True, metavar="NAME", help="A roll.")
@click.option("--printer", required=True, metavar="ADDRESS", help="tcp://host:9100 or cups://NAME.")
@of_a_print
def send(
    block: str, kind: str, printer: str, login: str | None, dpi: str, *, as_json: bool, **order: Any
) -> None:
    """Send a block's stamps to a label printer, once, and note it when the last byte is out."""
    with opened() as settings:
        actor, plan = _planned(_order(block, kind, dpi, order), login, settings.public_url)
        told = _sent(plan, printer)
        _note(actor, plan, str(told["sha256"]), printer)
    line = t(
        language(),
        "print.sent",
        n=plan.serials.count,
        m=plan.pages,
        sent=told["bytes"],
        printer=printer,
        first=plan.serials.first,
        last=plan.serials.last,
    )
    say(told, as_json=as_json, lines=[line])


def _order(block: str, kind: str, dpi: str, given: dict[str, Any]) -> PrintOrder:
    printer = given.pop("printer_name")
    return PrintOrder(block, format=kind, dpi=int(dpi), printer=printer, **given)


def _planned(order: PrintOrder, login: str | None, public_url: str) -> tuple[Actor, PrintPlan]:
    with reading() as session:
        owner = owner_of_block(session, order.block)
        if owner is None:
            raise NotFound()
        actor = actor_for(session, login, owner)
        known = replace(
            order,
            stock=_public_id(own_stocks(session, actor), order.stock),
            design=_public_id(own_designs(session, actor), order.design),
            printer=_public_id(own_printers(session, actor), order.printer),
        )
        return actor, plan_print(session, actor, known, public_url, now())


def _public_id(rows: Iterable[LabelDesign | LabelPrinter | LabelStock], name: str) -> str:
    """The public id of what people call ``name``; a public id stays as it is."""
    return next((row.public_id for row in rows if row.name == name), name)


def _note(actor: Actor, plan: PrintPlan, sha256: str, sent_to: str = "") -> None:
    order, serials = plan.order, plan.serials
    with transaction() as session:
        printer = order.printer or _standing_at(own_printers(session, actor), sent_to)
        record_print(
            session,
            actor,
            order.block,
            serials.first,
            serials.last,
            order.format,
            order.stock,
            order.start_cell,
            sha256,
            order.reason,
            now(),
            plan.gear.design_name,
            printer,
            sent_to,
        )


def _standing_at(printers: Iterable[LabelPrinter], address: str) -> str:
    """The public id of the printer at an address, however it is written; empty where none is kept."""
    try:
        known = printer_address(address)
    except Fault:
        return ""
    return next((row.public_id for row in printers if known and row.address == known), "")


def _sent(plan: PrintPlan, address: str) -> dict[str, object]:
    """What went out, whole. A printer that stopped midway is told with the last stamp it may have printed."""
    chunks = format_named(plan.order.format).chunks(plan.job)
    try:
        printer = printer_at(address)
        sha256 = printer.print_pages(chunks, f"{plan.name}.{plan.order.format}")
    except PrinterStopped as stopped:
        out = most_out(stopped.rows, plan.order.start_cell, plan.job.stock.cells, plan.serials.count)
        if out < 1:
            raise refusal_of(stopped) from stopped
        raise Refused("print.printer.half", code=plan.serials.first + out - 1) from stopped
    except LabelError as problem:
        raise refusal_of(problem) from problem
    told = {"printer": address, "stamps": plan.serials.count, "pages": plan.pages, "sha256": sha256}
    return told | {"bytes": printer.sent_bytes}
