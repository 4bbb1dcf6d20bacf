"""What is shown of consignments: lists, one with its boxes in rows, and what its forms are filled with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from trace.records.consignment import (
    Consignment,
    ConsignmentPaper,
    ConsignmentState,
    ReceiptDifference,
    Treatment,
)
from trace.records.logistic_unit import LogisticUnit, UnitKind
from trace.records.lot import Lot, LotState
from trace.records.organisation import Organisation
from trace.records.plot import PackingHouse
from trace.records.recall import Recall
from trace.services.admission import Act, Actor, fetch, visible
from trace.services.consigning import units_in
from trace.services.consignment_papers import papers_of, treatments_of
from trace.services.export_gates import Checklist, checklist
from trace.services.logistic_units import BOXABLE, contents_of
from trace.services.lot_room import room_g
from trace.services.lot_states import recall_of
from trace.services.sites import packing_houses
from trace.standards.local_time import local_day

PAGE = 40
MOST_FREE = 500
"""Boxes that stand nowhere, as many as a page offers."""


@dataclass(frozen=True)
class UnitRow:
    """Boxes one after the other that hold the same; a mixed pallet is a row of its own.

    A pallet with boxes on it is a row of its own too, with rows of these.
    """

    units: Sequence[LogisticUnit]
    goods: Sequence[tuple[Lot, int]]
    boxes: Sequence["UnitRow"] = ()

    @property
    def every(self) -> list[LogisticUnit]:
        """The units of the row, each followed by what stands on it."""
        return [*self.units, *(unit for row in self.boxes for unit in row.every)]

    @property
    def count(self) -> int:
        """How many."""
        return len(self.units)

    @property
    def ids(self) -> str:
        """The boxes' numbers of rows, as a form sends them."""
        return ",".join(str(unit.id) for unit in self.units)

    @property
    def weight_g(self) -> int:
        """Grams in all of them."""
        own = len(self.units) * sum(grams for _, grams in self.goods)
        return own + sum(row.weight_g for row in self.boxes)


@dataclass(frozen=True)
class ConsignmentList:
    """A page of consignments, newest first."""

    rows: Sequence[Consignment]
    before: int | None
    senders: Mapping[int, str] = field(default_factory=dict)
    """Names of organisations by number, where the list is one of arrivals."""


@dataclass(frozen=True)
class ConsignmentPage:
    """One consignment as its sender sees it; the checklist is of its day of dispatch, else of today."""

    one: Consignment
    sender: Organisation
    rows: Sequence[UnitRow]
    treatments: Sequence[Treatment]
    papers: Sequence[ConsignmentPaper]
    differences: Sequence[tuple[ReceiptDifference, LogisticUnit]]
    checks: Checklist
    recalled: Sequence[tuple[Lot, Recall]] = ()

    @property
    def weight_g(self) -> int:
        """Grams in it."""
        return sum(row.weight_g for row in self.rows)

    @property
    def unit_count(self) -> int:
        """Boxes and pallets in it."""
        return len(self.units)

    @property
    def pallet_count(self) -> int:
        """Of these, the pallets."""
        return sum(unit.kind == UnitKind.PALLET for unit in self.units)

    @property
    def units(self) -> list[LogisticUnit]:
        """All of them, boxes behind their pallets."""
        return [unit for row in self.rows for unit in row.every]


@dataclass(frozen=True)
class Offered:
    """What can go into a draft: lots with room, boxes that stand nowhere, packing houses."""

    lots: Sequence[tuple[Lot, int]]
    free: Sequence[UnitRow]
    houses: Sequence[PackingHouse]


def sent_list(session: Session, actor: Actor, before: int | None = None) -> ConsignmentList:
    """Consignments the actor's organisation sends."""
    return listed(session, visible(actor, Act.VIEW_CONSIGNMENT, Consignment), before)


def sent_page(session: Session, actor: Actor, public_id: str, now: datetime) -> ConsignmentPage:
    """One consignment of the actor's reach.

    Raises:
        NotFound: there is none.
    """
    one = fetch(session, actor, Act.VIEW_CONSIGNMENT, Consignment, public_id=public_id)
    return page_of(session, one, now)


