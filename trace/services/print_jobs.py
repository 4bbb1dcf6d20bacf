"""From an order to print to a job the label room can draw: range, stock, words, codes.

The web orders it (``print_runs.order_print``); the command line draws it on the spot: plan, write the
file, note it (``stamp_printing.record_print``). A file that was not written is noted nowhere.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from sqlmodel import Session

from labels.errors import LabelError
from labels.formats import FORMATS, format_named
from labels.job import HEADS_DPI, Calibration, Codes, PrintJob, Serials
from labels.stock import Stock
from trace.errors import FieldProblem, Invalid
from trace.records.stamp import StampBlock
from trace.services.admission import Act, Actor, fetch
from trace.services.instance_facts import is_demo
from trace.services.label_refusals import refusal_of
from trace.services.print_gear import Gear, resolve_gear
from trace.services.stamp_keys import key_for
from trace.services.stamp_printing import refuse_unprintable
from trace.services.stamp_ranges import Range
from trace.services.stamp_words import words_of
from trace.standards.stamp_code import StampKey, encode_many

CHUNK = 65_536


@dataclass(frozen=True)
class PrintOrder:
    """What to print of a block: the whole of it unless ``first`` and ``last`` are given.

    ``dpi`` is what a label printer's head is called (``labels.job.HEADS_DPI``); with ``printer_qr``
    the printer draws symbol, number and code by its own commands. ``stock``, ``design`` and ``printer``
    are names as ``print_gear.resolve_gear`` reads them; a label printer's own ``dpi`` goes before ours.
    """

    block: str
    first: int | None = None
    last: int | None = None
    stock: str = "tomy-145"
    start_cell: int = 1
    format: str = "pdf"
    compress: bool = False
    reason: str = ""
    dpi: int = 203
    printer_qr: bool = False
    design: str = ""
    printer: str = ""


@dataclass(frozen=True)
class PrintPlan:
    """A job that can be drawn as it stands, and what to note when it was."""

    order: PrintOrder
    serials: Range
    job: PrintJob
    gear: Gear
    key: StampKey

    @property
    def pages(self) -> int:
        """How many sheets, or rows of a roll."""
        return pages_for(self.serials.count, self.order.start_cell, self.job.stock.cells)

    @property
    def spare(self) -> int:
        """Free labels left on the last page."""
        return self.pages * self.job.stock.cells - (self.order.start_cell - 1) - self.serials.count

    def page(self, number: int) -> tuple[int, Range]:
        """The first cell that is printed on page ``number`` (from 1), and the stamps on it."""
        cells, used = self.job.stock.cells, self.order.start_cell - 1
        first = self.serials.first + (number - 1) * cells - used
        last = min(first + cells - 1, self.serials.last)
        return (self.order.start_cell if number == 1 else 1), Range(max(first, self.serials.first), last)

    def page_job(self, number: int) -> PrintJob:
        """Page ``number`` alone, as it lies on paper: what the calibration undoes is not seen there."""
        cell, serials = self.page(number)
        codes = codes_of(self.key, serials)
        return replace(self.job, codes=codes, start_cell=cell, calibration=Calibration())

    @property
    def name(self) -> str:
        """The file's name, without a suffix."""
        return f"tem-{self.order.block}-{self.serials.first}-{self.serials.last}"


def plan_print(
    session: Session,
    actor: Actor,
    order: PrintOrder,
    public_url: str,
    now: datetime,
    *,
    preview: bool = False,
) -> PrintPlan:
    """Check the order and prepare the job; a ``preview`` asks for no reason to print again.

    Raises:
        NotFound: the block is not theirs.
        Invalid: range, stock, design, printer, start cell or format do not fit, or a reprint has no reason.
        Refused: the block is closed, a text does not fit the label (``print.fit``, ``print.glyph``), or
            the format is a label printer's and the stock is a sheet (``print.roll``).
    """
    block = fetch(session, actor, Act.SEE_CODES, StampBlock, public_id=order.block)
    serials = Range(
        block.first if order.first is None else order.first, block.last if order.last is None else order.last
    )
    gear = resolve_gear(session, actor, order, block)
    _check(order, block, serials, gear.stock)
    if not preview:
        refuse_unprintable(session, actor, block, serials, order.reason)
    key = key_for(session, block.kid)
    if key is None:
        raise LookupError(f"block {block.public_id} names key {block.kid}, which is not in the registry")
    words = words_of(session, block, public_url, now, is_demo=is_demo(session), kind=gear.design.kind)
    job = PrintJob(
        codes=codes_of(key, serials),
        prefix=f"{public_url}/".upper(),
        texts=words,
        stock=gear.stock,
        design=gear.design,
        calibration=gear.calibration,
        start_cell=order.start_cell,
        compress=order.compress,
        dpi=HEADS_DPI[gear.dpi or order.dpi],
        printer_qr=order.printer_qr,
    )
    try:
        format_named(order.format).check(job)
    except LabelError as problem:
        raise refusal_of(problem) from problem
    return PrintPlan(order, serials, job, gear, key)


def pages_for(count: int, start_cell: int, cells: int) -> int:
    """Pages that ``count`` stamps take from cell ``start_cell`` of the first one on."""
    return -(-(count + start_cell - 1) // cells)


def most_out(rows: int, start_cell: int, cells: int, count: int) -> int:
    """Of ``count`` stamps from cell ``start_cell`` on, how many ``rows`` whole rows of labels hold."""
    return max(0, min(rows * cells - (start_cell - 1), count))


def _check(order: PrintOrder, block: StampBlock, serials: Range, stock: Stock) -> None:
    problems = []
    if order.format not in FORMATS:
        problems.append(FieldProblem("format", "error.value", order.format, {"expected": ", ".join(FORMATS)}))
    if order.dpi not in HEADS_DPI:
        expected = {"expected": ", ".join(map(str, HEADS_DPI))}
        problems.append(FieldProblem("dpi", "error.value", order.dpi, expected))
    if not Range(block.first, block.last).holds(serials) or serials.count < 1:
        expected = {"expected": str(Range(block.first, block.last))}
        problems.append(FieldProblem("first", "error.value", f"{serials.first}–{serials.last}", expected))
    if not 1 <= order.start_cell <= stock.cells:
        expected = {"expected": f"1–{stock.cells}"}
        problems.append(FieldProblem("start_cell", "error.value", order.start_cell, expected))
    if problems:
        raise Invalid(problems)


def codes_of(key: StampKey, serials: Range) -> Callable[[], Iterator[tuple[Codes, Serials]]]:
    """The codes of a range with their serials, so many at a time, anew at each call."""

    def chunks() -> Iterator[tuple[Codes, Serials]]:
        for first in range(serials.first, serials.last + 1, CHUNK):
            count = min(CHUNK, serials.last + 1 - first)
            yield encode_many(key, first, count), np.arange(first, first + count, dtype=np.int64)

    return chunks
