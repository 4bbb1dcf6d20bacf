"""Questions about what no index knows: others' fields, instance data, what sensors measured, by unit."""

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.epcis.client import document, next_address, seen, whole_events
from tests.epcis.conftest import Two
from tests.epcis.test_asking import found
from trace.services.epcis import sifting
from trace.standards.epcis import inside, units
from trace.standards.epcis.facets import Words

EX = "https://ns.example.org/epcis/"
CONTEXT = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"vd": EX}]
OTHER = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"khac": EX, "vd": "urn:y:"}]
NAMED = {"GS1-Extensions": f"ex={EX}"}


def report(**said: Any) -> dict[str, Any]:
    return {"sensorReport": [{"type": "Temperature", **said}]}


def events() -> list[dict[str, Any]]:
    """Seven events; their names are the letters of their ids."""
    harvested = seen(
        1, eventID="urn:x:a", action="ADD",
        ilmd={
            "vd:variety": "U hồng", "vd:brix": 18.5, "vd:harvested": "2026-06-05", "cbvmda:lotNumber": "007",
            "vd:spray": {"vd:name": "X", "vd:doses": [{"vd:ml": 20}, {"vd:ml": 35}]},
        },
    )  # fmt: skip
    mixed = seen(
        2, eventID="urn:x:b", type="TransformationEvent", action=None, quantityList=None,
        inputQuantityList=[{"epcClass": "urn:x:i", "quantity": 2, "uom": "TNE"}],
        outputQuantityList=[{"epcClass": "urn:x:o", "quantity": 1900, "uom": "KGM"}],
        ilmd={"vd:brix": 19, "vd:by": {"@id": "urn:epc:id:sgln:4012345.00001.0"}, "vd:empty": ""},
    )  # fmt: skip
    extended = seen(
        3, eventID="urn:x:c", **{
            "vd:truck": ["15C-1", "15C-2"], "vd:sealed": True, "vd:at": "2026-06-01T08:00:00+07:00",
            "vd:box": {"vd:size": {"@type": "xsd:decimal", "@value": "4.50"}, "truck": "15C-9"},
            "vd:variety": "none",
        },
    )  # fmt: skip
    placed = seen(
        4, eventID="urn:x:d", readPoint={"id": "urn:x:gate", "vd:lane": 3, "vd:in": {"vd:deep": "yes"}}
    )
    cold = seen(
        5, eventID="urn:x:e",
        sensorElementList=[
            {
                "sensorMetadata": {"time": "2026-06-04T01:00:00Z", "vd:firmware": "2.1"},
                "sensorReport": [
                    {
                        "type": "Temperature", "value": 4.5, "uom": "CEL", "minValue": 4, "maxValue": 41,
                        "sDev": 0.5,
                    },
                    {"type": "Mass", "value": 2500, "uom": "GRM", "vd:tared": True},
                ],
                "vd:shelf": {"vd:row": 7},
            }
        ],
    )  # fmt: skip
    warm = seen(
        6, eventID="urn:x:f", sensorElementList=[report(value=41, uom="FAH", percRank=80, meanValue=3)]
    )
    wrong = seen(
        7, eventID="urn:x:g",
        errorDeclaration={
            "declarationTime": "2026-06-08T00:00:00Z", "vd:why": {"vd:who": "kho"}, "vd:code": 12,
        },
    )  # fmt: skip
    return [harvested, mixed, extended, placed, cold, warm, wrong]


@pytest.fixture
def filled(two: Two) -> Two:
    assert two.mine.capture(document(*events(), context=CONTEXT))["success"]
    other = document(
        seen(20, eventID="urn:x:h", **{"khac:truck": "15C-2", "vd:truck": "15C-1"}), context=OTHER
    )
    assert two.mine.capture(other)["success"]
    two.mine.headers.update(NAMED)
    two.theirs.headers.update(NAMED)
    return two


