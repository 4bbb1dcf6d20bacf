"""The feed of an operations centre: by token, in its account's reach, asked once in five minutes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlmodel import select

from tests import world
from tests.services.test_open_data import Valley
from trace.db import transaction
from trace.records.account import Role
from trace.records.market_order import MarketOrder, OrderStatus
from trace.records.shop import Shop, ShopState
from trace.services import api_tokens
from trace.services.figures.catalogue import MEASURES
from trace.services.recounting import recount
from trace.web import feed

AT = datetime(2026, 7, 2, 3, 1, tzinfo=UTC)
FEED, METRICS = "/api/v1/indicators", "/api/v1/metrics"


class Centre:
    """A program of an account, and the clock it asks by."""

    def __init__(self, app: Flask, token: str, clock: list[datetime]) -> None:
        self.client: FlaskClient = app.test_client()
        self.headers, self.clock = {"Authorization": f"Bearer {token}"}, clock

    def ask(self, address: str = FEED, **headers: str) -> Any:
        return self.client.get(address, headers={**self.headers, **headers})

    def values(self, address: str = FEED) -> dict[str, Any]:
        return {one["name"]: one for one in self.ask(address).get_json()["indicators"]}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    found = [AT]
    for room in ("feed", "visitor"):
        monkeypatch.setattr(f"trace.web.{room}.now", lambda: found[0])
    return found


@pytest.fixture
def valley(app: Flask, now: datetime) -> Valley:
    with transaction() as session:
        made = Valley(session, now)
        made.sell(0, 1, "shopee", range(3))
        made.sell(1, 2, "lazada", range(2))
    return made


def centre_of(app: Flask, clock: list[datetime], role: Role, **bound: Any) -> Centre:
    with transaction() as session:
        account = world.make_account(session, AT, role, **bound)
        token = api_tokens.issue_token(session, account.login, "trung tâm", AT)[1]
    return Centre(app, token, clock)


@pytest.fixture
def centre(app: Flask, valley: Valley, clock: list[datetime]) -> Centre:
    return centre_of(app, clock, Role.OFFICE)


def test_one_document_has_every_indicator(centre: Centre) -> None:
    told = centre.ask().get_json()
    assert told["period"] == {"since": "2026-04-04", "until": "2026-07-02"}
    assert told["as_of"] == "2026-07-02T03:00:00+00:00"
    found = centre.values()
    assert list(found) == [measure.name for measure in MEASURES]
    assert (found["orders"]["value"], found["orders"]["unit"]) == (5, "count")
    assert (found["cancelled"]["value"], found["cancelled"]["top"], found["cancelled"]["bottom"]) == (0, 0, 5)
    assert found["consumer_reports"]["value"] is None
    assert found["orders"]["title"] == {"vi": "Đơn hàng", "en": "Orders"}


def test_a_cut_and_days_are_asked_in_the_address(centre: Centre) -> None:
    found = centre.values(f"{FEED}?by=marketplace&since=2026-06-01&until=2026-06-30")
    assert {one["key"]: one["value"] for one in found["orders"]["parts"]} == {"shopee": 3, "lazada": 2}
    assert "parts" not in found["complete_lots"]
    for wrong in ("by=meo", "since=mai", "since=2026-06-02&until=2026-06-01", "since=2001-01-01"):
        answer = centre.ask(f"{FEED}?{wrong}")
        assert (answer.status_code, answer.mimetype) == (422, "application/problem+json"), wrong


def test_prometheus_reads_the_same_values_in_base_units(centre: Centre) -> None:
    answer = centre.ask(METRICS)
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    families = {one.name: one for one in text_string_to_metric_families(answer.text)}
    told = centre.values()
    scales = {"milliseconds": 1e-3, "per_10k": 1e-4}
    assert len(families) == 1 + sum(one["value"] is not None for one in told.values())
    for family in families.values():
        assert (family.type, bool(family.documentation), len(family.samples)) == ("gauge", True, 1)
    for name, one in told.items():
        if one["value"] is not None:
            (family,) = [f for n, f in families.items() if n.removeprefix("nongsan_").startswith(name)][:1]
            wanted = one["value"] * scales.get(one["unit"], 1)
            assert family.samples[0].value == pytest.approx(wanted, rel=1e-9, abs=1e-12), name
    assert families["nongsan_revenue_vnd"].samples[0].value == told["revenue"]["value"]
    assert families["nongsan_sold_grams"].samples[0].value == 5_000
    assert families["nongsan_cancelled_ratio"].samples[0].value == 0
    assert families["nongsan_figures_as_of_timestamp_seconds"].samples[0].value == 1_782_961_200


def test_parts_are_labels_and_the_whole_has_none(centre: Centre) -> None:
    families = text_string_to_metric_families(centre.ask(f"{METRICS}?by=marketplace").text)
    (orders,) = [one for one in families if one.name == "nongsan_orders"]
    found = {one.labels.get("marketplace"): one.value for one in orders.samples}
    assert found == {"shopee": 3, "lazada": 2, None: 5}


def test_the_rows_are_asked_once_in_five_minutes_and_who_has_the_figures_is_told_so(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as session:
        for shop in session.exec(select(Shop)).all():
            shop.state = ShopState.DISABLED  # or the age of its reading is another figure each time
    asked, real = [], feed.document
    monkeypatch.setattr(feed, "document", lambda *given: asked.append(1) or real(*given))
    mark = centre.ask().headers["ETag"]
    assert mark.startswith('W/"')
    for address in (FEED, METRICS, FEED):
        answer = centre.ask(address, **{"If-None-Match": mark})
        assert (answer.status_code, answer.data) == (304, b"")
    assert len(asked) == 1
    centre.clock[0] += timedelta(minutes=5)
    assert centre.ask(**{"If-None-Match": mark}).status_code == 304, "nothing changed meanwhile"
    with transaction() as session:
        session.exec(select(MarketOrder)).first().status = OrderStatus.CANCELLED
        recount(session)
    assert centre.ask(**{"If-None-Match": mark}).status_code == 304, "as of five minutes"
    centre.clock[0] += timedelta(minutes=5)
    answer = centre.ask(**{"If-None-Match": mark})
    assert (answer.status_code, len(asked)) == (200, 3)
    assert "private" in answer.headers["Cache-Control"]


def test_a_token_reaches_as_far_as_its_account(
    app: Flask, valley: Valley, clock: list[datetime], centre: Centre
) -> None:
    assert centre.values()["orders"]["value"] == 5
    mine = centre_of(app, clock, Role.COOP_MANAGER, org_id=valley.coops[1].org.id)
    assert mine.values()["orders"]["value"] == 2
    assert valley.coops[0].org.name not in mine.ask(f"{FEED}?by=cooperative").text
    admin = centre_of(app, clock, Role.ADMIN)
    assert admin.ask().status_code == 403


def test_without_a_token_that_holds_nothing_is_told(app: Flask, valley: Valley, now: datetime) -> None:
    client = app.test_client()
    for address in (FEED, METRICS):
        for headers in ({}, {"Authorization": "Bearer ns_x"}, {"Authorization": "Basic eDp5"}):
            answer = client.get(address, headers=headers)
            assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    with transaction() as session:
        account = world.make_office(session, now)
    world.sign_in(client, account)
    assert client.get(FEED).status_code == 401, "a signed-in browser is nobody here"


def test_names_keep_no_letter_that_would_end_a_label(centre: Centre, valley: Valley) -> None:
    with transaction() as session:
        for product in {one[2].id: one[2] for one in valley.shelves.values()}.values():
            session.merge(product).variety = 'a"b\\c\nd'
    found = text_string_to_metric_families(centre.ask(f"{METRICS}?by=variety").text)
    (orders,) = [one for one in found if one.name == "nongsan_orders"]
    assert orders.samples[0].labels == {"variety": 'a"b\\c\nd'}
