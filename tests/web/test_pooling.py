"""Pooling on the page: several lots of a cooperative become one, and each keeps its share of the trace."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import world
from tests.services import farm
from tests.web.test_lots import plain
from trace.db import reading, transaction
from trace.records.lot import Lot, LotKind, LotLink, LotState
from trace.standards.local_time import local_day


@pytest.fixture
def coop(app: Flask, monkeypatch: pytest.MonkeyPatch) -> world.Coop:
    now = datetime.now(UTC)
    monkeypatch.setattr(farm, "DAY", local_day(now))
    with transaction() as session:
        return farm.found(session, now)


@pytest.fixture
def manager(client: FlaskClient, coop: world.Coop) -> FlaskClient:
    return world.sign_in(client, coop.manager)


@pytest.fixture
def two(coop: world.Coop) -> list[str]:
    """Two harvests of 300 and 200 kg, by their public ids."""
    with transaction() as session:
        return [farm.harvest(session, coop, datetime.now(UTC), kg).public_id for kg in (300, 200)]


def form(lots: list[str], **more: str | list[str]) -> dict[str, str | list[str]]:
    today = local_day(datetime.now(UTC)).strftime("%d/%m/%Y")
    return {"lot": lots, "kind": "pool", "packed_on": today, "request_id": farm.request_id(), **more}


def made() -> list[Lot]:
    with reading() as session:
        return [lot for lot in farm.all_of(session, Lot) if lot.kind != LotKind.HARVEST]


def test_two_harvests_become_a_pool_that_knows_its_parts(manager: FlaskClient, two: list[str]) -> None:
    answer = manager.post("/htx/lo/gop", data=form(two, **{f"g.{two[0]}": "250", "weight_g": "440"}))
    (pool,) = made()
    assert (answer.status_code, answer.location) == (303, f"/htx/lo/{pool.public_id}")
    assert (pool.kind, pool.weight_g, pool.state) == (LotKind.POOL, 440_000, LotState.OPEN)
    with reading() as session:
        assert sorted(link.weight_g for link in farm.all_of(session, LotLink)) == [200_000, 250_000]
    page = plain(manager.get(answer.location).get_data(as_text=True))
    assert "Gộp 2 lô, 450 kg vào; 440 kg ra; hao hụt 10 kg (2,2%)" in page


def test_a_pool_is_packed_into_boxes(manager: FlaskClient, coop: world.Coop, two: list[str]) -> None:
    manager.post("/htx/lo/gop", data=form(two, weight_g="500"))
    (pool,) = made()
    again = form([pool.public_id], kind="pack", product=coop.product.public_id, units="500")
    manager.post("/htx/lo/gop", data=again)
    pack = made()[-1]
    assert (pack.kind, pack.crates, pack.product_id) == (LotKind.PACK, 500, coop.product.id)


def test_a_form_sent_twice_makes_one_lot(manager: FlaskClient, two: list[str]) -> None:
    sent = form(two, weight_g="500")
    first, second = (manager.post("/htx/lo/gop", data=sent) for _ in range(2))
    assert (first.location, len(made())) == (second.location, 1)


def test_a_refused_form_keeps_its_ticks_and_weights(manager: FlaskClient, two: list[str]) -> None:
    answer = manager.post("/htx/lo/gop", data=form(two, **{f"g.{two[0]}": "301", "weight_g": "400"}))
    page = plain(answer.get_data(as_text=True))
    assert answer.status_code == 409
    assert made() == []
    assert page.count(" checked") == 3  # both lots, and what they become
    assert 'value="301"' in page
    assert "300 kg" in page


def test_a_large_loss_asks_for_its_reason_and_takes_it(manager: FlaskClient, two: list[str]) -> None:
    sent = form(two, weight_g="300")
    assert 'name="loss_reason"' in manager.post("/htx/lo/gop", data=sent).get_data(as_text=True)
    manager.post("/htx/lo/gop", data=form(two, weight_g="300", loss_reason="Loại quả dập"))
    assert [lot.weight_g for lot in made()] == [300_000]


def test_nothing_ticked_is_said_at_the_lots(manager: FlaskClient, two: list[str]) -> None:
    answer = manager.post("/htx/lo/gop", data=form([], weight_g="300"))
    assert answer.status_code == 422
    assert '<a href="#f-parents">Chưa chọn lô nào.' in answer.get_data(as_text=True)


def test_a_lot_that_is_used_up_is_not_offered(manager: FlaskClient, two: list[str]) -> None:
    manager.post("/htx/lo/gop", data=form([two[0]], weight_g="300"))
    page = manager.get("/htx/lo/gop").get_data(as_text=True)
    assert f'value="{two[0]}"' not in page
    assert f'value="{two[1]}"' in page
    assert f'value="{made()[0].public_id}"' in page


def test_the_lot_one_comes_from_is_ticked(manager: FlaskClient, two: list[str]) -> None:
    page = manager.get(f"/htx/lo/gop?lo={two[1]}&q=khong-co").get_data(as_text=True)
    assert f'value="{two[1]}" checked' in page
    assert f'value="{two[0]}"' not in page


def test_anothers_lot_is_neither_offered_nor_taken(app: Flask, manager: FlaskClient, two: list[str]) -> None:
    now = datetime.now(UTC)
    with transaction() as session:
        other = world.make_coop(session, now)
        foreign = farm.harvest(session, other, now).public_id
    assert foreign not in manager.get("/htx/lo/gop").get_data(as_text=True)
    assert manager.get(f"/htx/lo/gop?lo={foreign}").status_code == 200
    assert manager.post("/htx/lo/gop", data=form([two[0], foreign], weight_g="300")).status_code == 404
    assert made() == []