ANSWERS: list[tuple[dict[str, Any], str]] = [
    ({"EQ_ILMD_ex:variety": "U hồng"}, "a"),
    ({f"EQ_ILMD_{EX}variety": "U hồng|khác"}, "a"),
    ({"EQ_ILMD_ex:variety": "none"}, ""),
    ({"EQ_ex:variety": "none"}, "c"),
    ({"EQ_ILMD_cbvmda:lotNumber": "007"}, "a"),
    ({"EQ_ILMD_urn:epcglobal:cbv:mda:lotNumber": "007"}, "a"),
    ({"EQ_ILMD_cbvmda:lotNumber": "7"}, ""),
    ({"EQ_ILMD_ex:brix": "18.50"}, "a"),
    ({"GT_ILMD_ex:brix": "18.5"}, "b"),
    ({"GE_ILMD_ex:brix": "18.5"}, "ab"),
    ({"LT_ILMD_ex:brix": "19"}, "a"),
    ({"LE_ILMD_ex:brix": "19"}, "ab"),
    ({"GT_ILMD_ex:variety": "1"}, ""),
    ({"GE_ILMD_ex:harvested": "2026-06-05"}, "a"),
    ({"GT_ILMD_ex:harvested": "2026-06-05"}, ""),
    ({"EQ_ILMD_ex:by": "https://id.gs1.org/414/4012345000016"}, "b"),
    ({"EXISTS_ILMD_ex:brix": ""}, "ab"),
    ({"EXISTS_ILMD_ex:empty": "true"}, ""),
    ({"EXISTS_ILMD_ex:empty": "false"}, "abcdefgh"),
    ({"EXISTS_ILMD_ex:ml": ""}, ""),
    ({"EXISTS_INNER_ILMD_ex:ml": ""}, "a"),
    ({"EQ_INNER_ILMD_ex:ml": "35"}, "a"),
    ({"GT_INNER_ILMD_ex:ml": "35"}, ""),
    ({"EQ_INNER_ILMD_ex:variety": "U hồng"}, ""),
    ({"EQ_ex:truck": "15C-2"}, "ch"),
    ({"EQ_ex:truck": "15C-1"}, "c"),
    ({"EQ_vd:truck": "15C-1"}, "ch"),
    ({"EQ_ex:sealed": "true"}, "c"),
    ({"EQ_ex:at": "2026-06-01T01:00:00Z"}, "c"),
    ({"GT_ex:at": "2026-06-01T01:00:00Z"}, ""),
    ({"LE_ex:at": "2026-06-01T01:00:00Z"}, "c"),
    ({"EQ_INNER_ex:size": "4.5"}, "c"),
    ({"LT_INNER_ex:size": "4.6"}, "c"),
    ({"EXISTS_ex:box": ""}, "c"),
    ({"EQ_ex:box": "15C-9"}, ""),
    ({"EXISTS_INNER_ex:shelf": ""}, ""),
    ({"EQ_readPoint_ex:lane": "3"}, "d"),
    ({"EQ_bizLocation_ex:lane": "3"}, ""),
    ({"EQ_INNER_readPoint_ex:deep": "yes"}, "d"),
    ({"EQ_ERROR_DECLARATION_ex:code": "12"}, "g"),
    ({"EQ_INNER_ERROR_DECLARATION_ex:who": "kho"}, "g"),
    ({"EXISTS_ERROR_DECLARATION_ex:why": ""}, "g"),
    ({"EQ_SENSORMETADATA_ex:firmware": "2.1"}, "e"),
    ({"EQ_SENSORREPORT_ex:tared": "true"}, "e"),
    ({"EXISTS_SENSORELEMENT_ex:shelf": ""}, "e"),
    ({"EQ_INNER_SENSORELEMENT_ex:row": "7"}, "e"),
    ({"EXISTS_sensorElementList": ""}, "ef"),
    ({"EXISTS_errorDeclaration": ""}, "g"),
    ({"GE_errorDeclaration_Time": "2026-06-08T00:00:00Z"}, "g"),
    ({"EQ_value_CEL": "4.5"}, "e"),
    ({"EQ_value_CEL": "4.5|5"}, "ef"),
    ({"EQ_value_FAH": "40.1"}, "e"),
    ({"GT_value_CEL": "4.5"}, "f"),
    ({"LE_value_KEL": "278.15"}, "ef"),
    ({"LT_value_KEL": "278.15"}, "e"),
    ({"EQ_value_KGM": "2.5"}, "e"),
    ({"EQ_value_P1": "4.5"}, ""),
    ({"GE_minValue_CEL": "4"}, "e"),
    ({"GT_maxValue_FAH": "105.7"}, "e"),
    ({"EQ_sDev_FAH": "0.9"}, "e"),
    ({"LT_meanValue_CEL": "-16"}, "f"),
    ({"GE_percRank": "80"}, "f"),
    ({"EQ_quantity_KGM": "2000"}, "b"),
    ({"GE_quantity_TNE": "1.9"}, "b"),
    ({"LT_quantity_KGM": "2"}, "acdefgh"),
    ({"EQ_quantity": "2|1900"}, "b"),
    ({"GE_time": "2026-06-04T08:00:00+07:00"}, "e"),
    ({"LT_time": "2026-06-04T08:00:00+07:00"}, ""),
    ({"EQ_ILMD_ex:brix": "19", "eventType": "ObjectEvent"}, ""),
    ({"EXISTS_ILMD_ex:brix": "", "EQ_ILMD_ex:variety": "U hồng"}, "a"),
]  # fmt: skip


def test_every_family_finds_what_it_says_and_nothing_else(filled: Two) -> None:
    said = [(params, found(filled.mine, **params)) for params, _ in ANSWERS]
    assert said == ANSWERS
    assert found(filled.theirs, **{"EXISTS_ILMD_ex:brix": ""}) == ""


