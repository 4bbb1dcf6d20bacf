"""Reminding a cooperative by mail of what it is to do: once a day an item, at addresses of its own."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from trace.errors import Refused
from trace.records.mail import AddressState, MailAddress
from trace.records.work_decision import WorkAct, WorkDecision
from trace.services.admission import Act, Actor, scope_of
from trace.services.mailing import outbox
from trace.services.mailing.letters import Letter
from trace.services.work_lists.catalogue import REMINDABLE
from trace.services.work_lists.deciding import refuse_unseen, write
from trace.services.work_lists.item import Item, Look
from trace.services.work_lists.listing import find
from trace.texts.catalogs import shown, t


@dataclass(frozen=True)
class RemindIn:
    """What the asking page knew: the number of the last act it showed, and whether mail goes out here."""

    seen: int
    is_on: bool


def may_be_reminded(item: Item) -> bool:
    """Whether the item is a cooperative's to act on."""
    return item.kind in REMINDABLE and item.org_id is not None


def remind(
    session: Session, actor: Actor, kind: str, key: int, given: RemindIn, now: datetime
) -> WorkDecision:
    """Write to the item's cooperative, and write down that it was reminded.

    Raises:
        NotAllowed: the role decides nothing.
        NotFound: no such item in reach, or its fact is gone.
        Refused: ``work.meanwhile``; ``work.remind.off``: no mail is sent here; ``work.remind.office``: the
            cooperative can do nothing about it;
            ``work.remind.nobody``: no address of it agreed to mail; ``work.remind.today``: it was today.
    """
    scope_of(actor, Act.DECIDE_WORK)
    look = Look(session, actor, now)
    item = find(look, kind, key)
    refuse_unseen(item, given.seen)
    if not given.is_on:
        raise Refused("work.remind.off")
    if not may_be_reminded(item):
        raise Refused("work.remind.office", name=item.told.name)
    readers = _readers(session, item)
    if not readers:
        raise Refused("work.remind.nobody", name=item.told.name, coop=item.org)
    about = f"viec/{item.kind}/{item.key}/{look.today:%Y%m%d}"
    if not sum(outbox.queue_mail(session, one, _letter(one.language, item, about), now) for one in readers):
        raise Refused("work.remind.today", name=item.told.name, coop=item.org)
    return write(look, item, WorkAct.REMINDED)


def _readers(session: Session, item: Item) -> list[MailAddress]:
    mine = col(MailAddress.org_id) == item.org_id, col(MailAddress.state) == AddressState.CONFIRMED
    return list(session.execute(select(MailAddress).where(*mine).order_by(col(MailAddress.id))).scalars())


def _letter(lang: str, item: Item, about: str) -> Letter:
    names = {"kind": t(lang, f"work.kind.{item.kind}"), "name": item.told.name, "coop": item.org}
    why = "\n".join(f"- {shown(lang, one)}" for one in item.told.why)
    parts = t(lang, "mail.work.text", **names), why, t(lang, f"mail.work.todo.{item.kind}")
    return Letter(about, t(lang, "mail.work.subject", **names), "\n\n".join(parts))
