"""What a person named: a lot, a stamp by its code or serial, a plot; and the lots a trace begins at."""

from dataclasses import dataclass
from typing import Annotated

from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, NotFound
from trace.records.lot import Lot
from trace.records.organisation import Organisation
from trace.records.plot import Plot
from trace.records.stamp import StampActivation, StampKeyRow
from trace.services.admission import Act, Actor, visible
from trace.services.intake import Given, line
from trace.services.lot_names import FEW, maybe_lot, several
from trace.services.stamp_opening import open_typed
from trace.services.stamp_ranges import read_serial
from trace.standards import stamp_code
from trace.standards.fault import Fault

MOST_STARTS = 2_000
"""Lots of one plot a trace begins at, the newest; a plot gives a few dozen in a season."""


class Asked(Given):
    """A lot's code or public id, a stamp's code or serial, a plot's code."""

    q: Annotated[str, line(80, 1)]


@dataclass(frozen=True)
class Start:
    """Where a trace begins: ``kind`` is lot, stamp or plot; ``name`` as it is shown, never a stamp's code."""

    kind: str
    name: str
    lot_ids: tuple[int, ...]


def find_start(session: Session, actor: Actor, said: str) -> Start:
    """The one thing in the actor's sight that is so called: lots first, then stamps, then plots.

    Raises:
        NotAllowed: the actor traces nothing.
        NotFound: ``trace.unknown``: nothing in sight is so called.
        Invalid: ``trace.several``: several are; their public ids, keys or codes are named.
    """
    said = said.strip()
    for look in (_lot, _stamp_code, _serial, _plot):
        found = look(session, actor, said)
        if found is not None:
            return found
    raise NotFound("trace.unknown", name=said[:40])


def _lot(session: Session, actor: Actor, said: str) -> Start | None:
    lot = maybe_lot(session, visible(actor, Act.TRACE, Lot), said, "q")
    return Start("lot", lot.code, (lot.id,)) if lot else None


def _stamp_code(session: Session, actor: Actor, said: str) -> Start | None:
    if "/" in said or len(stamp_code.compact(said)) != stamp_code.LENGTH:
        return None
    try:
        opened = open_typed(session, said)
    except Fault as fault:
        raise Invalid([FieldProblem("q", fault.key, None, fault.params)]) from fault
    if opened is None:
        return None
    return _activated(session, actor, opened.serial, opened.kid)


def _serial(session: Session, actor: Actor, said: str) -> Start | None:
    """A printed serial, ``1:000.481`` where several keys have it."""
    said = said.partition(" (")[0]
    key, colon, digits = said.rpartition(":")
    if colon and not (key.isascii() and key.isdigit()):
        return None
    try:
        serial = read_serial(digits)
    except Fault:
        return None
    return _activated(session, actor, serial, int(key) if colon else None)


def _activated(session: Session, actor: Actor, serial: int, kid: int | None) -> Start | None:
    kids = [kid] if kid is not None else session.execute(select(col(StampKeyRow.kid))).scalars().all()
    found = [row for key in kids if (row := _activation_at(session, actor, key, serial)) is not None]
    if len(found) > 1:
        choices = [f"{one.kid}:{serial} ({lot}, {owner})" for one, lot, owner in found]
        raise several("q", f"{serial}", choices)
    return Start("stamp", f"{found[0][0].kid}:{serial}", (found[0][0].lot_id,)) if found else None


def _activation_at(
    session: Session, actor: Actor, kid: int, serial: int
) -> tuple[StampActivation, str, str] | None:
    """The activation that holds a serial, its lot's code and whose it is.

    Those of one key never overlap, so it is the last to begin before the serial.
    """
    question = (
        select(StampActivation)
        .where(col(StampActivation.kid) == kid, col(StampActivation.first) <= serial)
        .order_by(col(StampActivation.first).desc())
        .limit(1)
    )
    found: StampActivation | None = session.execute(question).scalar_one_or_none()
    if found is None or found.last < serial:
        return None
    mine = select(col(Lot.code), col(Organisation.name)).join(
        Organisation, col(Organisation.id) == Lot.org_id
    )
    mine = mine.where(col(Lot.id) == found.lot_id, visible(actor, Act.TRACE, Lot))
    row = session.execute(mine).first()
    return (found, row[0], row[1]) if row else None


def _plot(session: Session, actor: Actor, said: str) -> Start | None:
    """A plot's code, ``ORGANISATION/CODE`` where several organisations have it."""
    org, _, code = said.partition(" (")[0].rpartition("/")
    question = (
        select(Plot, Organisation)
        .join(Organisation, col(Organisation.id) == col(Plot.org_id))
        .where(visible(actor, Act.TRACE, Plot), col(Plot.code).in_({code, code.upper()}))
    )
    if org:
        question = question.where(col(Organisation.public_id) == org)
    found = session.execute(question.limit(FEW)).all()
    if len(found) > 1:
        raise several("q", said, [f"{owner.public_id}/{plot.code} ({owner.name})" for plot, owner in found])
    return plot_start(session, actor, found[0][0]) if found else None


def plot_start(session: Session, actor: Actor, plot: Plot) -> Start:
    """A plot's lots, the newest first.

    Raises:
        NotFound: ``trace.no_lots``: nothing was harvested from it yet.
    """
    question = select(col(Lot.id)).where(col(Lot.plot_id) == plot.id, visible(actor, Act.TRACE, Lot))
    ids = session.execute(question.order_by(col(Lot.id).desc()).limit(MOST_STARTS)).scalars().all()
    if not ids:
        raise NotFound("trace.no_lots", plot=plot.code)
    return Start("plot", plot.code, tuple(ids))
