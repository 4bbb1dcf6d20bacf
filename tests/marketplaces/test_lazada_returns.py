"""Lazada's reverse orders: what came back counts even where the rows keep their words."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from marketplaces.interface import Marketplace, MarketplaceError
from marketplaces.lazada import returns
from marketplaces.simulators.lazada.reverse import RETURNED_WORD
from marketplaces.values import Order, Window
from tests.marketplaces.lazada_calls import ask, published
from tests.marketplaces.stalls import SimulatedStall, every, last_hour, now


@pytest.fixture
def silent(lazada: SimulatedStall) -> Iterator[SimulatedStall]:
    """A shop whose returned rows keep their words."""
    lazada.do("switch", name="returned_rows", value="no")
    yield lazada
    lazada.do("switch", name="returned_rows", value="yes")


def shop(lazada: SimulatedStall, **options: str) -> Marketplace:
    told = {"returned_reverse": RETURNED_WORD, **options}
    return lazada.shop(keys=replace(lazada.keys, options=tuple(told.items())))


def sold(lazada: SimulatedStall, quantity: int = 3) -> str:
    """An order of two hours ago, so that only a change brings it into the last hour."""
    at = now() - timedelta(hours=2)
    return lazada.order(published(lazada), quantity, at=at, status="completed")


def bring_back(lazada: SimulatedStall, order: str, quantity: int) -> None:
    listing = next(iter(lazada.shop().listings())).ext_listing_id
    lazada.do("return", order=order, lines=[{"listing": listing, "quantity": quantity}])


def read(seller: Marketplace) -> dict[str, Order]:
    return every(seller.orders(last_hour()))


def test_a_return_counts_though_row_and_time_of_the_order_stay(silent: SimulatedStall) -> None:
    order = sold(silent)
    assert read(shop(silent)) == {}
    bring_back(silent, order, 2)
    [told] = read(shop(silent)).values()
    assert (told.status, told.lines[0].returned_quantity, told.lines[0].net_quantity) == ("completed", 2, 1)
    assert told.modified_at < now() - timedelta(hours=1)


def test_an_order_that_came_back_whole_is_returned(silent: SimulatedStall) -> None:
    order = sold(silent)
    bring_back(silent, order, 3)
    assert read(shop(silent))[order].status == "returned"
    [again] = shop(silent).read_orders([order]).orders
    assert (again.status, again.lines[0].returned_quantity) == ("returned", 3)


def test_a_later_change_of_the_order_forgets_no_return(silent: SimulatedStall) -> None:
    order = silent.order(published(silent), 3, at=now() - timedelta(hours=2))
    bring_back(silent, order, 1)
    silent.change(order, "completed")
    window = Window(now() - timedelta(hours=3), now() + timedelta(seconds=5))
    assert every(shop(silent).orders(window))[order].lines[0].returned_quantity == 1


def test_no_word_counts_that_the_operator_did_not_name(silent: SimulatedStall) -> None:
    order = sold(silent)
    bring_back(silent, order, 2)
    assert read(silent.shop()) == {}
    [told] = read(shop(silent, returned_reverse="REQUEST_INITIATE")).values()
    assert told.lines[0].returned_quantity == 0


def test_where_the_rows_tell_too_nothing_is_counted_twice(lazada: SimulatedStall) -> None:
    order = sold(lazada)
    bring_back(lazada, order, 2)
    assert read(shop(lazada))[order].lines[0].returned_quantity == 2


def test_many_returns_are_read_in_pages_and_by_halves(
    silent: SimulatedStall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(returns, "PAGE_SIZE", 2)
    monkeypatch.setattr(returns, "MOST_PAGES", 2)
    listing = published(silent)
    orders = []
    for place in range(7):
        orders.append(silent.order(listing, at=now() - timedelta(days=2), status="completed"))
        at = int((now() - timedelta(minutes=50 - 5 * place)).timestamp())
        silent.do("return", order=orders[-1], at=at)
    assert set(read(shop(silent))) == set(orders)


def test_a_reading_that_goes_on_tells_the_returns_too(silent: SimulatedStall) -> None:
    order = sold(silent)
    bring_back(silent, order, 1)
    number = silent.order(published(silent))
    first = next(iter(shop(silent).orders(last_hour())))
    rest = every(shop(silent).orders(last_hour(), first.progress))
    assert number in {one.ext_order_id for one in first.orders}
    assert rest[order].lines[0].returned_quantity == 1


@pytest.mark.parametrize("days", ["0", "many", "5000"])
def test_days_that_cannot_be_are_refused(lazada: SimulatedStall, days: str) -> None:
    with pytest.raises(MarketplaceError, match="reverse_days") as failed:
        read(shop(lazada, reverse_days=days))
    assert failed.value.kind == "setup"


def test_no_word_of_the_buyer_crosses_the_border(silent: SimulatedStall) -> None:
    order = sold(silent)
    bring_back(silent, order, 1)
    told = ask(silent, "/reverse/getreverseordersforseller", page_no=1, page_size=10).text
    assert "receiver_address" in told
    assert "Phố Thử" not in repr(read(shop(silent)))
