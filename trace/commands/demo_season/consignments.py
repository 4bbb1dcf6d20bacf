"""Three consignments: one waits to be confirmed, one left for China, one still lacks papers."""

from datetime import datetime

from sqlmodel import Session

from trace.commands.demo_season.cast import Cast, Coop
from trace.commands.terminal import now as clock
from trace.db import transaction
from trace.records.consignment import Consignment, PaperKind
from trace.records.lot import LotState
from trace.services import consigning, consignment_pages, consignment_papers, dispatching, logistic_units
from trace.services.consigning import ConsignmentIn
from trace.services.consignment_papers import PaperIn
from trace.services.logistic_units import UnitsIn
from trace.standards.local_time import local_day

FROM, TO = "NS", "BV"
"""One cooperative sends, the other receives: both have accounts."""
BOXES, BOX_G = 4, 5_000
LACKING = "JP"
ASKED_BY_CHINA = (PaperKind.GAP, PaperKind.BOX_MARKS, PaperKind.ISPM15)


def send_consignments(cast: Cast) -> None:
    """Made today, after all that was sold: nothing sold misses what is boxed here."""
    moment = clock()
    sender, receiver = cast.coops[FROM], cast.coops[TO]
    with transaction() as session:
        to_coop = ConsignmentIn(receiver=receiver.public_id)
        if one := _loaded(session, sender, to_coop, moment):
            dispatching.dispatch(session, sender.hand, one.public_id, moment)
        abroad = ConsignmentIn(market="CN", receiver_name="Công ty Trái Cây Mẫu")
        if one := _loaded(session, receiver, abroad, moment):
            _with_papers(session, receiver, one, moment)
        _loaded(
            session, receiver, ConsignmentIn(market=LACKING, receiver_name="Công ty Mẫu Nhật Bản"), moment
        )


def _loaded(session: Session, coop: Coop, given: ConsignmentIn, now: datetime) -> Consignment | None:
    """A draft with a few boxes of the newest lot that has room for them; nothing where none has."""
    rooms = consignment_pages.offered(session, coop.hand).lots
    wide = [lot for lot, left_g in rooms if lot.state == LotState.RELEASED and left_g > 2 * BOXES * BOX_G]
    if not wide:
        return None
    one = consigning.draft(session, coop.hand, given, now)
    boxes = UnitsIn(
        lot=wide[0].public_id,
        count=BOXES,
        weight_g=BOX_G,
        packed_on=local_day(now),
        packing_house_id=coop.house_id,
        request_id=f"mau-chuyen-{one.public_id}",
    )
    made = logistic_units.box_goods(session, coop.hand, boxes, now)
    consigning.put_in(session, coop.hand, one.public_id, [unit.id for unit in made])
    return one


def _with_papers(session: Session, coop: Coop, one: Consignment, now: datetime) -> None:
    for kind in ASKED_BY_CHINA:
        paper = PaperIn(kind=kind, number=f"MAU-{kind.upper()}", issued_on=local_day(now))
        consignment_papers.add_paper(session, coop.hand, one.public_id, paper, now)
    dispatching.dispatch(session, coop.hand, one.public_id, now)
