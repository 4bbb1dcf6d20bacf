"""Exports of a lot of six inputs at depth four, read again by others than who wrote them."""

import csv
import io
import json
import zipfile
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openpyxl import load_workbook

from tests.services import farm
from tests.services.export_world import FACE, INPUTS, RISKY, Written
from tests.services.lot_world import bare, link
from trace.db import Database, reading, transaction
from trace.errors import NotAllowed, NotFound
from trace.records.account import Role
from trace.records.lot import LotKind
from trace.services.admission import Actor
from trace.services.epcis.reading import make_ready
from trace.services.exporting import chains
from trace.services.exporting.fields import TABLES, VERSION
from trace.services.exporting.port import EXPORTERS
from trace.standards.local_time import local_day

SCHEMA = Path(__file__).parents[2] / "trace" / "data" / "exporting" / "lots.schema.json"


@pytest.fixture
def written(database: Database, tmp_path: Path, now: datetime) -> Written:
    return Written(tmp_path, now)


def schema_faults(told: Any) -> list[str]:
    checker = Draft202012Validator(json.loads(SCHEMA.read_text()), format_checker=FormatChecker())
    return [error.message for error in checker.iter_errors(told)]


def tables_in(body: bytes) -> dict[str, list[dict[str, str]]]:
    with zipfile.ZipFile(io.BytesIO(body)) as made:
        names = [name for name in made.namelist() if name.endswith(".csv")]
        texts = {name: made.read(name).decode("utf-8-sig") for name in names}
    return {name: list(csv.DictReader(io.StringIO(text, newline=""))) for name, text in texts.items()}


def words_in(body: bytes) -> str:
    """Everything that stands in a file, unpacked."""
    if not zipfile.is_zipfile(io.BytesIO(body)):
        return body.decode()
    with zipfile.ZipFile(io.BytesIO(body)) as made:
        return "\n".join(made.read(name).decode() for name in made.namelist())


def test_the_neutral_json_keeps_its_schema_and_its_grams(written: Written) -> None:
    told = json.loads(written.write("json"))
    assert schema_faults(told) == []
    tables = told["lots"][0]["tables"]
    mine = next(row for row in tables["lots"] if row["lot"] == written.lot.public_id)
    assert (mine["step"], mine["weight_g"], mine["loss_g"]) == (4, 90_000, 10_000)
    harvests = [row for row in tables["lots"] if row["kind"] == "harvest"]
    assert len(harvests) == INPUTS
    assert sum(row["part_g"] for row in harvests) == sum(row["part_g"] for row in tables["households"])
    assert sum(row["part_g"] for row in harvests) == 90_000
    assert {row["commune"] for row in tables["households"]} == {"Xã Thanh Hà"}
    assert len(tables["links"]) == INPUTS + 2 + 1 + 1


def test_the_schema_refuses_a_field_more_and_a_field_less(written: Written) -> None:
    told = json.loads(written.write("json"))
    row = told["lots"][0]["tables"]["stamps"][0]
    kept = row.pop("lookup")
    assert schema_faults(told)
    row["lookup"] = kept
    row["code"] = "7DEF"
    assert schema_faults(told)


def test_the_schema_and_the_list_of_fields_say_the_same() -> None:
    schema = json.loads(SCHEMA.read_text())
    tables = schema["properties"]["lots"]["items"]["properties"]["tables"]["properties"]
    assert {name: tuple(table["items"]["properties"]) for name, table in tables.items()} == dict(TABLES)
    assert schema["properties"]["version"]["const"] == VERSION


def test_csv_holds_the_rows_of_json(written: Written) -> None:
    found = tables_in(written.write("csv"))
    told = json.loads(written.write("json"))["lots"][0]["tables"]
    assert set(found) == {f"{name}.csv" for name in TABLES}
    for name in TABLES:
        as_text = [{field: _in_csv(value) for field, value in row.items()} for row in told[name]]
        assert found[f"{name}.csv"] == as_text, name