def test_pages_hold_still_and_limits_count_what_fits(filled: Two, monkeypatch: Any) -> None:
    monkeypatch.setattr(sifting, "PORTION", 2)
    mine, asked = filled.mine, {"EXISTS_ex:truck": "", "perPage": 1, "orderDirection": "ASC"}
    first = mine.get("/events", **asked)
    extra = seen(50, eventID="urn:x:k", **{"vd:truck": "15C-3"})
    assert mine.capture(document(extra, context=CONTEXT))["success"]
    listed = [event["eventID"] for event in whole_events(first.json)]
    following = next_address(first)
    while following:
        answer = mine.client.get(following, headers=mine.headers)
        listed += [event["eventID"] for event in whole_events(answer.json)]
        following = next_address(answer)
    assert listed == ["urn:x:c", "urn:x:h"]
    assert found(mine, **asked | {"eventCountLimit": 2}) == "ch"
    assert mine.get("/events", **asked | {"maxEventCount": 2}).status_code == 413
    assert found(mine, **asked | {"maxEventCount": 3}) == "chk"
    assert (
        mine.client.get(
            next_address(first), headers={**mine.headers, "GS1-Extensions": "ex=urn:z:"}
        ).status_code
        == 400
    )


def test_more_than_is_read_is_refused_and_a_narrower_question_answered(filled: Two, monkeypatch: Any) -> None:
    monkeypatch.setattr(sifting, "MOST_READ", 4)
    answer = filled.mine.get("/events", **{"EXISTS_ex:truck": ""})
    assert (answer.status_code, answer.json["type"]) == (413, "epcisException:QueryTooLargeException")
    assert "4" in answer.json["title"]
    narrower = {"EXISTS_ex:truck": "", "LT_eventTime": "2026-06-01T08:05:00+07:00"}
    assert found(filled.mine, **narrower) == "c"
    assert found(filled.mine, **{"EXISTS_ILMD_ex:brix": ""}) == "ab"


def test_a_named_query_explains_its_prefixes_itself(filled: Two) -> None:
    query = {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"n": EX}],
        "EXISTS_ILMD_n:brix": None, "GE_ILMD_n:brix": 18.5, "EQ_quantity": [1.5, 2],
    }  # fmt: skip
    mine = filled.mine
    assert mine.post("/queries", {"name": "ngot", "query": query}).status_code == 201
    assert mine.get("/queries/ngot").json["query"] == query
    assert found(mine, "/queries/ngot/events") == "ab"
    assert found(mine, f"/epcs/{quote('urn:x:o', safe='')}/events", **{"GT_ILMD_ex:brix": 18}) == "b"


WRONG = [
    {"GT_ILMD_ex:brix": "nhiều"}, {"GT_ILMD_ex:brix": "1|2"}, {"EQ_value_CEL": "ấm"}, {"LT_value_CEL": "1|2"},
    {"EQ_value_CEL": "1e999"}, {"GE_time": "2026-06-04"}, {"EXISTS_ex:truck": "có"},
    {"EXISTS_ex:truck": "a|b"}, {"EQ_ex:truck": ""}, {"EQ_percRank": "x"},
]  # fmt: skip
NOT_OFFERED = [
    "EQ_value_cel", "EQ_value", "GE_ILMD_brix", "HASATTR_bizLocation", "EQATTR_bizLocation_urn:x:name",
    "EQ_ATTR_bizLocation_name", "EQ_vocabularyName", "WD_ex:truck", "EXISTS_bizStep", "MATCH_ex:truck",
]  # fmt: skip


def test_what_cannot_be_asked_is_refused_by_its_name(two: Two) -> None:
    for params in WRONG:
        answer = two.mine.get("/events", **params)
        assert answer.json["type"] == "epcisException:QueryParameterException", params
    for name in NOT_OFFERED:
        answer = two.mine.get("/events", **{name: "1"})
        assert answer.json["type"] == "epcisException:QueryValidationException", name
        assert name in answer.json["title"]


numbers = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9)


@given(numbers, st.sampled_from(units.UNITS), st.sampled_from(units.UNITS), st.booleans())
def test_what_is_converted_there_and_back_is_the_same(
    amount: Any, unit: str, to: str, is_difference: bool
) -> None:
    number = inside.number_of(str(amount))
    assert number is not None
    there = units.converted(number, unit, to, is_difference=is_difference)
    if there is not None:
        assert units.converted(there, to, unit, is_difference=is_difference) == number


values = st.one_of(st.text(max_size=8), st.integers(), st.floats(), st.booleans(), st.none())
trees = st.recursive(
    values, lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=6), below)
)


@given(
    trees,
    st.sampled_from(inside.OPERATORS),
    st.sampled_from(inside.AREAS),
    st.booleans(),
    st.text(max_size=8),
)
def test_nothing_in_an_event_breaks_a_question(
    tree: Any, how: str, area: str, is_inner: bool, wanted: str
) -> None:
    member = {"ILMD": "ilmd", "ERROR_DECLARATION": "errorDeclaration"}.get(area, area)
    event = {member: {"vd:a": tree}} if member else {"vd:a": tree}
    words = Words(event)
    found = inside.fields(event, area, inside.Name("vd:a", "vd:a"), words, inner=is_inner)
    asked = inside.asked_value(wanted)
    answers = [value.fits(how, asked, words) for field in found for value in inside.values(field)]
    assert set(answers) <= {True, False}
