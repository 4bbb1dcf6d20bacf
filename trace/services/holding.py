"""Holds: a stop put on a lot and on everything made from it; the office alone lifts it."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from trace.errors import NotFound, Refused
from trace.records.event import Event
from trace.records.lot import Hold, Lot, LotState
from trace.services import lot_events
from trace.services.admission import Act, Actor, fetch
from trace.services.allocating import fill
from trace.services.gates import Stop
from trace.services.intake import Given, line
from trace.services.lineage import descendants, portions
from trace.services.listing_offers import pause_products
from trace.services.lot_states import lock_lots, lock_org, move, refuse_recalled
from trace.texts.catalogs import Term, t

STOPPABLE = (LotState.OPEN, LotState.RELEASED)
PARENT_RULE = "gate.parent"


class HoldIn(Given):
    """Why a lot is stopped."""

    reason: Annotated[str, line(600, 5)]


class LiftIn(Given):
    """What was found (a laboratory paper's number or the like), and why the lot may go on."""

    result: Annotated[str, line(240, 1)]
    reason: Annotated[str, line(600, 5)]


def hold_lot(session: Session, actor: Actor, public_id: str, given: HoldIn, now: datetime) -> Hold:
    """Stop a lot by hand; cooperatives their own, the office any.

    A lot that was used up stays so, but everything made from it is stopped.

    Raises:
        Refused: the lot is a draft, recalled or destroyed, or on hold for the same reason already.
    """
    lot = fetch(session, actor, Act.HOLD_LOT, Lot, public_id=public_id)
    lock_lots(session, [lot.id])
    refuse_recalled(session, lot)
    if lot.state in (LotState.DRAFT, LotState.DESTROYED):
        raise Refused("hold.nothing", lot=lot.code, state=Term(f"lot.state.{lot.state}"))
    for hold in open_holds(session, lot):
        if hold.reason == given.reason and not hold.rule:
            return hold
    return put_on_hold(session, actor, lot, "", given.reason, {}, now)


def hold_by_rule(
    session: Session, actor: Actor, lot: Lot, rule: str, figures: Mapping[str, object], now: datetime
) -> Hold | None:
    """Stop a lot, whose row is locked, because a gate says so.

    The same rule and figures stop it once: what the office lifted is not stopped again.
    """
    if was_held(session, lot, rule, figures):
        return None
    reason = t("vi", _words(rule), **figures)[:600]
    return put_on_hold(session, actor, lot, rule, reason, figures, now)


def hold_new(session: Session, actor: Actor, stopped: Sequence[tuple[Lot, Stop]], now: datetime) -> None:
    """Stop lots that were written a moment ago because gates say so: nobody has stopped them before, and
    nothing was made of them.
    """
    _stop_new(session, actor, [(lot, _hold_of(actor, lot, stop, now)) for lot, stop in stopped], now)


def follow_new(
    session: Session, actor: Actor, following: Sequence[tuple[Lot, Lot, Hold]], now: datetime
) -> None:
    """Lots that were written a moment ago follow the open holds of what went into them.

    Each is told with the input, and with the hold of that.
    """
    holds = [(child, _following(child, parent, cause, now)) for child, parent, cause in following]
    for _, hold in holds:
        hold.opened_by = actor.account_id
    _stop_new(session, actor, holds, now)


def _stop_new(session: Session, actor: Actor, holds: Sequence[tuple[Lot, Hold]], now: datetime) -> None:
    for lot, _ in holds:
        if lot.state in STOPPABLE:
            move(lot, LotState.HOLD, now)
    session.add_all([hold for _, hold in holds])
    session.flush()
    lot_events.held(session, actor, holds, now)


def _hold_of(actor: Actor, lot: Lot, stop: Stop, now: datetime) -> Hold:
    said = reason_of(stop)
    figures, reason = _packed(stop.figures), t("vi", said.key, **said.params)[:600]
    row = Hold(lot_id=lot.id, rule=stop.rule, reason=reason, figures=figures, opened_at=now)
    row.opened_by = actor.account_id
    return row


def reason_of(stop: Stop) -> Term:
    """Why a gate puts a lot on hold, in the reader's words."""
    return Term(_words(stop.rule), stop.figures)


def was_held(session: Session, lot: Lot, rule: str, figures: Mapping[str, object]) -> bool:
    """Whether this rule has stopped the lot with these figures before; the office has seen it then.

    What it lifted before the lot was corrected it lifted of other facts: that counts no more.
    """
    about = (col(Event.subject_kind) == "lot", col(Event.subject_id) == lot.id, col(Event.act) == "correct")
    corrected_at = session.execute(select(func.max(col(Event.recorded_at))).where(*about)).scalar_one()
    said = [col(Hold.lot_id) == lot.id, col(Hold.rule) == rule, col(Hold.figures) == _packed(figures)]
    if corrected_at is not None:
        said.append(or_(col(Hold.lifted_at).is_(None), col(Hold.opened_at) >= corrected_at))
    return session.execute(select(col(Hold.id)).where(*said)).first() is not None


def put_on_hold(
    session: Session,
    actor: Actor,
    lot: Lot,
    rule: str,
    reason: str,
    figures: Mapping[str, object],
    now: datetime,
) -> Hold:
    """Stop a locked lot and all its descendants; each gets a hold of its own that follows this one."""
    said = _packed(figures) if rule else ""
    row = Hold(lot_id=lot.id, rule=rule, reason=reason, figures=said, opened_at=now)
    root = _stop(session, actor, lot, row)
    below = [number for number in descendants(session, lot.id) if number != lot.id]
    for child in lock_lots(session, below):
        inherit(session, actor, child, lot, root, now)
    return root


def inherit(session: Session, actor: Actor, child: Lot, parent: Lot, cause: Hold, now: datetime) -> None:
    """A lot follows the hold of what went into it (the worst input counts)."""
    if child.state in (LotState.RECALLED, LotState.DESTROYED, LotState.DRAFT):
        return
    _stop(session, actor, child, _following(child, parent, cause, now))


def reason_to_follow(parent: Lot, cause: Hold) -> Term:
    """Why a lot is on hold whose input is, in the reader's words."""
    return Term(_words(PARENT_RULE), {"lot": parent.code, "reason": cause.reason})


def _following(child: Lot, parent: Lot, cause: Hold, now: datetime) -> Hold:
    said = reason_to_follow(parent, cause)
    figures, reason = _packed(said.params), t("vi", said.key, **said.params)[:600]
    row = Hold(lot_id=child.id, rule=PARENT_RULE, reason=reason, figures=figures, opened_at=now)
    row.cause_id = cause.cause_id or cause.id
    return row


def _stop(session: Session, actor: Actor, lot: Lot, hold: Hold) -> Hold:
    hold.opened_by = actor.account_id
    session.add(hold)
    if lot.state == LotState.RELEASED and lot.product_id is not None:
        pause_products(session, [lot.product_id], hold.opened_at)  # it may be what the shops sell now
    if lot.state in STOPPABLE:
        move(lot, LotState.HOLD, hold.opened_at)
    session.flush()
    lot_events.observed(session, actor, "hold", lot, hold.opened_at, rule=hold.rule, hold=str(hold.id))
    return hold


def lift_hold(session: Session, actor: Actor, hold_id: int, given: LiftIn, now: datetime) -> Lot:
    """Lift one hold and those that follow it; a lot without any other goes back to where it came from.

    Raises:
        NotAllowed: not the office.
        NotFound: no such hold.
        Refused: it was lifted before, or it follows the hold of an input, which is to be lifted itself.
    """
    root = _of_lot(session, actor, hold_id)
    # All lots first, in one order: a hold put meanwhile waits, and is then seen below.
    lock_org(session, session.get_one(Lot, root.lot_id).org_id)
    lots = {lot.id: lot for lot in lock_lots(session, descendants(session, root.lot_id))}
    session.refresh(root)
    lot = lots[root.lot_id]
    if root.lifted_at is not None:
        raise Refused("hold.lifted_already", lot=lot.code, date=root.lifted_at.date())
    if root.cause_id is not None:
        raise Refused("hold.follows", lot=lot.code, reason=root.reason)
    following = select(Hold).where(col(Hold.cause_id) == root.id, col(Hold.lifted_at).is_(None))
    for hold in (root, *session.execute(following.order_by(col(Hold.id))).scalars()):
        _lift(session, actor, hold, lots[hold.lot_id], given, now)
    out = {one.product_id for one in lots.values() if one.state == LotState.RELEASED and one.product_id}
    fill(session, out, now)
    return lot


def _of_lot(session: Session, actor: Actor, hold_id: int) -> Hold:
    hold = session.get(Hold, hold_id)
    fetch(session, actor, Act.LIFT_HOLD, Lot, id=hold.lot_id if hold else 0)
    if hold is None:
        raise NotFound()
    return hold


def _lift(session: Session, actor: Actor, hold: Hold, lot: Lot, given: LiftIn, now: datetime) -> None:
    hold.lifted_at, hold.lifted_by = now, actor.account_id
    hold.result, hold.lift_reason = given.result, given.reason
    session.flush()
    if lot.state == LotState.HOLD and not open_holds(session, lot):
        move(lot, LotState(lot.state_before_hold or LotState.OPEN), now)
    lot_events.observed(session, actor, "lift_hold", lot, now, hold=str(hold.id), result=given.result)


def open_holds(session: Session, lot: Lot) -> list[Hold]:
    """Holds of a lot that nobody has lifted, oldest first."""
    question = select(Hold).where(col(Hold.lot_id) == lot.id, col(Hold.lifted_at).is_(None))
    return list(session.execute(question.order_by(col(Hold.id))).scalars())


def open_holds_of(session: Session, lot_ids: Collection[int]) -> dict[int, list[Hold]]:
    """The same of many lots, by their numbers; those that have none are not among them."""
    found: dict[int, list[Hold]] = {}
    for some in portions(lot_ids):
        question = select(Hold).where(col(Hold.lot_id).in_(some), col(Hold.lifted_at).is_(None))
        for hold in session.execute(question.order_by(col(Hold.id))).scalars():
            found.setdefault(hold.lot_id, []).append(hold)
    return found


def why(hold: Hold) -> Term | str:
    """The reason in the reader's words where a rule spoke, else as a person wrote it."""
    if not hold.rule or not hold.figures:
        return hold.reason
    return Term(_words(hold.rule), _unpacked(hold.figures))


def refuse_held(session: Session, lot: Lot) -> None:
    """Refuse to go on with a lot on hold.

    Raises:
        Refused: ``gate.hold`` with the day and the reason of the oldest hold.
    """
    if lot.state == LotState.HOLD:
        hold = open_holds(session, lot)[0]
        raise Refused("gate.hold", date=hold.opened_at.date(), reason=why(hold), lot=lot.code)


def _words(rule: str) -> str:
    """The key that says, without title and telephone, why a rule stopped a lot."""
    return rule.replace("gate.", "hold.why.", 1)


def _packed(figures: Mapping[str, object]) -> str:
    return json.dumps(figures, ensure_ascii=False, sort_keys=True, default=_as_text)


def _as_text(value: object) -> object:
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, Term):
        return {"term": value.key}
    return str(value)


def _unpacked(figures: str) -> dict[str, object]:
    return {name: _figure(value) for name, value in json.loads(figures).items()}


def _figure(value: Any) -> object:
    if isinstance(value, dict) and "date" in value:
        return date.fromisoformat(value["date"])
    if isinstance(value, dict) and "term" in value:
        return Term(value["term"])
    return value
