"""What the world does to every marketplace: pages shift, answers break off, and sums must still agree."""

import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from marketplaces.directory import open_shop
from marketplaces.http import Client, Patience
from marketplaces.interface import MarketplaceError
from tests.marketplaces.stalls import SimulatedStall, box, every, last_hour, new_box, now


def published(stall: SimulatedStall) -> str:
    [result] = stall.shop().publish([new_box(stall)])
    return result.ext_listing_id


@pytest.mark.parametrize("kind", ["duplicate", "shuffle", "page_shift", "late"])
@pytest.mark.parametrize("times", [1, 2])
def test_pages_that_shift_repeat_or_shuffle_lose_no_order(
    simulated: SimulatedStall, kind: str, times: int
) -> None:
    wanted = simulated.orders(published(simulated), 230, now() - timedelta(minutes=10))
    simulated.fault(kind, times=times, seconds=630)
    assert set(every(simulated.shop().orders(last_hour()))) == wanted


def test_an_order_listed_late_is_found_by_the_overlap(simulated: SimulatedStall) -> None:
    wanted = simulated.orders(published(simulated), 3, now() - timedelta(seconds=20))
    simulated.fault("late", times=1, seconds=60)
    assert every(simulated.shop().orders(last_hour())) == {}
    assert set(every(simulated.shop().orders(last_hour()))) == wanted


@pytest.mark.parametrize("kind", ["429", "500", "html", "cut", "bad_json", "slow", "hang"])
def test_a_passing_fault_of_a_read_is_overcome_with_few_requests(
    simulated: SimulatedStall, kind: str
) -> None:
    order = simulated.order(published(simulated))
    simulated.records.clear()
    every(simulated.shop().orders(last_hour()))
    least = len(simulated.records)
    simulated.records.clear()
    simulated.fault(kind, times=1, seconds=600 if kind in {"slow", "hang"} else 0)
    assert set(every(simulated.shop(read_s=1.5).orders(last_hour()))) == {order}
    assert len(simulated.records) == least + 1
    assert simulated.records[0].error


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("429", "rate_limit"),
        ("500", "unavailable"),
        ("html", "malformed"),
        ("bad_json", "malformed"),
        ("cut", "unavailable"),
    ],
)
def test_a_lasting_fault_ends_after_four_tries(simulated: SimulatedStall, kind: str, expected: str) -> None:
    simulated.fault(kind, share=1.0, seconds=0)
    with pytest.raises(MarketplaceError) as failed:
        list(simulated.shop().orders(last_hour()))
    assert (failed.value.kind, failed.value.permanent) == (expected, False)
    assert len(simulated.records) == 4


def test_four_faults_in_ten_calls_cost_at_most_twice_the_requests(simulated: SimulatedStall) -> None:
    wanted = simulated.orders(published(simulated), 1_500, now())
    simulated.records.clear()
    every(simulated.shop().orders(last_hour()))
    least = len(simulated.records)
    simulated.records.clear()
    simulated.fault("500", share=0.2)
    simulated.fault("html", share=0.2)
    # Where each order is a call of its own, one in a thousand of them fails nine times in a row.
    patient = simulated.shop(patience=Patience(attempts=18, first_s=0.01, most_s=0.05))
    assert set(every(patient.orders(last_hour()))) == wanted
    assert len(simulated.records) <= 2 * least


def test_a_long_wait_is_handed_to_the_caller(simulated: SimulatedStall) -> None:
    simulated.fault("429", times=1, seconds=120)
    with pytest.raises(MarketplaceError) as failed:
        list(simulated.shop().orders(last_hour()))
    assert (failed.value.kind, failed.value.retry_after, len(simulated.records)) == ("rate_limit", 120.0, 1)


@pytest.mark.parametrize("kind", ["html", "cut", "bad_json", "slow"])
def test_a_new_listing_whose_answer_is_lost_is_found_and_not_made_twice(
    simulated: SimulatedStall, kind: str
) -> None:
    simulated.fault(kind, times=1, seconds=3, on=simulated.market.creates)
    offer = new_box(simulated)
    [result] = simulated.shop(read_s=1.5).publish([offer])
    if result.outcome == "unknown":  # a slow server is still at work: an unknown needs some time
        until = time.monotonic() + 60
        while not list(simulated.shop().listings()) and time.monotonic() < until:
            time.sleep(0.1)
        [result] = simulated.shop().publish([offer])
    assert result.outcome in {"done", "unchanged"}
    assert len(list(simulated.shop().listings())) == 1


def test_a_change_that_is_not_answered_is_sent_once_and_read_back(simulated: SimulatedStall) -> None:
    number = published(simulated)
    simulated.records.clear()
    simulated.fault("cut", times=1, on=simulated.market.prices)
    [result] = simulated.shop().publish([box(listing_id=number, price_vnd=70_000)])
    assert (result.outcome, result.reason) == ("done", "read back")
    assert Counter(simulated.market.prices in record.path for record in simulated.records)[True] == 1


