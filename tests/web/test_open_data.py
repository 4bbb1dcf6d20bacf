"""``/opendata``: anybody reads it, programs find it, and who has it already is told so."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyld import jsonld
from sqlalchemy import event

from tests import world
from tests.services.test_open_data import JUNE, Valley, close
from trace.app import create_app
from trace.db import Database, transaction
from trace.records.product import OcopRating
from trace.services.open_data.datasets import DATASETS
from trace.settings import Settings, SettingsError, load_settings
from trace.texts.files import catalog
from trace.web.open_data import BUDGET

DCAT = "http://www.w3.org/ns/dcat#"
DCT = "http://purl.org/dc/terms/"
FORMULA = '=HYPERLINK("http://evil.test")'


@pytest.fixture
def closed(app: Flask, now: datetime) -> FlaskClient:
    """June is closed: nine households sold at one marketplace, and a product has its stars."""
    with transaction() as session:
        made = Valley(session, now)
        made.sell(0, 1, "shopee", range(9))
        product = world.make_product(session, now, made.coops[0].org, name=FORMULA, ocop_group=1)
        values = {"product_id": product.id, "stars": 4, "score": 80.0, "decision_number": "QĐ 9"}
        values |= {"decided_on": now.date(), "valid_to": now.date().replace(year=2029), "created_at": now}
        session.add(OcopRating(**values))
    close(now=datetime(2026, 7, 2, tzinfo=UTC))
    return app.test_client()


def test_every_table_is_read_as_csv_and_json_with_the_columns_of_its_dictionary(closed: FlaskClient) -> None:
    for dataset in DATASETS:
        names = [column.name for column in dataset.columns]
        text = closed.get(f"/opendata/{dataset.name}.csv")
        assert text.content_type.startswith("text/csv")
        reader = csv.DictReader(io.StringIO(text.text))
        rows = list(reader)
        told = closed.get(f"/opendata/{dataset.name}.json").get_json()
        described = closed.get(f"/opendata/{dataset.name}.csv-metadata.json")
        assert described.content_type.startswith("application/csvm+json")
        columns = [one["name"] for one in described.get_json(force=True)["tableSchema"]["columns"]]
        assert reader.fieldnames == told["columns"] == columns == names
        assert len(rows) == len(told["rows"]) > 0 or dataset.name == "areas"
        assert all(set(row) == set(names) for row in told["rows"])


def test_the_catalogue_is_dcat_with_a_distribution_for_every_file(closed: FlaskClient) -> None:
    answer = closed.get("/opendata/catalog.jsonld")
    assert answer.content_type == "application/ld+json"
    (whole,) = jsonld.expand(json.loads(answer.text))
    assert whole["@type"] == [f"{DCAT}Catalog"]
    datasets = whole[f"{DCAT}dataset"]
    assert len(datasets) == len(DATASETS)
    for one in datasets:
        assert {word["@language"] for word in one[f"{DCT}title"]} == {"vi", "en"}
        for part in one[f"{DCAT}distribution"]:
            address = part[f"{DCAT}downloadURL"][0]["@id"]
            assert closed.get(address.removeprefix("http://localhost")).status_code == 200
    (sales,) = [one for one in datasets if one[f"{DCT}identifier"][0]["@value"] == "sales"]
    assert sales[f"{DCT}temporal"][0][f"{DCAT}startDate"][0]["@value"] == JUNE
    assert f"{DCT}license" not in whole
    assert "chưa chọn giấy phép" in answer.text
    asked = closed.get("/opendata", headers={"Accept": "application/ld+json"})
    assert asked.get_json(force=True)["@type"] == "dcat:Catalog"


def test_a_chosen_licence_stands_on_the_catalogue_every_table_and_the_page(
    sqlite: Database, settings: Settings
) -> None:
    licence = "https://creativecommons.org/licenses/by/4.0/"
    app = create_app(settings.model_copy(update={"open_data_licence": licence}))
    (whole,) = jsonld.expand(app.test_client().get("/opendata/catalog.jsonld").get_json(force=True))
    for one in (whole, *whole[f"{DCAT}dataset"]):
        assert one[f"{DCT}license"] == [{"@id": licence}]
    assert f'href="{licence}"' in app.test_client().get("/opendata").text
    app.extensions["scan_writer"].close()


def test_who_has_the_rows_is_told_so_without_their_being_read(closed: FlaskClient, sqlite: Database) -> None:
    first = closed.get("/opendata/sales.csv")
    assert "public" in first.headers["Cache-Control"]
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in closed.get("/opendata/sales.csv?lang=en").headers, "caches would hand it on"
    asked: list[str] = []
    event.listen(sqlite.reader, "before_cursor_execute", lambda *said: asked.append(said[2]))
    again = closed.get("/opendata/sales.csv", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
    assert asked
    assert not [one for one in asked if "open_row.body" in one]
    for address in ("/opendata/catalog.jsonld", "/opendata/ocop.json", "/opendata", "/opendata/sales"):
        mark = closed.get(address).headers["ETag"]
        assert closed.get(address, headers={"If-None-Match": mark}).status_code == 304, address
    close("2026-05", datetime(2026, 7, 3, tzinfo=UTC))
    more = closed.get("/opendata/sales.csv", headers={"If-None-Match": first.headers["ETag"]})
    assert more.status_code == 200


def test_what_somebody_typed_is_no_formula(closed: FlaskClient) -> None:
    (row,) = csv.DictReader(io.StringIO(closed.get("/opendata/ocop.csv").text))
    assert row["product"] == f"'{FORMULA}"
    assert (row["stars"], row["in_force"]) == ("4", "true")


def test_the_pages_speak_vietnamese_and_english_and_name_every_column(closed: FlaskClient) -> None:
    assert "Dữ liệu mở" in closed.get("/opendata").text
    assert "Open data" in closed.get("/opendata?lang=en").text
    for dataset in DATASETS:
        page = closed.get(f"/opendata/{dataset.name}").text
        assert all(f"<code>{column.name}</code>" in page for column in dataset.columns)
        keys = {f"open.{dataset.name}", f"open.{dataset.name}.about"}
        keys |= {f"open.column.{column.name}" for column in dataset.columns}
        assert keys <= catalog("vi").keys() & catalog("en").keys()


def test_a_table_nobody_has_is_not_found(closed: FlaskClient) -> None:
    for address in ("meo", "meo.csv", "sales.xml", "meo.csv-metadata.json", "meo.json"):
        assert closed.get(f"/opendata/{address}").status_code == 404


def test_a_network_that_asks_without_end_waits(closed: FlaskClient) -> None:
    told = [closed.get("/opendata/catalog.jsonld").status_code for _ in range(BUDGET + 1)]
    assert (told[:BUDGET], told[BUDGET]) == ([200] * BUDGET, 429)
    answer = closed.get("/opendata")
    assert int(answer.headers["Retry-After"]) > 0
    elsewhere = closed.get("/opendata", environ_overrides={"REMOTE_ADDR": "203.0.113.9"})
    assert elsewhere.status_code == 200


def test_fewer_than_five_households_and_a_licence_that_is_no_address_are_refused(settings: Settings) -> None:
    for given in ({"open_data_least": 4}, {"open_data_licence": "CC BY"}):
        with pytest.raises(SettingsError, match=next(iter(given))):
            load_settings({}, instance=settings.instance, **given)
