"""After a correction every gate is asked again; what one says no to is put on hold, for the office to see."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import Refused
from trace.records.lot import Lot, LotState
from trace.records.product import Product
from trace.records.stamp import StampActivation, StampBlock
from trace.services.admission import Actor
from trace.services.claim_gates import claim_stops
from trace.services.gates import Stop
from trace.services.holding import hold_by_rule, put_on_hold
from trace.services.lineage import descendants
from trace.services.lot_information import information_stops
from trace.services.printed_claims import refuse_printed
from trace.services.releasing import missing_items
from trace.services.stamp_gates import range_of
from trace.texts.catalogs import t


def ask_again(session: Session, actor: Actor, lot: Lot, stops: Sequence[Stop], now: datetime) -> None:
    """Put the corrected lot on hold for the gates of its making, and what is out for those of going out."""
    for stop in stops:
        hold_by_rule(session, actor, lot, stop.rule, stop.figures, now)
    for number in descendants(session, lot.id):
        one = session.get_one(Lot, number)
        found = next(_noes(session, one, now), None) if one.state == LotState.RELEASED else None
        if found is not None:
            put_on_hold(session, actor, one, "", _reason(found), {}, now)


def _noes(session: Session, lot: Lot, now: datetime) -> Iterator[Refused]:
    """Why a released lot could not go out as it is now; codes are asked where the lot was made."""
    missing = missing_items(session, lot, now)
    if missing:
        yield Refused("correct.lacks", lot=lot.code, items=missing)
    product = session.get(Product, lot.product_id) if lot.product_id else None
    for stop in (*information_stops(session, lot, product), *claim_stops(session, lot, product)):
        yield stop.refusal()
    if product is not None:
        yield from _printed(session, lot, product)


def _printed(session: Session, lot: Lot, product: Product) -> Iterator[Refused]:
    rows: Iterable[StampActivation] = session.execute(
        select(StampActivation).where(col(StampActivation.lot_id) == lot.id)
    ).scalars()
    for row in rows:
        try:
            refuse_printed(session, session.get_one(StampBlock, row.block_id), range_of(row), lot, product)
        except Refused as error:
            yield error


def _reason(no: Refused) -> str:
    """A hold's reason is kept in Vietnamese."""
    return t("vi", "correct.held", reason=t("vi", no.key, **no.params))[:600]
