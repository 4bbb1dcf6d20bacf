"""Events: ours keep the standard, and each way to break it is found."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.standards import epcis_facts, lychee
from tests.standards.refusals import fault_of
from trace.standards import epcis, stamp_code
from trace.standards.event_hash import event_hash, identify
from trace.standards.fault import Fault

STORY = lychee.story()
NOW = datetime(2026, 6, 7, tzinfo=UTC)


@pytest.mark.parametrize("act", STORY)
def test_our_own_events_have_no_fault(act: str) -> None:
    assert epcis.validate(STORY[act], NOW) == []
    assert STORY[act]["eventTimeZoneOffset"] == "+07:00"
    assert str(STORY[act]["eventTime"]).endswith("+07:00")
    assert json.loads(json.dumps(STORY[act])) == STORY[act]


@epcis_facts.needs_gs1_files
def test_our_document_passes_the_official_schema() -> None:
    wrong = {**STORY["recall"], "eventID": event_hash(STORY["recall"], epcis.NAMESPACES)}
    declared = epcis.error_declaration(wrong, NOW, "did_not_occur", [event_hash(STORY["hold"])])
    document = epcis.document([*STORY.values(), identify(STORY["pack"]), declared], NOW)
    assert epcis_facts.schema_says()(document) == []
    assert epcis.validate(declared, NOW) == []


@epcis_facts.needs_gs1_files
@pytest.mark.parametrize("path", epcis_facts.examples(), ids=lambda path: path.stem)
def test_official_examples_have_no_fault(path: Path) -> None:
    document = json.loads(path.read_text())
    assert epcis_facts.schema_says()(document) == []
    for event in epcis_facts.events_of(document):
        assert [str(fault) for fault in epcis.validate(event)] == []


def changed(act: str, change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    event: dict[str, Any] = copy.deepcopy(STORY[act])
    change(event)
    return event


# act, what is done to it, the key of the fault, whether the official schema lets it pass
BROKEN: list[tuple[str, Callable[[dict[str, Any]], object], str, bool]] = [
    ("harvest", lambda e: e.pop("eventTime"), "epcis.required", False),
    ("harvest", lambda e: e.pop("eventTimeZoneOffset"), "epcis.required", False),
    ("harvest", lambda e: e.pop("action"), "epcis.required", False),
    ("harvest", lambda e: e.pop("quantityList"), "epcis.what", False),
    ("harvest", lambda e: e.update(action="add"), "epcis.word", False),
    ("harvest", lambda e: e.update(eventTime="2026-06-05T05:30:00"), "epcis.time", False),
    ("harvest", lambda e: e.update(eventTime="2026-02-30T05:30:00+07:00"), "epcis.time", False),
    ("harvest", lambda e: e.update(eventTimeZoneOffset="+7:00"), "epcis.offset", False),
    ("harvest", lambda e: e.update(eventTimeZoneOffset="+14:30"), "epcis.offset", False),
    ("harvest", lambda e: e["quantityList"][0].update(uom="kg"), "epcis.uom", False),
    ("harvest", lambda e: e["quantityList"][0].update(quantity="4"), "epcis.quantity", False),
    ("harvest", lambda e: e["quantityList"][0].update(price=4), "epcis.unexpected", False),
    ("harvest", lambda e: e["quantityList"][0].pop("epcClass"), "epcis.required", False),
    ("harvest", lambda e: e.update(bizStep="harvesting"), "epcis.word", False),
    ("harvest", lambda e: e.update(bizStep="urn:epcglobal:cbv:bizstep:packing"), "epcis.word", False),
    ("harvest", lambda e: e.update(disposition="fresh"), "epcis.word", False),
    ("harvest", lambda e: e.update(note="x"), "epcis.unexpected", False),
    ("harvest", lambda e: e["ilmd"].update(note="x"), "epcis.unexpected", False),
    ("harvest", lambda e: e["readPoint"].pop("id"), "epcis.required", False),
    ("harvest", lambda e: e.update(certificationInfo="VG 1"), "epcis.uri", False),
    ("hold", lambda e: e.update(ilmd={"nongsan:a": 1}), "epcis.ilmd", False),
    ("ship", lambda e: e.update(epcList=["urn:x:a b"]), "epcis.uri", False),
    ("ship", lambda e: e.update(epcList=["urn:x:a", "urn:x:a"]), "epcis.duplicate", False),
    ("ship", lambda e: e["sourceList"][0].pop("type"), "epcis.required", False),
    ("ship", lambda e: e["bizTransactionList"][0].update(type="bill"), "epcis.word", False),
    ("recall", lambda e: e.update(persistentDisposition={}), "epcis.required", False),
    ("recall", lambda e: e.update(persistentDisposition={"set": []}), "epcis.required", False),
    ("recall", lambda e: e.update(errorDeclaration={"reason": "did_not_occur"}), "epcis.required", False),
    ("pack", lambda e: e.pop("outputQuantityList"), "epcis.one_sided", False),
    ("box", lambda e: e.update(persistentDisposition={"set": ["active"]}), "epcis.unexpected", False),
    # what the official schema lets pass, though it is wrong
    ("harvest", lambda e: e["quantityList"][0].update(quantity=-1), "epcis.quantity", True),
    ("harvest", lambda e: e.update(bizStep="https://ref.gs1.org/cbv/BizStep-harvesting"), "epcis.word", True),
    ("harvest", lambda e: e.update(disposition="cbv:BizStep-packing"), "epcis.word", True),
    ("box", lambda e: e.pop("parentID"), "epcis.parent", True),
    (
        "pack",
        lambda e: (e.pop("inputQuantityList"), e.update(transformationID="urn:x:t")),
        "epcis.one_sided",
        True,
    ),
]
NAMES = [f"{key}-{place}" for place, (_, _, key, _) in enumerate(BROKEN)]


@pytest.mark.parametrize(("act", "change", "key"), [row[:3] for row in BROKEN], ids=NAMES)
def test_each_way_to_break_an_event_is_found(
    act: str, change: Callable[[dict[str, Any]], object], key: str
) -> None:
    faults = epcis.validate(changed(act, change))
    assert key in [fault.key for fault in faults]
    assert all("field" in fault.params for fault in faults)


@epcis_facts.needs_gs1_files
def test_the_official_schema_refuses_the_same_but_for_its_known_gaps() -> None:
    says = epcis_facts.schema_says()
    for act, change, key, schema_is_blind in BROKEN:
        passes = says(epcis.document([changed(act, change)], NOW)) == []
        assert passes == schema_is_blind, (act, key)


def test_an_event_of_tomorrow_is_a_fault_only_when_the_time_is_known() -> None:
    tomorrow = changed("hold", lambda e: e.update(eventTime="2026-06-08T00:00:00+07:00"))
    assert epcis.validate(tomorrow) == []
    assert [fault.key for fault in epcis.validate(tomorrow, NOW)] == ["epcis.time_future"]


def test_emptying_a_box_needs_no_children_and_observing_one_no_parent() -> None:
    assert epcis.validate(changed("box", lambda e: (e.pop("parentID"), e.update(action="OBSERVE")))) == []
    faults = epcis.validate(changed("box", lambda e: e.pop("childQuantityList")))
    assert [fault.key for fault in faults] == ["epcis.children"]


def test_a_stamps_code_never_stands_in_an_event() -> None:
    key = stamp_code.StampKey(7, bytes(32), bytes(32))
    written = json.dumps(STORY["activate"])
    assert '"nongsan:firstSerial": 1000' in written
    assert stamp_code.encode(key, 1000) not in written


def test_an_error_declaration_keeps_all_but_says_why() -> None:
    event = identify(STORY["sell"], epcis.NAMESPACES)
    declared = epcis.error_declaration(event, NOW, "incorrect_data", ["urn:x:better"])
    assert {name: declared[name] for name in event} == event
    assert declared["errorDeclaration"] == {
        "declarationTime": "2026-06-07T07:00:00.000+07:00",
        "reason": "incorrect_data",
        "correctiveEventIDs": ["urn:x:better"],
    }
    assert event_hash(declared, epcis.NAMESPACES) == event["eventID"]


@pytest.mark.parametrize(
    "call",
    [
        lambda: epcis.Quantity("urn:x:a"),
        lambda: epcis.Quantity("urn:x:a", weight_g=1, pieces=1),
        lambda: epcis.Quantity("urn:x:a", weight_g=-1),
        lambda: epcis.lot_id(lychee.HOST, "01", "09506000134352"),
        lambda: epcis.lot_id(lychee.HOST, "htx-3", ""),
        lambda: epcis.lot_id("id.example.vn/x", "htx-3", "A"),
        lambda: epcis.Scene(datetime(2026, 6, 5), "packing").as_json(),  # noqa: DTZ001
        lambda: epcis.document([], datetime(2026, 6, 5)),  # noqa: DTZ001
    ],
)
def test_builders_refuse_what_could_not_be_an_event(call: Callable[[], object]) -> None:
    assert fault_of(call) is not None


@given(st.integers(0, 10**12), st.timedeltas(timedelta(0), timedelta(days=400)))
def test_any_weight_and_moment_makes_a_faultless_event(weight_g: int, later: timedelta) -> None:
    scene = epcis.Scene(lychee.MORNING + later, "holding")
    event = epcis.object_event(scene, "OBSERVE", [epcis.Quantity("urn:x:a", weight_g=weight_g)])
    assert epcis.validate(event) == []
    (element,) = json.loads(json.dumps(event))["quantityList"]
    assert round(element["quantity"] * 1000) == weight_g


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(STORY)), st.data())
def test_no_json_value_breaks_the_check_or_the_hash(act: str, data: st.DataObject) -> None:
    event = dict(STORY[act])
    event[data.draw(st.sampled_from([*event, "sensorElementList", "errorDeclaration"]))] = data.draw(junk)
    faults = epcis.validate(event, NOW)
    assert all(isinstance(fault, Fault) for fault in faults)
    refused = fault_of(event_hash, event, epcis.NAMESPACES)
    assert refused is None or faults
    assert all(isinstance(fault, Fault) for fault in epcis.validate(data.draw(junk)))