def test_a_change_that_never_arrived_is_unknown(simulated: SimulatedStall) -> None:
    number = published(simulated)
    simulated.fault("500", times=1, on=simulated.market.prices)
    [result] = simulated.shop().publish([box(listing_id=number, price_vnd=70_000)])
    assert result.outcome == "unknown"
    [result] = simulated.shop().publish([box(listing_id=number, price_vnd=70_000)])
    assert result.outcome == "done"


def test_a_lost_answer_to_a_refresh_is_uncertain_and_the_old_token_is_spent(
    simulated: SimulatedStall,
) -> None:
    simulated.fault("cut", times=1, on=simulated.market.renews)
    if not simulated.shop().capabilities.gives_refresh_token:  # asking with our keys again does no harm
        assert simulated.shop().refresh(simulated.credentials).access_token
        assert len(simulated.records) == 2
        return
    with pytest.raises(MarketplaceError) as failed:
        simulated.shop().refresh(simulated.credentials)
    assert (failed.value.kind, len(simulated.records)) == ("uncertain", 1)
    assert simulated.shop().capabilities.rotates_refresh_token
    with pytest.raises(MarketplaceError) as spent:
        simulated.shop().refresh(simulated.credentials)
    assert spent.value.relogin


def test_counts_and_money_agree_with_the_simulators_own_sums(simulated: SimulatedStall) -> None:
    number = published(simulated)
    orders = sorted(simulated.orders(number, 40, now() - timedelta(hours=30)))
    for place, order in enumerate(orders):
        deed = ("complete", "cancel", "return", "status", "keep")[place % 5]
        if deed != "keep":
            simulated.do(deed, order=order, status="WEIRD")
    mixed = f"7{simulated.shop_id}"
    simulated.do("order", shop=simulated.shop_id, order=mixed, lines=[{"listing": number, "quantity": 5}])
    simulated.do("cancel", order=mixed, lines=[{"listing": number, "quantity": 1}])
    simulated.do("return", order=mixed, lines=[{"listing": number, "quantity": 2}])
    bundle = [{"listing": number, "quantity": 2, "price_vnd": 0}]
    simulated.do("order", shop=simulated.shop_id, lines=bundle)
    window = replace(last_hour(), since=now() - timedelta(days=5))
    sums: dict[str, list[int]] = {}
    for order in every(simulated.shop().orders(window)).values():
        if order.status in {"placed", "completed"}:
            day = (order.created_at + timedelta(hours=7)).date().isoformat()
            row = sums.setdefault(day, [0, 0, 0, 0])
            row[0] += 1
            row[1] += order.status == "completed"
            row[2] += sum(line.net_quantity for line in order.lines)
            row[3] += sum(line.revenue_vnd for line in order.lines)
    truth = {
        row["day"]: [row["orders"], row["transactions"], row["quantity"], row["revenue_vnd"]]
        for row in simulated.truth()
    }
    assert sums == truth
    assert sum(row[0] for row in truth.values()) == 18
    assert sum(row[1] for row in truth.values()) == 8


def test_nothing_kept_of_a_call_holds_a_secret_or_a_buyer(simulated: SimulatedStall) -> None:
    order = simulated.order(published(simulated))
    pages = list(simulated.shop().orders(last_hour()))
    fresh = simulated.shop().refresh(simulated.credentials)
    kept = repr(simulated.records) + repr(pages)
    old = simulated.credentials
    for secret in (
        old.access_token,
        old.refresh_token,
        fresh.access_token,
        fresh.refresh_token,
        simulated.market.secret,
    ):
        assert not secret or secret not in kept  # not every marketplace gives a refresh token
    for buyer in ("Nguyễn Thị Thử", "84900000000", "nguoi_mua", "Gọi trước", "1 Phố Thử", "nguoi.ban"):
        assert buyer not in kept
    assert order in kept


def test_an_order_nobody_knows_any_more_does_not_stop_the_others(simulated: SimulatedStall) -> None:
    wanted = simulated.orders(published(simulated), 7, now())
    page = simulated.shop().read_orders([*sorted(wanted), "2600000"])
    assert {order.ext_order_id for order in page.orders} == wanted
    assert [bad.ext_order_id for bad in page.bad] == ["2600000"]


def test_an_address_without_https_is_refused_before_anything_is_sent(simulated: SimulatedStall) -> None:
    with pytest.raises(MarketplaceError) as failed:
        list(simulated.shop(keys=replace(simulated.keys, base_url="http://partner.example.vn")).listings())
    assert (failed.value.kind, failed.value.permanent) == ("setup", True)


def test_without_an_agreement_there_is_a_plain_refusal(simulated: SimulatedStall) -> None:
    shop = open_shop(simulated.market.name, Client(), simulated.keys, None, now)
    with pytest.raises(MarketplaceError) as failed:
        list(shop.orders(last_hour()))
    assert failed.value.relogin