def offered(session: Session, actor: Actor) -> Offered:
    """What a draft of the actor's may take."""
    mine = visible(actor, Act.CONSIGN, Lot) & col(Lot.state).in_(BOXABLE)
    lots = session.execute(select(Lot).where(mine).order_by(col(Lot.id).desc()).limit(60)).scalars().all()
    room = [(lot, room_g(session, lot)) for lot in lots]
    return Offered(
        [(lot, left_g) for lot, left_g in room if left_g > 0],
        free_units(session, actor),
        packing_houses(session, actor),
    )


def free_units(session: Session, actor: Actor) -> list[UnitRow]:
    """Boxes that were not opened and stand in no consignment."""
    question = select(LogisticUnit).where(
        visible(actor, Act.CONSIGN, LogisticUnit),
        col(LogisticUnit.opened_at).is_(None),
        col(LogisticUnit.consignment_id).is_(None),
    )
    units = session.execute(question.order_by(col(LogisticUnit.id)).limit(MOST_FREE)).scalars().all()
    return unit_rows(session, units)


def unit_rows(session: Session, units: Sequence[LogisticUnit]) -> list[UnitRow]:
    """Boxes in their order, those that hold the same together; boxes on a pallet under it."""
    contents = contents_of(session, [unit.id for unit in units])
    found = session.execute(select(Lot).where(col(Lot.id).in_({one.lot_id for one in contents}))).scalars()
    lots = {lot.id: lot for lot in found}
    inside: dict[int, list[tuple[Lot, int]]] = {unit.id: [] for unit in units}
    for one in contents:
        inside[one.unit_id].append((lots[one.lot_id], one.weight_g))
    loads: dict[int, list[LogisticUnit]] = {}
    for unit in units:
        if unit.pallet_id is not None:
            loads.setdefault(unit.pallet_id, []).append(unit)
    standing = [unit for unit in units if unit.pallet_id not in inside]
    return _grouped(standing, inside, loads)


def _grouped(
    units: Sequence[LogisticUnit],
    inside: Mapping[int, Sequence[tuple[Lot, int]]],
    loads: Mapping[int, Sequence[LogisticUnit]],
) -> list[UnitRow]:
    groups: dict[tuple[object, ...], list[LogisticUnit]] = {}
    for unit in units:
        alike = (unit.kind, unit.packing_house_id, *((lot.id, grams) for lot, grams in inside[unit.id]))
        groups.setdefault((*alike, unit.id) if unit.id in loads else alike, []).append(unit)
    return [
        UnitRow(group, inside[group[0].id], _grouped(loads.get(group[0].id, ()), inside, {}))
        for group in groups.values()
    ]


def listed(session: Session, rule: ColumnElement[bool], before: int | None) -> ConsignmentList:
    """A page of the consignments under this rule, the newest first, below row number ``before``."""
    question = select(Consignment).where(rule).order_by(col(Consignment.id).desc()).limit(PAGE + 1)
    if before:
        question = question.where(col(Consignment.id) < before)
    rows = session.execute(question).scalars().all()
    return ConsignmentList(rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None)


def page_of(session: Session, one: Consignment, now: datetime) -> ConsignmentPage:
    """All that is shown of one consignment that the actor was found to see."""
    differences = (
        select(ReceiptDifference, LogisticUnit)
        .join(LogisticUnit, col(LogisticUnit.id) == col(ReceiptDifference.unit_id))
        .where(col(ReceiptDifference.consignment_id) == one.id)
        .order_by(col(ReceiptDifference.id))
    )
    is_draft = one.state == ConsignmentState.DRAFT
    rows = unit_rows(session, units_in(session, one))
    return ConsignmentPage(
        one=one,
        sender=session.get_one(Organisation, one.org_id),
        rows=rows,
        treatments=treatments_of(session, one),
        papers=papers_of(session, one),
        differences=[(row[0], row[1]) for row in session.execute(differences)],
        checks=checklist(session, one, local_day(now) if is_draft else one.dispatched_on or local_day(now)),
        recalled=_recalled(session, rows),
    )


def _recalled(session: Session, rows: Sequence[UnitRow]) -> list[tuple[Lot, Recall]]:
    """Lots in it that are under recall by now, with what the public is told."""
    lots = {lot.id: lot for row in rows for one in (row, *row.boxes) for lot, _ in one.goods}
    found = [(lot, recall_of(session, lot.id)) for lot in lots.values() if lot.state == LotState.RECALLED]
    return [(lot, recall) for lot, recall in found if recall is not None]
