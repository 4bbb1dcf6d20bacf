"""Reading orders where a marketplace tells one at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from marketplaces.interface import MarketplaceError
from marketplaces.reading import MalformedError
from marketplaces.values import BadRecord, Order, Page


def read_each(numbers: Sequence[str], read: Callable[[str], Order]) -> Page:
    """The orders as they are now, one call each; what cannot be read is told apart, one bad record each.

    Raises:
        MarketplaceError: any failure but that an order is not there.
    """
    orders: list[Order] = []
    bad: list[BadRecord] = []
    for number in dict.fromkeys(numbers):
        try:
            order = read(number)
            if order.ext_order_id != number:
                raise MalformedError("order: another one came than was asked for")
            orders.append(order)
        except MalformedError as error:
            bad.append(BadRecord(number, str(error)))
        except MarketplaceError as error:
            if error.kind != "missing":
                raise
            bad.append(BadRecord(number, "the marketplace no longer knows this order"))
    return Page(tuple(orders), "", tuple(bad))
