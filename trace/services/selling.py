"""Taking in what a marketplace tells: order facts, their history, and the day figures that follow.

Reading the same orders again, in any order and any number of times, leads to the same rows. An order in
another currency keeps its amounts and gets đồng by the rate of its day (``exchanging``); one told without
its lines keeps those it had.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select
from sqlmodel import Session, SQLModel, col

from marketplaces.values import BadRecord, Order, OrderLine
from trace.records.exchange_rate import ExchangeRate
from trace.records.market_order import Caution, MarketOrder, MarketOrderLine, OrderStatusChange
from trace.records.shop import Shop
from trace.services import allocating, order_figures
from trace.services.exchanging import HOME, Rates, dong_of
from trace.services.listings import LONGEST_NUMBER, Shelf, find_or_add, shelf_number, shelf_of
from trace.services.lot_states import lock_owner
from trace.services.masked_orders import take_over_masked
from trace.services.order_kept import Key
from trace.standards.local_time import local_day

MOST_PIECES = 1_000_000
MOST_VND = 10**12
"""A line beyond a million pieces or a thousand billion đồng is a fault of the answer, not a sale."""
MOST_MINOR = 10**10
"""The same in another currency's smallest unit: a hundred million dollars."""
NO_DETAIL = Caution.NO_DETAIL.value
AHEAD = timedelta(days=2)
"""How far an order's times may lie ahead of our clock before they are taken for a fault."""


