"""Other figures for label stock, and its end: what hangs on it goes over or is let go."""

from datetime import datetime

from sqlmodel import Session

from trace.records.label_stock import LabelStock
from trace.services import label_defaults
from trace.services.admission import Act, Actor, fetch, lock
from trace.services.label_stock_given import StockIn
from trace.services.label_stocks import checked, open_row, store


def change_stock(
    session: Session, actor: Actor, public_id: str, given: StockIn, public_url: str, now: datetime
) -> tuple[LabelStock, list[str]]:
    """Give stock other figures: a new row, so that earlier prints keep theirs; a new name alone needs none.

    Designs that were usual on the stock stay usual where they fit its new figures; the names
    of those that do not are given back.

    Raises:
        NotFound: not theirs.
        Invalid: a label does not lie on its page.
        Refused: ``label_gear.retired``.
    """
    row = open_row(session, actor, public_id)
    checked(given)
    figures = given.figures()
    if figures == {name: getattr(row, name) for name in figures}:
        row.name = given.name
        session.flush()
        return row, []
    new = store(session, actor, row.org_id, given, row.id, now)
    row.retired_at = now
    session.flush()
    return new, label_defaults.hand_on(session, actor, row, new, public_url, now)


def retire_stock(session: Session, actor: Actor, public_id: str, now: datetime) -> LabelStock:
    """Take stock out of the lists; prints made on it can be repeated.

    Raises:
        NotFound: not theirs.
    """
    row = fetch(session, actor, Act.MANAGE_PRINTING, LabelStock, public_id=public_id)
    lock(session, row)
    if row.retired_at is None:
        row.retired_at = now
        session.flush()
        label_defaults.forget_stock(session, row.org_id, row.public_id)
    return row
