"""What every adapter keeps, run against each over its own simulator."""

from dataclasses import fields, is_dataclass
from datetime import timedelta

import pytest

from marketplaces import values
from marketplaces.directory import MARKETPLACES, label, names, open_shop
from marketplaces.http import Client
from marketplaces.interface import MarketplaceError
from marketplaces.redaction import BUYER_NAMES
from marketplaces.values import AppKeys, Window
from tests.marketplaces.stalls import Stall, box, every, last_hour, new_box, now


def listed(stall: Stall, sku: str) -> values.Listing:
    [listing] = [listing for listing in stall.shop().listings() if listing.sku == sku]
    return listing


def published(stall: Stall, sku: str = "VAI-1KG") -> str:
    [result] = stall.shop().publish([new_box(stall, sku)])
    assert result.outcome == "done"
    return result.ext_listing_id


def test_a_new_offer_becomes_a_listing(stall: Stall) -> None:
    number = published(stall)
    shown = listed(stall, "VAI-1KG")
    assert (shown.ext_listing_id, shown.price_vnd, shown.stock, shown.status) == (
        number,
        55_000,
        40,
        "on_sale",
    )


def test_publishing_the_same_twice_lists_once_and_says_unchanged(stall: Stall) -> None:
    number = published(stall)
    [again] = stall.shop().publish([box()])
    assert (again.outcome, again.ext_listing_id) == ("unchanged", number)
    assert len(list(stall.shop().listings())) == 1


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"price_vnd": 61_000}, (61_000, 40, "on_sale")),
        ({"stock": 0}, (55_000, 0, "on_sale")),
        ({"on_sale": False}, (55_000, 40, "off_sale")),
        ({"price_vnd": 10_000, "stock": 7, "on_sale": False}, (10_000, 7, "off_sale")),
    ],
)
def test_price_stock_and_shelf_are_set_absolutely(
    stall: Stall, change: dict[str, int], expected: tuple[int, int, str]
) -> None:
    number = published(stall)
    offer = box(listing_id=number, **change)
    assert [result.outcome for result in stall.shop().publish([offer])] == ["done"]
    shown = listed(stall, "VAI-1KG")
    assert (shown.price_vnd, shown.stock, shown.status) == expected
    assert [result.outcome for result in stall.shop().publish([offer])] == ["unchanged"]


def test_a_paused_listing_comes_back(stall: Stall) -> None:
    number = published(stall)
    stall.shop().publish([box(listing_id=number, on_sale=False)])
    stall.shop().publish([box(listing_id=number, on_sale=True, name="Vải đầu mùa Thanh Hà, thùng 1 kg")])
    shown = listed(stall, "VAI-1KG")
    assert (shown.status, shown.name) == ("on_sale", "Vải đầu mùa Thanh Hà, thùng 1 kg")


def test_an_offer_for_a_listing_that_is_gone_is_missing_and_the_others_still_go_out(stall: Stall) -> None:
    results = stall.shop().publish([new_box(stall, "A"), box("B", listing_id="999999"), new_box(stall, "C")])
    assert [(result.sku, result.outcome) for result in results] == [
        ("A", "done"),
        ("B", "missing"),
        ("C", "done"),
    ]


def test_every_order_of_the_window_comes_with_its_lines_and_no_other(stall: Stall) -> None:
    number = published(stall)
    wanted = {stall.order(number, quantity=amount) for amount in range(1, 8)}
    stall.order(number, at=now() - timedelta(days=3))
    found = every(stall.shop().orders(last_hour()))
    assert set(found) == wanted
    assert sorted(order.lines[0].quantity for order in found.values()) == [1, 2, 3, 4, 5, 6, 7]
    line = next(iter(found.values())).lines[0]
    assert (line.ext_listing_id, line.sku, line.unit_price_vnd) == (number, "VAI-1KG", 55_000)


def test_an_old_window_of_forty_days_is_read_whole(stall: Stall) -> None:
    number = published(stall)
    wanted = {stall.order(number, at=now() - timedelta(days=day)) for day in range(0, 45, 4)}
    old = {stall.order(number, at=now() - timedelta(days=60))}
    found = every(stall.shop().orders(Window(now() - timedelta(days=45), now() + timedelta(seconds=5))))
    assert set(found) == wanted
    assert not old & set(found)


def test_a_cancelled_order_is_read_again_by_its_time_of_change(stall: Stall) -> None:
    number = published(stall)
    order = stall.order(number, at=now() - timedelta(days=40))
    assert every(stall.shop().orders(last_hour())) == {}
    stall.change(order, "cancelled")
    found = every(stall.shop().orders(last_hour()))
    assert found[order].status == "cancelled"
    assert found[order].created_at < now() - timedelta(days=39)


