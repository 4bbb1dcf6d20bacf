"""What a print is made with: stock, design and printer of an order, found among what its owner has."""

from dataclasses import dataclass
from typing import Protocol

from sqlmodel import Session

from labels.design import StampDesign
from labels.job import Calibration
from labels.stock import STOCKS, Stock
from trace.errors import FieldProblem, Invalid, NotFound
from trace.records.label_printer import LabelPrinter, PrinterKind
from trace.records.stamp import StampBlock
from trace.services.admission import Act, Actor, fetch
from trace.services.label_defaults import usual_design
from trace.services.label_design_given import STANDARD
from trace.services.label_designs import design_for
from trace.services.label_printers import calibration_of
from trace.services.label_stocks import stock_named


class Named(Protocol):
    """Any order that names its gear."""

    @property
    def stock(self) -> str:
        """A built-in stock, or the public id of one's own."""

    @property
    def design(self) -> str:
        """``standard``, a design's public id, or ``<id>.<version>``; empty for what is usual."""

    @property
    def printer(self) -> str:
        """A printer's public id, or empty."""


@dataclass(frozen=True)
class Gear:
    """Everything a job needs besides codes and words; ``design_name`` names the version that is taken."""

    stock: Stock
    design: StampDesign
    design_name: str
    calibration: Calibration
    printer: LabelPrinter | None

    @property
    def dpi(self) -> int | None:
        """What the head of the label printer is called, None where none is named."""
        is_label = self.printer is not None and self.printer.kind != PrinterKind.OFFICE
        return self.printer.dpi if self.printer is not None and is_label else None


def resolve_gear(session: Session, actor: Actor, order: Named, block: StampBlock) -> Gear:
    """The gear of an order to print ``block``.

    Raises:
        Invalid: a name that is neither built in nor theirs, or a design for another product, by its field.
    """
    try:
        stock = stock_named(session, actor, order.stock)
    except NotFound:
        choices = {"expected": ", ".join(STOCKS)}
        raise Invalid([FieldProblem("stock", "error.value", order.stock, choices)]) from None
    name = order.design or _usual(session, block, stock)
    full, design = design_for(session, actor, name, block.product_id)
    printer = _printer(session, actor, order.printer)
    calibration = calibration_of(printer) if printer else Calibration()
    return Gear(stock, design, full, calibration, printer)


def _usual(session: Session, block: StampBlock, stock: Stock) -> str:
    if block.design != STANDARD:
        return block.design
    if block.org_id is None:
        return STANDARD
    return usual_design(session, block.org_id, stock.name, block.product_id)


def _printer(session: Session, actor: Actor, name: str) -> LabelPrinter | None:
    if not name:
        return None
    try:
        return fetch(session, actor, Act.MANAGE_PRINTING, LabelPrinter, public_id=name)
    except NotFound:
        raise Invalid([FieldProblem("printer", "error.value", name, {"expected": "–"})]) from None