def _in_csv(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return "" if value is None else f"'{value}" if value == RISKY else str(value)


def test_typed_names_are_no_formulas(written: Written) -> None:
    assert {row["product"] for row in tables_in(written.write("csv"))["lots.csv"]} == {f"'{RISKY}"}
    sheet = load_workbook(io.BytesIO(written.write("fsma204"))).worksheets[0]
    products = [cell for row in sheet.iter_rows() for cell in row if RISKY in str(cell.value)]
    assert products
    assert {cell.data_type for cell in products} == {"s"}


def test_the_epcis_document_is_read_by_our_own_door(written: Written) -> None:
    told = json.loads(written.write("epcis"))
    ready = make_ready(told, written.now)
    assert [fault for one in ready for fault in one.faults] == []
    assert len({one.event_id for one in ready}) == len(ready)
    steps = Counter(one.columns["biz_step"] for one in ready)
    # Eight inputs were used up; of the two events a program recorded, the one that names the lot.
    made = {"commissioning": INPUTS, "packing": 4, "inspecting": INPUTS + 2}
    assert steps == {**made, "accepting": 1, "receiving": 1}


def test_what_others_made_of_a_lot_is_not_its_chain(written: Written) -> None:
    """The pool that a harvest went into names it as an input, and is an event of the pool."""
    told = json.loads(written.write("epcis", lot=written.harvest))
    steps = [event["bizStep"] for event in told["epcisBody"]["eventList"]]
    assert sorted(steps) == ["commissioning", "inspecting"]


def test_events_keep_their_hash_on_the_way_out(written: Written) -> None:
    ready = make_ready(json.loads(written.write("epcis")), written.now)
    assert all(one.event_id == one.hash for one in ready)


def test_the_national_file_has_the_four_groups(written: Written) -> None:
    found = tables_in(written.write("national"))
    assert sorted(found) == ["1-households.csv", "2-places.csv", "3-stages.csv", "4-stamps.csv"]
    assert len(found["1-households.csv"]) == 3
    assert sum(row["kind"] == "plot" for row in found["2-places.csv"]) == INPUTS
    assert {row["harvested"] for row in found["2-places.csv"] if row["kind"] == "plot"} == {"2026-06-12"}
    assert {"harvest", "pack", "release"} <= {row["stage"] for row in found["3-stages.csv"]}
    stamps = found["4-stamps.csv"]
    assert [(row["first"], row["count"]) for row in stamps] == [(str(written.block.first), "90")]
    assert stamps[0]["lookup"] == f"{FACE}/lo/{written.lot.public_id}"


def test_the_day_sheet_names_every_input(written: Written) -> None:
    sheet = load_workbook(io.BytesIO(written.write("fsma204"))).worksheets[0]
    heads, *rows = sheet.iter_rows(values_only=True)
    events = [row[0] for row in rows]
    assert len(heads) == 16
    assert events.count("Harvesting") == INPUTS
    assert written.lot.code in {row[1] for row in rows}


@pytest.mark.parametrize("name", EXPORTERS)
def test_no_code_and_no_person_leaves_the_house(written: Written, name: str) -> None:
    said = words_in(written.write(name))
    assert not [code for code in written.codes if code in said.replace("-", "")]
    assert "Bí Mật" not in said
    assert written.coop.staff.name not in said


@pytest.mark.parametrize("name", EXPORTERS)
def test_a_stranger_gets_what_does_not_exist(written: Written, name: str) -> None:
    with pytest.raises(NotFound) as foreign:
        written.write(name, written.other.hand)
    with reading() as session, pytest.raises(NotFound) as absent:
        chains.one(chains.Asking(session, written.other.hand, FACE), "khong-co")
    assert (foreign.value.key, foreign.value.params) == (absent.value.key, absent.value.params)
    with pytest.raises(NotAllowed):
        written.write(name, Actor(None, Role.FARMER))


def test_a_partners_lot_is_named_and_no_more(written: Written) -> None:
    with transaction() as session:
        theirs = bare(session, written.now, written.other, LotKind.HARVEST, 1_000)
        link(session, theirs, written.lot, 500)
    told = json.loads(written.write("json"))
    assert schema_faults(told) == []
    tables = told["lots"][0]["tables"]
    row = next(row for row in tables["lots"] if row["partner"])
    assert (row["lot"], row["weight_g"], row["product"]) == (theirs.public_id, None, None)
    assert theirs.public_id not in {row["lot"] for row in (*tables["places"], *tables["stages"])}
    whole = json.loads(written.write("json", farm.OFFICE))["lots"][0]["tables"]
    assert theirs.public_id in {row["lot"] for row in whole["places"]}


def test_a_period_holds_the_lots_released_in_it(written: Written, now: datetime) -> None:
    today = local_day(now)
    with transaction() as session:
        later = bare(session, now, written.coop, LotKind.HARVEST, 5_000, released_at=now + timedelta(days=1))
        foreign = bare(session, now, written.other, LotKind.HARVEST, 5_000, released_at=now)
    assert period(written, written.coop.hand, today, today) == [written.lot.public_id]
    both = [written.lot.public_id, later.public_id]
    assert period(written, written.coop.hand, today, today + timedelta(days=1)) == both
    assert foreign.public_id in period(written, farm.OFFICE, today, today)


def period(written: Written, actor: Actor, first: date, last: date) -> list[str]:
    with reading() as session:
        found = chains.released(chains.Asking(session, actor, FACE), (first, last))
        return [one["lot"] for one in json.loads(written.written("json", found))["lots"]]


def test_chains_are_made_one_at_a_time(
    written: Written, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many lots a period has, none is asked for before the last one is written."""
    monkeypatch.setattr(chains, "PAGE", 2)
    with transaction() as session:
        for _ in range(4):
            bare(session, now, written.coop, LotKind.HARVEST, 5_000, released_at=now)
    made: list[str] = []
    whole = chains.trace_lots

    def counted(*asked: Any) -> Any:
        made.append("made")
        return whole(*asked)

    monkeypatch.setattr(chains, "trace_lots", counted)
    today = local_day(now)
    with reading() as session:
        found = chains.released(chains.Asking(session, written.coop.hand, FACE), (today, today))
        for number, _ in enumerate(found, start=1):
            assert len(made) == number
    assert len(made) == 5


@pytest.mark.parametrize("name", ["epcis", "fsma204"])
def test_what_two_lots_share_stands_once(written: Written, name: str, now: datetime) -> None:
    one = written.write(name)
    with reading() as session:
        asking = chains.Asking(session, written.coop.hand, FACE)
        twice = written.written(name, chains.chains(asking, [written.lot.id, written.lot.id]))
    assert rows_in(twice) == rows_in(one) > INPUTS


def rows_in(body: bytes) -> int:
    if body[:2] == b"PK":
        return load_workbook(io.BytesIO(body)).worksheets[0].max_row
    return len(json.loads(body)["epcisBody"]["eventList"])
