"""What the print desk shows: the plan of a page's choices, where the last print ended, the stock and files
there are to choose from; and what a print says of itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from labels.formats import FORMATS
from labels.stock import STOCKS, Stock
from trace.errors import Invalid, NotFound, Refused
from trace.records.label_printer import LabelPrinter
from trace.records.stamp import PrintRun
from trace.services.admission import Actor
from trace.services.label_printers import own_printers
from trace.services.label_stocks import own_stocks, stock_named
from trace.services.print_designs import DesignChoice, design_choices
from trace.services.print_jobs import PrintOrder, PrintPlan, pages_for, plan_print
from trace.services.print_recipes import stock_of
from trace.services.print_runs import last_used_cell
from trace.services.stamp_ledgers import BlockPage, look_at
from trace.services.stamp_ranges import Range
from trace.services.stamp_sending import is_sendable
from trace.texts.catalogs import Term

FIRST_STOCK = {"sheet": "tomy-145", "roll": "roll-50x30"}


@dataclass(frozen=True)
class StockChoice:
    """Label stock to choose: the name a print gives it, and what people call it."""

    name: str
    title: Term | str


@dataclass(frozen=True)
class DeskPage:
    """The desk of one block; without a plan where the choices cannot be printed (``refusal`` says why)."""

    block: BlockPage
    order: PrintOrder
    stock: Stock
    stocks: Sequence[StockChoice]
    formats: Sequence[str]
    last_cell: int
    was_printed: bool
    plan: PrintPlan | None
    refusal: Refused | Invalid | None
    printers: Sequence[LabelPrinter]
    designs: Sequence[DesignChoice]

    @property
    def printer(self) -> LabelPrinter | None:
        """The printer that is chosen."""
        return next((one for one in self.printers if one.public_id == self.order.printer), None)

    @property
    def sends_as(self) -> str:
        """The format in which the chosen printer could be sent this; empty where it is sent nothing."""
        printer = self.printer
        fits = printer is not None and printer.kind in self.formats and is_sendable(printer, printer.kind)
        return printer.kind if printer is not None and fits else ""


def desk_page(
    session: Session, actor: Actor, order: PrintOrder, given_cell: int | None, public_url: str, now: datetime
) -> DeskPage:
    """The desk for these choices; where no start cell is given, behind the last used one of this stock,
    and where no design is, in the one that comes first.

    Raises:
        NotFound: the block is not theirs.
    """
    block = look_at(session, actor, order.block)
    stock = _stock(session, actor, order.stock)
    last_cell = last_used_cell(session, actor, stock.name, stock.cells, order.printer)
    design, designs = design_choices(session, actor, block.block, stock, order.design, public_url, now)
    order = _with(order, stock=stock.name, start_cell=given_cell or last_cell + 1, design=design)
    plan, refusal = _planned(session, actor, order, public_url, now)
    wanted = _wanted(block, order)
    return DeskPage(
        block,
        order,
        stock,
        _stocks(session, actor, stock.form),
        formats_for(stock),
        last_cell,
        any(Range(run.first, run.last).meets(wanted) for run in block.prints),
        plan,
        refusal,
        own_printers(session, actor),
        designs,
    )


def _stock(session: Session, actor: Actor, name: str) -> Stock:
    """The stock of this name; the usual one where they have none of it."""
    try:
        return stock_named(session, actor, name)
    except NotFound:
        return STOCKS[FIRST_STOCK["sheet"]]


def _stocks(session: Session, actor: Actor, form: str) -> list[StockChoice]:
    """Built-in stock and their own, of one form."""
    built_in = [name for name, one in STOCKS.items() if one.form == form]
    own = [StockChoice(row.public_id, row.name) for row in own_stocks(session, actor) if row.form == form]
    return [*(StockChoice(name, Term(f"stock.{name}")) for name in built_in), *own]


def _with(order: PrintOrder, **changes: Any) -> PrintOrder:
    return PrintOrder(**{**vars(order), **changes})


def _wanted(block: BlockPage, order: PrintOrder) -> Range:
    first = block.block.first if order.first is None else order.first
    return Range(first, block.block.last if order.last is None else order.last)


def _planned(
    session: Session, actor: Actor, order: PrintOrder, public_url: str, now: datetime
) -> tuple[PrintPlan | None, Refused | Invalid | None]:
    try:
        return plan_print(session, actor, order, public_url, now, preview=True), None
    except (Refused, Invalid) as no:
        return None, no


def formats_for(stock: Stock) -> list[str]:
    """Files that can be made for this stock."""
    return [name for name, made in FORMATS.items() if stock.form == "roll" or not made.rolls_only]


def pages_of(run: PrintRun) -> int:
    """How many pages the file of a print has; 0 where its stock is not known any more."""
    stock = stock_of(run.recipe) or STOCKS.get(run.stock)
    return pages_for(run.total, run.start_cell, stock.cells) if stock else 0