@dataclass
class Tally:
    """What became of the orders told."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    bad: list[BadRecord] = field(default_factory=list)

    @property
    def seen(self) -> int:
        """All of them."""
        return self.new + self.changed + self.unchanged + len(self.bad)


def record_orders(session: Session, shop_id: int, orders: Sequence[Order], now: datetime) -> Tally:
    """Upsert the orders as the shop tells them, and bring the touched day figures up to them.

    An order is applied when it is newer than what is stored, or as new with other content. Its status
    moves both ways. Orders that cannot be true are handed back as ``bad``; the others go on.
    """
    lock_shop(session, shop_id)
    tally = Tally()
    sheet = _Sheet(
        session, shop_id, _stored(session, shop_id, orders), shelf_of(session, shop_id), tally, now
    )
    fit = []
    for order in orders:
        reason = unfit(order, now)
        if reason:
            tally.bad.append(BadRecord(order.ext_order_id[:64], reason))
        else:
            fit.append(order)
    sheet.open_rows(fit)
    for orders_once in _rounds(fit):
        sheet.withdraw(orders_once)
        for order in orders_once:
            sheet.record(order)
        sheet.write()
    order_figures.recompute(session, sheet.listing_days, sheet.shop_days)
    allocating.follow_orders(session, list(sheet.written.values()), sheet.shop_days, now)
    return tally


def lock_shop(session: Session, shop_id: int) -> None:
    """Hold the shop's orders until the transaction ends.

    The organisation first: its lots are given out by what is written. Then one writer a shop: two that read
    before either wrote would both insert.
    """
    lock_owner(session, shop_id)
    session.execute(select(col(Shop.id)).where(col(Shop.id) == shop_id).with_for_update()).one()


def unfit(order: Order, now: datetime) -> str:
    """Why an order cannot be true or kept; empty when it can."""
    if not 0 < len(order.ext_order_id) <= 64 or len(order.status_raw) > 48:
        return f"order number of {len(order.ext_order_id)} letters, status of {len(order.status_raw)}"
    if max(order.created_at, order.modified_at) > now + AHEAD:
        return f"its time {max(order.created_at, order.modified_at).isoformat()} lies ahead of ours"
    if len({line.ext_line_id for line in order.lines}) != len(order.lines):
        return "two lines have one number"
    return next((reason for line in order.lines if (reason := _unfit_line(line))), "")


def _unfit_line(line: OrderLine) -> str:
    if not 0 <= line.net_quantity <= line.quantity <= MOST_PIECES:
        return f"line {line.ext_line_id[:40]}: {line.net_quantity} left of {line.quantity} pieces"
    if line.unit_price_vnd < 0 or line.unit_price_vnd * line.quantity > MOST_VND:
        return f"line {line.ext_line_id[:40]}: {line.unit_price_vnd * line.quantity} đồng"
    if not 0 <= (line.unit_price_minor or 0) * line.quantity <= MOST_MINOR:
        return f"line {line.ext_line_id[:40]}: {line.unit_price_minor} for one of {line.quantity}"
    number = shelf_number(line)
    if not 0 < len(line.ext_line_id) <= 96 or not line.ext_listing_id or len(number) > LONGEST_NUMBER:
        return f"line number of {len(line.ext_line_id)} letters, listing of {len(number)}"
    return ""


def _stored(session: Session, shop_id: int, orders: Sequence[Order]) -> dict[str, MarketOrder]:
    numbers = {order.ext_order_id for order in orders}
    rule = (col(MarketOrder.shop_id) == shop_id, col(MarketOrder.ext_order_id).in_(numbers))
    return {row.ext_order_id: row for row in session.execute(select(MarketOrder).where(*rule)).scalars()}


@dataclass
class _Sheet:
    """One batch being written, and the figures it touches."""

    session: Session
    shop_id: int
    stored: dict[str, MarketOrder]
    shelf: Shelf
    tally: Tally
    now: datetime
    listing_days: set[Key] = field(default_factory=set)
    shop_days: set[Key] = field(default_factory=set)
    written: dict[int, MarketOrder] = field(default_factory=dict)
    kept: set[int] = field(default_factory=set)
    rates: Rates = field(init=False)
    rows: dict[type[SQLModel], list[dict[str, object]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rates = Rates(self.session)

    def open_rows(self, orders: Sequence[Order]) -> None:
        """Rows for orders never seen, still without content: their numbers come in one round trip."""
        unknown = [one for one in orders if one.ext_order_id not in self.stored]
        if any(order.currency != HOME for order in unknown):
            self.stored |= take_over_masked(self.session, self.shop_id, unknown)
        for order in orders:
            if order.ext_order_id not in self.stored:
                self.stored[order.ext_order_id] = _blank(self.shop_id, order, self.now)
        self.session.add_all(row for row in self.stored.values() if not row.payload_hash)
        self.session.flush()

    def withdraw(self, orders: Sequence[Order]) -> None:
        """The old lines of what changed go, and the days they counted for are counted anew.

        Lines the marketplace shows no longer stay: they are all that is known of the order.
        """
        news = [(self.stored[order.ext_order_id], order) for order in orders]
        rows = {row.id: (row, order) for row, order in news if _is_news(row, order)}
        self.kept -= rows.keys()
        if not rows:
            return
        for row, _order in rows.values():  # also one of which no line is known
            self._touch(row, ())
        own, listing = col(MarketOrderLine.order_id), col(MarketOrderLine.listing_id)
        blind = {number for number, (_row, order) in rows.items() if order.caution == NO_DETAIL}
        stay = self.session.execute(select(own, listing).where(own.in_(blind))).all() if blind else []
        self.kept |= {number for number, _listing in stay}
        gone = delete(MarketOrderLine).where(own.in_(rows.keys() - blind)).returning(own, listing)
        for number, listing_id in [*stay, *self.session.execute(gone).all()]:
            self._touch(rows[number][0], [listing_id])

    def record(self, order: Order) -> None:
        """New, changed or unchanged."""
        row = self.stored[order.ext_order_id]
        if not row.payload_hash:
            self.tally.new += 1
        elif _is_news(row, order):
            self.tally.changed += 1
        else:
            row.ext_modified_at = max(row.ext_modified_at, order.modified_at)
            self.tally.unchanged += 1
            return
        self._apply(row, order)

    def _apply(self, row: MarketOrder, order: Order) -> None:
        if (row.status_raw, row.status) != (order.status_raw, order.status):
            self._put(OrderStatusChange, _change(row, order, self.now))
        row.status_raw, row.status = order.status_raw, order.status
        row.ext_modified_at, row.changed_at = order.modified_at, self.now
        row.ordered_at, row.day = order.created_at, local_day(order.created_at)
        row.caution, row.payload_hash = order.caution, order.payload_hash
        rate = self._price(row, order)
        listings = [self._line(row, line, rate) for line in order.lines]
        self._touch(row, listings)
        self.written[row.id] = row

    def _price(self, row: MarketOrder, order: Order) -> ExchangeRate | None:
        """The rate of its day where it needs one; whether what it earned is known."""
        if row.id in self.kept:
            return None
        is_abroad = order.currency not in {HOME, ""}
        rate = self.rates.on(order.currency, row.day) if is_abroad else None
        row.currency, row.rate_id = order.currency, rate.id if rate else None
        row.is_priced = order.caution != NO_DETAIL and (rate is not None or not is_abroad)
        return rate

    def _line(self, row: MarketOrder, line: OrderLine, rate: ExchangeRate | None) -> int:
        minor = line.unit_price_minor
        listing = find_or_add(self.session, self.shelf, self.shop_id, line, self.now)
        facts = {
            "order_id": row.id,
            "ext_line_id": line.ext_line_id,
            "listing_id": listing.id,
            "quantity": line.quantity,
            "net_quantity": line.net_quantity,
            "unit_price_vnd": line.unit_price_vnd if minor is None else dong_of(minor, rate),
            "revenue_vnd": line.revenue_vnd if minor is None else dong_of(minor * line.net_quantity, rate),
            "unit_price_minor": minor,
            "revenue_minor": None if minor is None else minor * line.net_quantity,
        }
        self._put(MarketOrderLine, facts)
        return listing.id

    def _put(self, table: type[SQLModel], facts: dict[str, object]) -> None:
        self.rows.setdefault(table, []).append(facts)

    def write(self) -> None:
        """Lines and history of the round, one statement each: nobody asks for their numbers."""
        for table, rows in self.rows.items():
            self.session.execute(insert(table), rows)
        self.rows.clear()

    def _touch(self, row: MarketOrder, listings: Iterable[int]) -> None:
        self.listing_days |= {(listing, row.day) for listing in listings}
        self.shop_days.add((self.shop_id, row.day))


def _rounds(orders: Sequence[Order]) -> list[list[Order]]:
    """One order may be told twice in a batch: then its second telling stands in a second round."""
    rounds: list[dict[str, Order]] = []
    for order in orders:
        free = next((one for one in rounds if order.ext_order_id not in one), None)
        if free is None:
            rounds.append(free := {})
        free[order.ext_order_id] = order
    return [list(one.values()) for one in rounds]


def _is_news(row: MarketOrder, order: Order) -> bool:
    """Newer than what is stored, or as new with other content."""
    is_newer = order.modified_at >= row.ext_modified_at and order.payload_hash != row.payload_hash
    return bool(row.payload_hash) and is_newer


def _blank(shop_id: int, order: Order, now: datetime) -> MarketOrder:
    return MarketOrder(
        shop_id=shop_id,
        ext_order_id=order.ext_order_id,
        ext_modified_at=order.modified_at,
        status_raw="",
        status=order.status,
        ordered_at=order.created_at,
        day=local_day(order.created_at),
        currency=order.currency,
        payload_hash="",
        first_seen_at=now,
        changed_at=now,
    )


def _change(row: MarketOrder, order: Order, now: datetime) -> dict[str, object]:
    return {
        "order_id": row.id,
        "status_raw": order.status_raw,
        "status": order.status,
        "ext_modified_at": order.modified_at,
        "learned_at": now,
    }
