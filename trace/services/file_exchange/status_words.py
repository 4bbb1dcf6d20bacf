"""Each shop's own words for the state of an order, and what they mean; people add to the table.

No word means anything before a person says so: ``SUGGESTED`` only chooses what the form shows first. The
first words of Voso are those its help page names; the others are how sellers usually speak.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from marketplaces.values import OrderStatus
from trace.errors import FieldProblem, Invalid
from trace.records.file_exchange import FileStatusWord, HeldOrder
from trace.services.file_exchange.telling import UNKNOWN_WORD, word_key

CHOICES: tuple[OrderStatus, ...] = ("unpaid", "placed", "completed", "cancelled", "returned")
SUGGESTED: Mapping[str, OrderStatus] = {
    "cho duyet": "placed", "da duyet": "placed", "cho xuat kho": "placed", "huy": "cancelled",
    "cho thanh toan": "unpaid", "chua thanh toan": "unpaid", "moi": "placed", "da dat": "placed",
    "cho xac nhan": "placed", "da xac nhan": "placed", "dang xu ly": "placed", "dang giao": "placed",
    "dang van chuyen": "placed", "da giao": "completed", "giao thanh cong": "completed",
    "thanh cong": "completed", "hoan thanh": "completed", "hoan tat": "completed", "da huy": "cancelled",
    "tra hang": "returned", "da tra hang": "returned", "hoan tra": "returned", "da hoan tien": "returned",
    "pending": "unpaid", "new": "placed", "processing": "placed", "confirmed": "placed",
    "shipping": "placed", "delivered": "completed", "completed": "completed", "cancelled": "cancelled",
    "canceled": "cancelled", "returned": "returned", "refunded": "returned",
}  # fmt: skip


def meanings(session: Session, shop_id: int) -> dict[str, OrderStatus]:
    """The shop's words, folded, and our state for each."""
    found = session.execute(select(FileStatusWord).where(col(FileStatusWord.shop_id) == shop_id)).scalars()
    by_name: dict[str, OrderStatus] = {name: name for name in CHOICES}
    return {row.word_key: by_name[row.status] for row in found}


def listed(session: Session, shop_id: int) -> list[FileStatusWord]:
    """The shop's table, by word."""
    question = select(FileStatusWord).where(col(FileStatusWord.shop_id) == shop_id)
    return list(session.execute(question.order_by(col(FileStatusWord.word_key))).scalars())


def unknown(session: Session, shop_id: int) -> list[str]:
    """Words of held orders that nobody has explained yet."""
    rule = (
        col(HeldOrder.shop_id) == shop_id,
        col(HeldOrder.reason) == UNKNOWN_WORD,
        col(HeldOrder.resolved_at).is_(None),
    )
    return sorted(set(session.execute(select(col(HeldOrder.word)).where(*rule)).scalars()))


def explain(
    session: Session, shop_id: int, word: str, status: str, account_id: int | None, now: datetime
) -> bool:
    """Say what a word means; whether that changed anything.

    Raises:
        Invalid: no such state.
    """
    if status not in CHOICES or not word_key(word):
        raise Invalid([FieldProblem("status", "field.unexpected", status, {"expected": ", ".join(CHOICES)})])
    rule = (col(FileStatusWord.shop_id) == shop_id, col(FileStatusWord.word_key) == word_key(word))
    row: FileStatusWord | None = session.execute(select(FileStatusWord).where(*rule)).scalar_one_or_none()
    if row is not None and row.status == status:
        return False
    if row is None:
        row = FileStatusWord(
            shop_id=shop_id, word_key=word_key(word), word=word[:48], status=status, changed_at=now
        )
        session.add(row)
    row.status, row.changed_at, row.changed_by = status, now, account_id
    session.flush()
    return True
