"""The event hash: published vectors, the reference package, and what must not change it."""

import json
from pathlib import Path

import pytest
from epcis_event_hash_generator.hash_generator import epcis_hashes_from_events
from epcis_event_hash_generator.json_to_py import event_list_from_epcis_document_json

from tests.standards import epcis_facts, lychee
from trace.standards import epcis
from trace.standards.epc_uri import canonical
from trace.standards.event_hash import BUILT_IN, event_hash, instant, namespaces_of, pre_hash
from trace.standards.fault import Fault

STORY = lychee.story()


@epcis_facts.needs_gs1_files
@pytest.mark.parametrize("path", epcis_facts.vectors(), ids=lambda path: path.stem)
def test_published_vectors_are_reproduced(path: Path) -> None:
    document = json.loads(path.read_text())
    namespaces = namespaces_of(document["@context"])
    events = epcis_facts.events_of(document)
    strings, hashes = (path.with_suffix(kind).read_text().splitlines() for kind in (".prehashes", ".hashes"))
    assert [pre_hash(event, namespaces) for event in events] == strings
    assert [event_hash(event, namespaces) for event in events] == hashes


@pytest.mark.parametrize("act", STORY)
def test_the_reference_package_hashes_our_events_the_same(act: str) -> None:
    document = json.loads(json.dumps(epcis.document([STORY[act]], lychee.MORNING)))
    document["@context"].append(dict(BUILT_IN))  # the package knows only prefixes it sees declared
    (expected,) = epcis_hashes_from_events(event_list_from_epcis_document_json(document))
    assert event_hash(STORY[act], epcis.NAMESPACES) == expected


def test_writing_the_event_another_way_keeps_its_hash() -> None:
    event = STORY["ship"]
    expected = event_hash(event, epcis.NAMESPACES)
    turned = dict(reversed(event.items()))
    turned["bizTransactionList"] = list(reversed(event["bizTransactionList"]))  # type: ignore[call-overload]
    turned["eventTime"] = "2026-06-05T06:30:00.2500Z"
    turned["bizStep"] = "cbv:BizStep-shipping"
    turned["recordTime"] = "2026-06-06T00:00:00Z"
    turned["eventID"] = "urn:x:other"
    turned["errorDeclaration"] = {"declarationTime": "2026-06-06T00:00:00Z"}
    turned["childEPCs"] = []
    assert event_hash(turned, epcis.NAMESPACES) == expected
    assert expected.startswith("ni:///sha-256;")
    assert expected.endswith("?ver=CBV2.0")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("eventTime", "2026-06-05T06:30:00.251Z"),
        ("bizStep", "receiving"),
        ("action", "DELETE"),
        ("epcList", ["urn:x:other"]),
        ("nongsan:reason", "x"),
    ],
)
def test_telling_something_else_changes_the_hash(field: str, value: object) -> None:
    told = event_hash(STORY["ship"], epcis.NAMESPACES)
    assert event_hash({**STORY["ship"], field: value}, epcis.NAMESPACES) != told


def test_the_prefix_does_not_matter_but_its_namespace_does() -> None:
    event = {"type": "ObjectEvent", "a:x": {"a:y": [2, 1.50]}}
    same = {"type": "ObjectEvent", "b:x": {"b:y": ["1.5", "2"]}, "@context": [{"b": "https://v.vn/"}]}
    assert event_hash(event, {"a": "https://v.vn/"}) == event_hash(same)
    assert event_hash(event, {"a": "https://other.vn/"}) != event_hash(same)


@pytest.mark.parametrize(
    ("given", "utc"),
    [
        ("2026-06-05T05:30:00+07:00", "2026-06-04T22:30:00.000Z"),
        ("2026-06-05T05:30:00.1405Z", "2026-06-05T05:30:00.141Z"),
        ("2026-06-05T05:30:00.14049999999Z", "2026-06-05T05:30:00.140Z"),
        ("2026-12-31T23:59:59.9995Z", "2027-01-01T00:00:00.000Z"),
    ],
)
def test_times_are_utc_and_round_on_the_fourth_decimal(given: str, utc: str) -> None:
    assert instant(given) == utc


@pytest.mark.parametrize(
    "text", ["", "2026-06-05", "2026-06-05T05:30:00", "2026-06-05T25:30:00Z", "0001-01-01T00:00:00+14:00"]
)
def test_a_time_without_its_offset_or_beyond_the_calendar_is_a_fault(text: str) -> None:
    with pytest.raises(Fault):
        instant(text)


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("urn:epc:id:sgtin:0614141.107346.2017", "/01/10614141073464/21/2017"),
        ("urn:epc:class:lgtin:4012345.012345.998877", "/01/04012345123456/10/998877"),
        ("urn:epc:idpat:sgtin:4012345.066666.*", "/01/04012345666663"),
        ("urn:epc:id:sscc:4012345.0000000333", "/00/040123450000003338"),
        ("urn:epc:id:sgln:4012345.00011.987", "/414/4012345000115/254/987"),
        ("urn:epc:id:sgln:4012345.00011.0", "/414/4012345000115"),
        ("urn:epc:id:sgtin:4012345.011111.9(8)", "/01/04012345111118/21/9%288%29"),
        ("https://id.example.vn/01/9506000134352/10/A?17=261231", "/01/09506000134352/10/A"),
        ("https://x.vn/y/01/09506000134352/22/2A/10/A/21/7", "/01/09506000134352/21/7"),
    ],
)
def test_gs1_identifiers_have_one_spelling(uri: str, expected: str) -> None:
    assert canonical(uri) == "https://id.gs1.org" + expected


@pytest.mark.parametrize(
    "uri",
    [
        lychee.PACKED,
        lychee.BOX,
        "urn:epc:id:sgtin:",
        "urn:epc:id",
        "https://x.vn/01/12",
        "geo:20.9,106.4",
        "",
        "01",
    ],
)
def test_other_identifiers_stay_as_they_are(uri: str) -> None:
    assert canonical(uri) == uri
