"""The office looks into a cooperative's pages under its own menu."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import world
from tests.units import THANH_HA
from trace.db import transaction
from trace.records.account import Role


@pytest.mark.parametrize(
    ("role", "bound"), [(Role.OFFICE, {}), (Role.COMMUNE_OFFICER, {"commune_code": THANH_HA})]
)
def test_who_works_at_the_office_keeps_its_menu_on_a_cooperatives_page(
    app: Flask, client: FlaskClient, role: Role, bound: dict[str, str]
) -> None:
    now = datetime.now(UTC)
    with transaction() as session:
        coop = world.make_coop(session, now, commune_code=THANH_HA)
        account = world.make_account(session, now, role, **bound)
    theirs = f"/htx/ho/{coop.household.id}"
    page = world.sign_in(client, account).get(theirs).text
    assert 'href="/so/viec"' in page
    assert '<a class="brand" href="/so">' in page
    assert 'class="tabs"' not in page
    own = world.sign_in(client, coop.manager).get(theirs).text
    assert 'href="/so/viec"' not in own
    assert 'class="tabs"' in own


def test_a_cooperative_that_looks_at_figures_finds_the_way_back_to_its_day(
    app: Flask, client: FlaskClient
) -> None:
    now = datetime.now(UTC)
    with transaction() as session:
        coop = world.make_coop(session, now, commune_code=THANH_HA)
        desk = world.make_office(session, now)
    back = '<a href="/htx">'
    theirs = world.sign_in(client, coop.manager)
    assert 'href="/so"' in theirs.get("/htx/them").text
    assert back in theirs.get("/so/chi-tieu").text
    assert back not in world.sign_in(client, desk).get("/so/chi-tieu").text


def test_a_product_to_be_rated_is_looked_for_before_the_form_that_names_it(
    app: Flask, client: FlaskClient
) -> None:
    with transaction() as session:
        desk = world.make_office(session, datetime.now(UTC))
    page = world.sign_in(client, desk).get("/so/ocop/moi").text
    assert 0 < page.index('name="q"') < page.index('name="product"')
