"""What people decided about items of the work lists: rows written once, the newest says how an item stands.

An item is a fact that stands in another table; deciding about it never changes that fact.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from trace.records.columns import big, maybe_ref, one_of, pk


class WorkKind(StrEnum):
    """What an item is about, and with it which table its ``key`` numbers a row of.

    A ``seller`` is an organisation, a ``gap`` and a ``stamp`` are alarms, an ``incomplete`` is a lot.
    """

    HOLD = "hold"
    AREA = "area"
    CERTIFICATE = "certificate"
    OCOP = "ocop"
    SELLER = "seller"
    HOUSEHOLD = "household"
    SHOP = "shop"
    GAP = "gap"
    STAMP = "stamp"
    INCOMPLETE = "incomplete"


class WorkAct(StrEnum):
    """What somebody did about an item."""

    DONE = "done"
    SNOOZED = "snoozed"
    REOPENED = "reopened"
    ASSIGNED = "assigned"
    REMINDED = "reminded"
    NOTE = "note"


class WorkState(StrEnum):
    """How an item stands by what people decided; whether it still does, its facts and the day say."""

    OPEN = "open"
    SNOOZED = "snoozed"
    DONE = "done"


class WorkDecision(SQLModel, table=True):
    """One act about one item; ``number`` counts an item's acts, so that of two at once one is refused.

    ``state`` with its ``until`` and ``assignee_id`` are how the item stands after it, in that state since
    ``state_at``; ``facts`` is what it was like then (``item.Item.facts``). Whose the item was, and where,
    stands beside it: the fact may be gone by now. What was typed is ``text_id``'s, where it can be emptied.
    """

    __tablename__ = "work_decision"
    __table_args__ = (
        UniqueConstraint("kind", "key", "number"),
        one_of("kind", WorkKind),
        one_of("act", WorkAct),
        one_of("state", WorkState),
        Index(None, "commune_code"),
    )

    id: int = pk()
    kind: str = Field(max_length=12)
    key: int = big()
    number: int
    act: str = Field(max_length=12)
    state: str = Field(max_length=8)
    until: date | None = None
    state_at: datetime
    assignee_id: int | None = maybe_ref("account.id", index=False)
    facts: str = Field(default="", max_length=40)
    name: str = Field(max_length=160)
    org_id: int | None = maybe_ref("organisation.id")
    commune_code: str | None = Field(default=None, max_length=8)
    text_id: int | None = maybe_ref("typed_text.id", index=False)
    decided_at: datetime
    decided_by: int | None = maybe_ref("account.id", index=False)
