"""A plain recount of what lots promise (I1 to I5, I7, I11, I12), with nothing of the code it checks."""

from collections import Counter, defaultdict
from datetime import date

from sqlmodel import Session, select

from trace.records.event import Event, LogLeaf
from trace.records.lot import Hold, Lot, LotKind, LotLink
from trace.records.product import Product
from trace.records.recall import RecallLot
from trace.records.stamp import StampActivation, StampVoid
from trace.records.sums import HarvestDay
from trace.services.logging_acts import body_of
from trace.standards.event_hash import event_hash


def faults(session: Session) -> list[str]:
    """Every promise that does not hold."""
    lots = {lot.id: lot for lot in session.exec(select(Lot)).all()}
    links = list(session.exec(select(LotLink)).all())
    return [
        *_stamps(session, lots, links),
        *_grams(session, lots, links),
        *_circles(lots, links),
        *_recalls(session, lots, links),
        *_holds(session, lots, links),
        *_events(session, lots),
        *_harvests(session, lots),
    ]


def _stamps(session: Session, lots: dict[int, Lot], links: list[LotLink]) -> list[str]:
    """I1: no more stamps than goods; I2: no stamp in two lots, none both live and void before it was live."""
    owner: dict[tuple[int, int], int] = {}
    found = []
    live: Counter[int] = Counter()
    void = {(v.kid, s) for v in session.exec(select(StampVoid)).all() for s in range(v.first, v.last + 1)}
    for row in session.exec(select(StampActivation)).all():
        for serial in range(row.first, row.last + 1):
            if owner.setdefault((row.kid, serial), row.lot_id) != row.lot_id:
                found.append(f"I2 stamp {serial} is of two lots")
            live[row.lot_id] += (row.kid, serial) not in void
    drawn = _drawn(links)
    for lot_id, count in live.items():
        lot = lots[lot_id]
        unit_g = session.get_one(Product, lot.product_id).unit_g
        if 100 * count * unit_g > 102 * (lot.weight_g - drawn[lot_id]):
            found.append(f"I1 lot {lot.code}: {count} stamps, {drawn[lot_id]} g packed on of {lot.weight_g}")
    return found


def _drawn(links: list[LotLink]) -> Counter[int]:
    drawn: Counter[int] = Counter()
    for link in links:
        drawn[link.parent_id] += link.weight_g
    return drawn


def _grams(session: Session, lots: dict[int, Lot], links: list[LotLink]) -> list[str]:
    """I3: no lot gives more than it weighs; I4: no lot weighs more than went in, within 0.5 per cent."""
    mistakes = set(session.exec(select(Event.subject_id).where(Event.act == "withdraw")).all())
    into: Counter[int] = Counter()
    for link in links:
        into[link.child_id] += link.weight_g
    found = [f"I3 lot {lots[n].code}: {g} drawn" for n, g in _drawn(links).items() if g > lots[n].weight_g]
    for lot in lots.values():
        if lot.id in mistakes:
            continue
        if lot.kind == LotKind.HARVEST and lot.id in into:
            found.append(f"I4 harvest {lot.code} was made of lots")
        if lot.kind != LotKind.HARVEST and 200 * lot.weight_g > 201 * into[lot.id]:
            found.append(f"I4 lot {lot.code}: {lot.weight_g} g out of {into[lot.id]} g")
    return found


def _circles(lots: dict[int, Lot], links: list[LotLink]) -> list[str]:
    """I5: a child is made after its parents, by number and by day; so nothing leads back to itself."""
    found = []
    for link in links:
        parent, child = lots[link.parent_id], lots[link.child_id]
        if child.id <= parent.id:
            found.append(f"I5 lot {child.code} is older than {parent.code}")
        if (child.packed_on or child.harvested_on) < (parent.packed_on or parent.harvested_on):
            found.append(f"I5 lot {child.code} was made before {parent.code}")
    return found


def _recalls(session: Session, lots: dict[int, Lot], links: list[LotLink]) -> list[str]:
    """I11: what descends from a recalled lot is recalled, and recalled lots are in a recall."""
    listed = {row.lot_id for row in session.exec(select(RecallLot)).all()}
    states = {lot.id for lot in lots.values() if lot.state == "recalled"}
    found = [f"I11 lot {lots[n].code}: listed or recalled, not both" for n in listed ^ states]
    return found + [
        f"I11 lot {lots[link.child_id].code} escaped the recall of {lots[link.parent_id].code}"
        for link in links
        if link.parent_id in states and link.child_id not in states
    ]


def _holds(session: Session, lots: dict[int, Lot], links: list[LotLink]) -> list[str]:
    """I7: no lot goes on while it or an input has an open hold, and none is on hold without one."""
    held = defaultdict(list)
    for hold in session.exec(select(Hold)).all():
        if hold.lifted_at is None:
            held[hold.lot_id].append(hold)
    found = [f"I7 lot {lot.code} is on hold without one" for lot in lots.values()
             if lot.state == "hold" and not held[lot.id]]  # fmt: skip
    found += [f"I7 lot {lot.code} goes on with a hold" for lot in lots.values()
              if lot.state in {"open", "released"} and held[lot.id]]  # fmt: skip
    stopped = {"hold", "recalled", "destroyed", "consumed"}
    return found + [
        f"I7 lot {lots[link.child_id].code} goes on, {lots[link.parent_id].code} is held"
        for link in links
        if held[link.parent_id] and lots[link.child_id].state not in stopped
    ]


def _events(session: Session, lots: dict[int, Lot]) -> list[str]:
    """I12: every lot has the event that made it, every event its own hash and leaf; none is there twice."""
    events = session.exec(select(Event).order_by(Event.id)).all()
    leaves = [leaf.body for leaf in session.exec(select(LogLeaf).where(LogLeaf.kind == "event")).all()]
    found = [f"I12 event {event.id} has another hash" for event in events if not _is_whole(event)]
    told = Counter((event.event_id, event.declares) for event in events)
    found += [f"I12 event {name} {n} times" for name, n in told.items() if n > 1]
    text = "\n".join(leaves)
    found += [f"I12 event {event.id} has no leaf" for event in events if event.event_id not in text]
    made = {event.subject_id for event in events if event.act in ("harvest", "pack")}
    return found + [f"I12 lot {lot.code} has no event" for lot in lots.values() if lot.id not in made]


def _harvests(session: Session, lots: dict[int, Lot]) -> list[str]:
    """Sums of harvests are what the lots say that are no drafts and no mistakes."""
    withdrawn = {one.subject_id for one in session.exec(select(Event).where(Event.act == "withdraw")).all()}
    picked: Counter[tuple[int, date]] = Counter()
    for lot in lots.values():
        if lot.kind == LotKind.HARVEST and lot.state != "draft" and lot.id not in withdrawn:
            picked[lot.org_id, lot.harvested_on] += lot.weight_g
    stored: Counter[tuple[int, date]] = Counter()
    for row in session.exec(select(HarvestDay)).all():
        stored[row.org_id, row.day] += row.grams
    keys = picked.keys() | stored.keys()
    return [f"S harvest of {key}: {stored[key]} g, lots {picked[key]}" for key in keys
            if stored[key] != picked[key]]  # fmt: skip


def _is_whole(event: Event) -> bool:
    body = body_of(event)
    return bool(body["eventID"] == event.event_id == event_hash(body))
