"""Chains of lots for tests of traces: made through the services, or as bare rows where many are needed."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from tests import world
from tests.services import farm
from trace.records.lot import Lot, LotKind, LotLink, LotState
from trace.services import packing
from trace.services.admission import Actor
from trace.services.tracing.graph import Direction
from trace.services.tracing.report import Report, trace_lots

UP, DOWN = Direction.UP, Direction.DOWN


def pool(
    session: Session, coop: world.Coop, now: datetime, *draws: tuple[Lot, int], kg: int, **given: Any
) -> Lot:
    """A lot of ``kg`` made of kilograms of others."""
    parents = [lot for lot, _ in draws]
    taken = [{"lot": lot.public_id, "weight_g": each * 1000} for lot, each in draws]
    values = {
        "units": None,
        "weight_g": kg * 1000,
        "kind": "pool",
        "draws": taken,
        "loss_reason": "loại quả dập",
    }
    return packing.pack_lot(session, coop.hand, farm.pack_in(*parents, **{**values, **given}), now)


def bare(
    session: Session, now: datetime, coop: world.Coop, kind: LotKind, weight_g: int, **given: Any
) -> Lot:
    """A lot's row without its act."""
    values = {"kind": kind, "weight_g": weight_g, "state": LotState.RELEASED}
    if kind is not LotKind.HARVEST:
        values |= {"plot_id": None, "household_id": None}
    return world.make_lot(session, now, coop.plot, coop.product, **{**values, **given})


def link(session: Session, parent: Lot, child: Lot, grams: int) -> None:
    world.add(session, LotLink(parent_id=parent.id, child_id=child.id, weight_g=grams))


def chain(
    session: Session, now: datetime, coop: world.Coop, depth: int, width: int
) -> tuple[list[Lot], list[Lot]]:
    """``width`` harvests, then ``depth`` layers of as many pools, each of two lots of the layer before."""
    first = row = [bare(session, now, coop, LotKind.HARVEST, 100_000) for _ in range(width)]
    for _ in range(depth):
        below = [bare(session, now, coop, LotKind.POOL, 100_000) for _ in range(width)]
        for place, child in enumerate(below):
            for parent in (row[place], row[(place + 1) % width]):
                link(session, parent, child, 50_000)
        row = below
    return first, row


def traced(session: Session, actor: Actor, way: Direction, *lots: Lot) -> Report:
    return trace_lots(session, actor, [lot.id for lot in lots], way)


def codes(report: Report) -> set[str]:
    return {node.lot.code for node in report.nodes}
