"""The shop as its seller centre knows it: orders with their buyers, and what was really sold."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

BUYERS = (
    ("Nguyễn Thị Lụa", "0912345678", "Số 5 ngõ 12, phố Hàng Bột, Hà Nội"),
    ("Trần Văn Mẫu", "0987 654 321", "Thôn 3; xã Thử, Hải Phòng"),
    ("Lê Hoàng Giả", "+84 903 111 222", "12/7 đường Ví Dụ, TP. HCM"),
)
"""Made-up people: nothing of them may be found again where a report was read."""
NOTE = "Gọi 0912345678; giao giờ hành chính"
COUNTED = frozenset({"placed", "completed"})


@dataclass
class Part:
    """One line: ``state`` in our words."""

    sku: str
    name: str
    quantity: int
    price_vnd: int
    state: str = "placed"


@dataclass
class Purchase:
    """One order; times are Vietnam's, naive as the seller centre shows them."""

    code: str
    made_at: datetime
    changed_at: datetime
    parts: list[Part]
    buyer: tuple[str, str, str] = BUYERS[0]


@dataclass
class Centre:
    """One shop and its orders, changed by chance from a seed."""

    goods: tuple[tuple[str, str, int], ...] = (
        ("VAI-1KG", "Vải thiều Thanh Hà, hộp 1 kg", 65_000),
        ("VAI-5KG", "Vải thiều Thanh Hà, thùng 5 kg", 1_260_000),
        ("OI-2KG", "Ổi Thanh Hà 2 kg", 48_500),
    )
    orders: dict[str, Purchase] = field(default_factory=dict)
    now: datetime = datetime(2026, 6, 1, 8, 0)  # noqa: DTZ001 - a seller centre's own clock, without a zone
    chance: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311

    def pass_time(self, hours: int = 9) -> None:
        """Some orders come, some older ones go on, are cancelled or come back."""
        for _ in range(self.chance.randrange(1, 5)):
            self.now += timedelta(minutes=self.chance.randrange(1, 60 * hours // 4))
            self._buy()
        for purchase in self.chance.sample(sorted(self.orders.values(), key=_code), len(self.orders) // 4):
            self.now += timedelta(minutes=1)
            self.change(purchase.code, self.chance.choice(("completed", "cancelled", "returned", "part")))

    def _buy(self) -> None:
        parts = [
            Part(sku, name, self.chance.randrange(1, 5), price)
            for sku, name, price in self.chance.sample(self.goods, self.chance.randrange(1, 3))
        ]
        if self.chance.random() < 0.2:  # the same thing twice in one order
            parts.append(Part(parts[0].sku, parts[0].name, 1, parts[0].price_vnd))
        code = f"DH{len(self.orders) + 1001}"
        buyer = self.chance.choice(BUYERS)
        self.orders[code] = Purchase(code, self.now, self.now, parts, buyer)

    def change(self, code: str, state: str) -> None:
        """A new state for the order, or a cancellation of its first line (``part``)."""
        purchase = self.orders[code]
        purchase.changed_at = self.now
        for part in purchase.parts[:1] if state == "part" else purchase.parts:
            part.state = "cancelled" if state == "part" else state

    def within(self, since: date, until: date) -> list[Purchase]:
        """Orders made on these days."""
        return [one for one in self.orders.values() if since <= one.made_at.date() <= until]

    def truth(self, *, by_name: bool = False) -> dict[tuple[str, date], tuple[int, int, int, int]]:
        """(listing, day) -> orders, transactions, quantity, revenue; only what counts."""
        found: dict[tuple[str, date], list[tuple[str, str, Part]]] = defaultdict(list)
        for one in self.orders.values():
            state = whole_state(one)
            for part in one.parts if state in COUNTED else ():
                key = (part.name if by_name else part.sku, one.made_at.date())
                found[key].append((one.code, state, part))
        return {key: _sums(sold) for key, sold in found.items()}


def _sums(sold: list[tuple[str, str, Part]]) -> tuple[int, int, int, int]:
    kept = [part for _, _, part in sold if part.state in COUNTED]
    return (
        len({code for code, _, _ in sold}),
        len({code for code, state, _ in sold if state == "completed"}),
        sum(part.quantity for part in kept),
        sum(part.quantity * part.price_vnd for part in kept),
    )


def whole_state(one: Purchase) -> str:
    """An order's state: the least finished line that still stands, else how it was undone."""
    states = {part.state for part in one.parts}
    return next(s for s in ("placed", "completed", "returned", "cancelled") if s in states)


def _code(one: Purchase) -> str:
    return one.code