@pytest.mark.parametrize("status", ["unpaid", "placed", "completed", "cancelled", "returned"])
def test_each_neutral_status_is_told_apart(stall: Stall, status: str) -> None:
    order = stall.order(published(stall), status=status)
    is_told = status != "unpaid" or stall.shop().capabilities.tells_unpaid
    assert every(stall.shop().orders(last_hour()))[order].status == (status if is_told else "placed")


def test_an_unknown_status_is_kept_raw_and_unmapped(stall: Stall) -> None:
    order = stall.order(published(stall))
    stall.change(order, "TELEPORTED")
    found = every(stall.shop().orders(last_hour()))[order]
    assert (found.status, found.status_raw) == ("unmapped", "TELEPORTED")


def test_an_empty_window_has_no_order(stall: Stall) -> None:
    assert every(stall.shop().orders(Window(now() - timedelta(days=9), now() - timedelta(days=8)))) == {}


def test_progress_resumes_after_the_page_it_came_with(stall: Stall) -> None:
    number = published(stall)
    wanted = {stall.order(number, at=now() - timedelta(days=20 - day)) for day in range(0, 20, 3)}
    window = Window(now() - timedelta(days=30), now() + timedelta(seconds=5))
    first = next(stall.shop().orders(window))
    rest = every(stall.shop().orders(window, first.progress))
    assert {order.ext_order_id for order in first.orders} | set(rest) == wanted


def test_single_orders_are_read_again_by_number(stall: Stall) -> None:
    number = published(stall)
    order, _ = stall.order(number), stall.order(number)
    page = stall.shop().read_orders([order])
    assert [one.ext_order_id for one in page.orders] == [order]


def test_an_expired_token_is_named_and_refreshing_helps(stall: Stall) -> None:
    order = stall.order(published(stall))
    stall.expire()
    with pytest.raises(MarketplaceError) as refused:
        list(stall.shop().orders(last_hour()))
    assert (refused.value.kind, refused.value.relogin) == ("expired_token", False)
    fresh = stall.shop().refresh(stall.credentials)
    assert fresh.access_expires_at > now()
    assert set(every(stall.shop(fresh).orders(last_hour()))) == {order}


def test_a_refresh_token_works_once_and_keys_alone_as_often_as_wanted(stall: Stall) -> None:
    fresh = stall.shop().refresh(stall.credentials)
    if not stall.shop().capabilities.gives_refresh_token:
        again = stall.shop().refresh(fresh)
        assert (fresh.refresh_token, again.refresh_token, again.refresh_expires_at) == ("", "", None)
        assert again.access_token not in {fresh.access_token, ""}
        assert list(stall.shop(again).listings()) == []
        return
    assert fresh.refresh_token != stall.credentials.refresh_token
    with pytest.raises(MarketplaceError) as refused:
        stall.shop().refresh(stall.credentials)
    assert refused.value.relogin
    assert stall.shop(fresh).refresh(fresh).access_token not in {fresh.access_token, ""}


def test_the_hash_follows_content_and_not_the_time_of_change(stall: Stall) -> None:
    order = stall.order(published(stall))
    before = every(stall.shop().orders(last_hour()))[order].payload_hash
    stall.change(order, "placed")
    assert every(stall.shop().orders(last_hour()))[order].payload_hash == before
    stall.change(order, "completed")
    assert every(stall.shop().orders(last_hour()))[order].payload_hash != before


def test_credentials_and_keys_show_no_secret(stall: Stall) -> None:
    shown = repr(stall.credentials) + repr(AppKeys("1", "hush", "https://example.vn", "quiet"))
    for secret in (stall.credentials.access_token, stall.credentials.refresh_token, "hush", "quiet"):
        assert secret not in shown


def test_no_value_has_a_place_for_a_buyer() -> None:
    nouns = [noun for noun in vars(values).values() if isinstance(noun, type) and is_dataclass(noun)]
    assert len(nouns) >= 12
    for noun in nouns:
        assert not [entry.name for entry in fields(noun) if BUYER_NAMES.search(entry.name)]


def test_the_directory_knows_each_marketplace_and_refuses_others() -> None:
    keys = AppKeys("1", "s", "https://example.vn")
    for name in names():
        shop = open_shop(name, Client(), keys, None, now)
        assert label(name) == MARKETPLACES[name][0]
        assert shop.capabilities.max_window > timedelta(0)
    with pytest.raises(MarketplaceError, match="known are " + ", ".join(names())):
        open_shop("amazon", Client(), keys, None, now)
