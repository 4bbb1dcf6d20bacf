"""Printers of a cooperative: what each reads, where it stands, what it does wrong."""

import ipaddress
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator
from sqlalchemy import func, select
from sqlmodel import Session, col

from labels.job import HEADS_DPI, Calibration
from trace.errors import Refused
from trace.records.label_printer import WHOLE_PPM, LabelPrinter, PrinterKind
from trace.services.admission import Act, Actor, fetch, lock, own_org, visible
from trace.services.intake import Given, line
from trace.services.printer_hosts import PORTS
from trace.services.public_id import new_public_id
from trace.services.registering import change
from trace.standards.fault import Fault

MOST = 60
"""Printers in use in one cooperative."""
DPIS = tuple(HEADS_DPI)
"""Dots an inch of label printers; an office printer is told nothing of dots."""
EXAMPLE = "tcp://192.168.1.50:9100"
_HOST = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*")
_QUEUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,126}")


def printer_address(text: str) -> str:
    """An address written one way: empty, ``tcp://host:port`` or ``cups://queue``.

    Raises ``label_printer.address``.
    """
    typed = text.strip()
    if not typed:
        return ""
    try:
        parts = urlsplit(typed)
        if parts.scheme == "cups" and _QUEUE.fullmatch(parts.netloc) and typed == f"cups://{parts.netloc}":
            return typed
        if parts.scheme == "tcp" and parts.path in ("", "/"):
            return _tcp(parts)
    except ValueError:  # an unclosed bracket, a port that is no number
        pass
    raise Fault("label_printer.address", expected=EXAMPLE, min=PORTS[0], max=PORTS[-1], got=typed[:80])


def _tcp(parts: SplitResult) -> str:
    host, port = parts.hostname or "", parts.port or PORTS[0]
    if port not in PORTS or "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("not a printer's address")
    if ":" in host:
        return f"tcp://[{ipaddress.IPv6Address(host)}]:{port}"
    if not _HOST.fullmatch(host):
        raise ValueError("not a host")
    return f"tcp://{host}:{port}"


def _dpi(value: object) -> object:
    found = int(value) if isinstance(value, str) and value.strip() in map(str, DPIS) else value
    if found not in DPIS:
        raise Fault("field.choice", choices=", ".join(map(str, DPIS)), got=str(value)[:20])
    return found


class PrinterIn(Given):
    """A printer as given."""

    name: Annotated[str, line(60, 2)]
    kind: PrinterKind
    dpi: Annotated[int, BeforeValidator(_dpi)] = 203
    address: Annotated[str, line(160), AfterValidator(printer_address)] = ""


def add_printer(session: Session, actor: Actor, given: PrinterIn, now: datetime) -> LabelPrinter:
    """Take a printer into use in the actor's organisation.

    Raises:
        Refused: ``label_gear.many``.
    """
    org_id = own_org(actor)
    mine = visible(actor, Act.MANAGE_PRINTING, LabelPrinter)
    in_use = select(func.count()).select_from(LabelPrinter)
    count = session.execute(in_use.where(mine, col(LabelPrinter.retired_at).is_(None))).scalar_one()
    if count >= MOST:
        raise Refused("label_gear.many", max=MOST)
    row = LabelPrinter(
        org_id=org_id,
        public_id=new_public_id(),
        created_at=now,
        created_by=actor.account_id,
        **given.model_dump(mode="json"),
    )
    session.add(row)
    session.flush()
    return row


def change_printer(session: Session, actor: Actor, public_id: str, given: PrinterIn) -> LabelPrinter:
    """Change a printer; what was measured of it stays.

    Raises:
        NotFound: not theirs.
        Refused: ``label_gear.retired``.
    """
    row = open_row(session, actor, public_id)
    change(row, given.model_dump(mode="json"))
    session.flush()
    return row


def retire_printer(session: Session, actor: Actor, public_id: str, now: datetime) -> LabelPrinter:
    """Take a printer out of the lists.

    Raises:
        NotFound: not theirs.
    """
    row = fetch(session, actor, Act.MANAGE_PRINTING, LabelPrinter, public_id=public_id)
    lock(session, row)
    row.retired_at = row.retired_at or now
    session.flush()
    return row


def open_row(session: Session, actor: Actor, public_id: str) -> LabelPrinter:
    """The row, held, while the printer is in use.

    Raises:
        NotFound: not theirs.
        Refused: ``label_gear.retired``.
    """
    row = fetch(session, actor, Act.MANAGE_PRINTING, LabelPrinter, public_id=public_id)
    lock(session, row)
    if row.retired_at is not None:
        raise Refused("label_gear.retired", name=row.name)
    return row


def own_printers(session: Session, actor: Actor) -> Sequence[LabelPrinter]:
    """The organisation's printers in use, by name."""
    mine = visible(actor, Act.MANAGE_PRINTING, LabelPrinter) & col(LabelPrinter.retired_at).is_(None)
    question = select(LabelPrinter).where(mine).order_by(col(LabelPrinter.name), col(LabelPrinter.id))
    return session.execute(question).scalars().all()


def calibration_of(row: LabelPrinter) -> Calibration:
    """What undoes the printer's faults, as the label room knows it."""
    return Calibration(
        row.offset_x_um / 1000,
        row.offset_y_um / 1000,
        row.scale_x_ppm / WHOLE_PPM,
        row.scale_y_ppm / WHOLE_PPM,
    )
