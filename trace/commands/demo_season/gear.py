"""What a cooperative of the demonstration prints with: a printer set right, stock of its own, a design."""

from datetime import datetime
from functools import partial

from sqlmodel import Session

from trace.commands.demo_season.cast import Cast, Coop
from trace.commands.demo_season.days import at
from trace.services import label_designs, label_printers, label_stocks
from trace.services.label_calibrating import MeasuredIn, set_right, state_of
from trace.services.label_design_given import DesignIn
from trace.services.label_printers import PrinterIn
from trace.services.label_stock_given import StockIn

PRINTERS = (
    {"name": "Máy in văn phòng HTX", "kind": "pdf"},
    {"name": "Máy in tem nhà đóng gói", "kind": "zpl", "dpi": "203", "address": "tcp://192.168.1.50:9100"},
)
STOCK = {"name": "Giấy 24 tem (tự đo)", "form": "sheet", "columns": "3", "rows": "8"}
LABEL = {"label_width_um": "64", "label_height_um": "33,9", "pitch_x_um": "66"}
DESIGN = {"name": "Hộp quà, chữ ít", "kind": "stamp", "level": "Q"}
ROWS = ("product", "cooperative", "lot", "packed", "scan", "serial")
MEASURED = {"stock": "tomy-145", "across_um": "99,8", "down_um": "150", "left_um": "8,25", "top_um": "13"}
SINCE_DAYS = 40


def plan_gear(cast: Cast) -> None:
    """Every cooperative buys its printer before the demonstration's last weeks."""
    for coop in cast.coops.values():
        cast.agenda.add(at(cast.days.ago(SINCE_DAYS), 9), partial(_own, coop))


def _own(coop: Coop, session: Session, now: datetime) -> None:
    rows = [
        label_printers.add_printer(session, coop.manager, PrinterIn.model_validate(one), now)
        for one in PRINTERS
    ]
    measured = MeasuredIn.model_validate({**MEASURED, "before": state_of(rows[0])})
    set_right(session, coop.manager, rows[0].public_id, measured, now)
    label_stocks.add_stock(session, coop.manager, StockIn.model_validate({**STOCK, **LABEL}), now)
    label_designs.add_design(
        session, coop.manager, DesignIn.model_validate({**DESIGN, "rows": ROWS}), None, now
    )
