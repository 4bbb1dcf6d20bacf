"""Events go out: every parameter, pages that hold still, and nobody else's."""

from typing import Any

import pytest

from tests.epcis.client import Program, document, next_address, seen, whole_events
from tests.epcis.conftest import Two
from trace.services.epcis.shaping import DEFAULT_PAGE

SGTIN = "urn:epc:id:sgtin:0614141.107346.{}"
LINK = "https://id.example.org/01/10614141073464/21/{}"
SENSED = {
    "sensorMetadata": {
        "startTime": "2026-06-04T01:00:00Z", "endTime": "2026-06-04T02:00:00Z",
        "deviceID": "urn:x:d", "dataProcessingMethod": "urn:x:m", "bizRules": "urn:x:r",
    },
    "sensorReport": [
        {"type": "Temperature", "value": 4.5, "uom": "CEL"},
        {"type": "gs1:Mass", "microorganism": "urn:x:germ", "chemicalSubstance": "urn:x:lead"},
        {"type": "Count", "stringValue": "đủ", "booleanValue": True},
        {"type": "Count", "hexBinaryValue": "f0", "uriValue": "urn:x:v"},
    ],
}  # fmt: skip


def events() -> list[dict[str, Any]]:
    """Six events, each unlike the others; their names are the letters of their ids."""
    parties = [{"type": "owning_party", "source": "urn:x:coop"}]
    to = [{"type": "location", "destination": "urn:x:port"}]
    seen_a = seen(1, eventID="urn:x:a", epcList=[SGTIN.format(7)], sourceList=parties, destinationList=to)
    box = seen(
        2, eventID="urn:x:b", type="AggregationEvent", action="ADD", bizStep="packing", parentID="urn:x:box",
        childEPCs=[SGTIN.format(8)], childQuantityList=[{"epcClass": "urn:x:child", "quantity": 3}],
        quantityList=None, disposition=None,
    )  # fmt: skip
    made = seen(
        3, eventID="urn:x:c", type="TransformationEvent", action=None, quantityList=None,
        bizStep="commissioning",
        inputEPCList=["urn:x:in"], outputEPCList=["urn:x:out"], transformationID="urn:x:t",
        inputQuantityList=[{"epcClass": "urn:x:inclass", "quantity": 10, "uom": "KGM"}],
        outputQuantityList=[{"epcClass": "urn:x:outclass", "quantity": 9.5, "uom": "KGM"}],
    )  # fmt: skip
    sensed = seen(4, eventID="urn:x:d", sensorElementList=[SENSED], readPoint={"id": "urn:x:yard/gate"})
    recalled = seen(
        5, eventID="urn:x:e", bizStep="holding", disposition="recalled",
        persistentDisposition={"set": ["recalled"], "unset": ["active"]},
        bizTransactionList=[{"type": "po", "bizTransaction": "urn:x:po-7"}], bizLocation={"id": "urn:x:yard"},
    )  # fmt: skip
    wrong = seen(
        6, eventID="urn:x:f", action="DELETE", bizStep="destroying",
        errorDeclaration={
            "declarationTime": "2026-06-08T00:00:00Z", "reason": "incorrect_data",
            "correctiveEventIDs": ["urn:x:g"],
        },
    )  # fmt: skip
    return [seen_a, box, made, sensed, recalled, wrong]


@pytest.fixture
def filled(two: Two) -> Two:
    job = two.mine.capture(document(*events()))
    assert job["success"], job
    return two


def found(program: Program, path: str = "/events", **params: Any) -> str:
    """The letters of the events that match, sorted."""
    return "".join(sorted(event["eventID"][-1] for event in program.events(path, **params)))


ANSWERS: list[tuple[dict[str, Any], str]] = [
    ({}, "abcdef"),
    ({"eventType": ["AggregationEvent", "TransformationEvent"]}, "bc"),
    ({"GE_eventTime": "2026-06-01T08:05:00+07:00"}, "ef"),
    ({"LT_eventTime": "2026-06-01T01:02:00Z"}, "a"),
    ({"GE_recordTime": "2020-01-01T00:00:00Z"}, "abcdef"),
    ({"LT_recordTime": "2020-01-01T00:00:00Z"}, ""),
    ({"EQ_action": "ADD|DELETE"}, "bf"),
    ({"EQ_bizStep": ["packing", "https://ref.gs1.org/cbv/BizStep-holding"]}, "be"),
    ({"EQ_disposition": "recalled"}, "e"),
    ({"EQ_persistentDisposition_set": "recalled"}, "e"),
    ({"EQ_persistentDisposition_unset": "recalled"}, ""),
    ({"EQ_persistentDisposition_unset": "active"}, "e"),
    ({"EQ_readPoint": "urn:x:yard/gate"}, "d"),
    ({"EQ_readPoint": "urn:x:yard"}, ""),
    ({"WD_readPoint": "urn:x:yard"}, "d"),
    ({"EQ_readPoint": "https://id.gs1.org/414/4012345000016"}, "abcef"),
    ({"EQ_bizLocation": "urn:x:yard"}, "e"),
    ({"WD_bizLocation": "urn:x:yard|urn:x:other"}, "e"),
    ({"WD_bizLocation": "urn:x:yar"}, ""),
    ({"EQ_transformationID": "urn:x:t"}, "c"),
    ({"MATCH_epc": SGTIN.format(7)}, "a"),
    ({"MATCH_epc": LINK.format(8)}, "b"),
    ({"MATCH_epc": "urn:epc:idpat:sgtin:0614141.107346.*"}, "ab"),
    ({"MATCH_epc": "urn:epc:idpat:sgtin:0614141.*.*"}, "ab"),
    ({"MATCH_epc": "urn:epc:idpat:sgtin:4012345.*.*"}, ""),
    ({"MATCH_epc": "https://id.gs1.org/01/10614141073464/21/*"}, "ab"),
    ({"MATCH_epc": "urn:x:box"}, ""),
    ({"MATCH_parentID": "urn:x:box"}, "b"),
    ({"MATCH_inputEPC": "urn:x:in"}, "c"),
    ({"MATCH_outputEPC": "urn:x:in"}, ""),
    ({"MATCH_outputEPC": "urn:x:out|urn:x:nothing"}, "c"),
    ({"MATCH_anyEPC": ["urn:x:box", "urn:x:out", "urn:x:inclass"]}, "bc"),
    ({"MATCH_epcClass": "urn:x:child"}, "b"),
    ({"MATCH_epcClass": "urn:epc:class:lgtin:4012345.012345.L1"}, "a"),
    ({"MATCH_inputEPCClass": "urn:x:inclass"}, "c"),
    ({"MATCH_outputEPCClass": "urn:x:outclass"}, "c"),
    ({"MATCH_anyEPCClass": "urn:x:inclass|urn:x:child"}, "bc"),
    ({"EQ_quantity": "9.5"}, "c"),
    ({"GT_quantity": 3}, "c"),
    ({"GE_quantity": 3}, "bc"),
    ({"LT_quantity": 3}, "adef"),
    ({"LE_quantity": 3}, "abdef"),
    ({"EQ_eventID": "urn:x:a|urn:x:f|urn:x:z"}, "af"),
    ({"EXISTS_errorDeclaration": "true"}, "f"),
    ({"EXISTS_errorDeclaration": "false"}, "abcdef"),
    ({"GE_errorDeclarationTime": "2026-06-08T00:00:00Z"}, "f"),
    ({"LT_errorDeclarationTime": "2026-06-08T00:00:00Z"}, ""),
    ({"EQ_errorReason": "incorrect_data"}, "f"),
    ({"EQ_correctiveEventID": "urn:x:g"}, "f"),
    ({"GE_startTime": "2026-06-04T08:00:00+07:00"}, "d"),
    ({"LT_startTime": "2026-06-04T08:00:00+07:00"}, ""),
    ({"GE_endTime": "2026-06-04T02:00:00.001Z"}, ""),
    ({"LT_endTime": "2026-06-04T02:00:00.001Z"}, "d"),
    ({"EQ_type": "Temperature"}, "d"),
    ({"EQ_type": "https://gs1.org/voc/Mass"}, "d"),
    ({"EQ_deviceID": "urn:x:d"}, "d"),
    ({"EQ_dataProcessingMethod": "urn:x:m"}, "d"),
    ({"EQ_microorganism": "urn:x:germ"}, "d"),
    ({"EQ_chemicalSubstance": "urn:x:lead"}, "d"),
    ({"EQ_bizRules": "urn:x:r"}, "d"),
    ({"EQ_stringValue": "đủ"}, "d"),
    ({"EQ_hexBinaryValue": "f0"}, "d"),
    ({"EQ_uriValue": "urn:x:v"}, "d"),
    ({"EQ_booleanValue": "true"}, "d"),
    ({"EQ_booleanValue": "false"}, ""),
    ({"EQ_bizTransaction_po": "urn:x:po-7"}, "e"),
    ({"EQ_bizTransaction_desadv": "urn:x:po-7"}, ""),
    ({"EQ_source_owning_party": "urn:x:coop"}, "a"),
    ({"EQ_destination_location": "urn:x:port"}, "a"),
    ({"eventType": "ObjectEvent", "EQ_action": "OBSERVE", "LT_eventTime": "2026-06-01T01:05:00Z"}, "ad"),
]


def test_every_parameter_finds_what_it_says_and_nothing_else(filled: Two) -> None:
    said = [(params, found(filled.mine, **params)) for params, _ in ANSWERS]
    assert said == ANSWERS
    assert found(filled.theirs) == ""
    assert found(filled.office) == "abcdef"


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"EQ_userID": "x"}, "QueryValidationException"),
    ({"goods": "urn:x:box"}, "QueryValidationException"),
    ({"EQ_bizTransaction_": "x"}, "QueryValidationException"),
    ({"EQ_value": "4.5"}, "QueryValidationException"),
    ({"EQ_ILMD_x": "1"}, "QueryValidationException"),
    ({"eventtype": "ObjectEvent"}, "QueryValidationException"),
    ({"EQ_action": "LOOK"}, "QueryParameterException"),
    ({"EQ_bizStep": ""}, "QueryParameterException"),
    ({"EQ_bizStep": "packing||holding"}, "QueryParameterException"),
    ({"GE_eventTime": "2026-06-01"}, "QueryParameterException"),
    ({"GE_eventTime": "2026-06-01T00:00:00Z|2026-06-02T00:00:00Z"}, "QueryParameterException"),
    ({"EQ_quantity": "viel"}, "QueryParameterException"),
    ({"EXISTS_errorDeclaration": "yes"}, "QueryParameterException"),
    ({"orderBy": "quantity"}, "QueryParameterException"),
    ({"orderDirection": "UP"}, "QueryParameterException"),
    ({"eventCountLimit": 5, "maxEventCount": 5}, "QueryParameterException"),
    ({"eventCountLimit": 0}, "QueryParameterException"),
    ({"perPage": "-1"}, "QueryParameterException"),
    ({"perPage": "²"}, "QueryParameterException"),
    ({"MATCH_epc": "urn:epc:idpat:sgtin:*.*.*"}, "QueryParameterException"),
    ({"MATCH_epc": "urn:epc:idpat:sgtin:0614141.107346.[1-5]"}, "QueryParameterException"),
    ({"MATCH_epc": "*"}, "QueryParameterException"),
    ({"nextPageToken": "abc"}, "QueryParameterException"),
    ({"nextPageToken": "%%%ÿ"}, "QueryParameterException"),
]


@pytest.mark.parametrize(("params", "exception"), WRONG, ids=[str(row[0])[:40] for row in WRONG])
def test_what_cannot_be_answered_is_refused_by_its_name(
    two: Two, params: dict[str, Any], exception: str
) -> None:
    answer = two.mine.get("/events", **params)
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    assert answer.json["type"] == f"epcisException:{exception}"
    assert any(name in answer.json["title"] + answer.json["detail"] for name in params)


def test_a_parameter_twice_is_refused(two: Two) -> None:
    address = "/epcis/events?EQ_action=ADD&EQ_action=DELETE"
    assert two.mine.client.get(address, headers=two.mine.headers).status_code == 400


def test_the_order_is_the_one_asked_for(filled: Two) -> None:
    def order(**params: Any) -> str:
        return "".join(event["eventID"][-1] for event in filled.mine.events(**params))

    assert order() == order(orderBy="eventTime", orderDirection="DESC") == "fedcba"
    assert order(orderDirection="ASC", perPage=1) == "abcdef"
    assert order(orderBy="recordTime", orderDirection="ASC", perPage=2) == "abcdef"
    assert order(orderBy="recordTime", perPage=4) == "fedcba"


def test_a_limit_ends_the_answer_and_a_maximum_refuses_it(filled: Two) -> None:
    assert len(filled.mine.events(eventCountLimit=3)) == 3
    assert len(filled.mine.events(eventCountLimit=3, perPage=2)) == 3
    assert len(filled.mine.events(eventCountLimit=2, perPage=2)) == 2
    assert len(filled.mine.events(maxEventCount=6, perPage=4)) == 6
    answer = filled.mine.get("/events", maxEventCount=5)
    assert answer.status_code == 413
    assert answer.json["type"] == "epcisException:QueryTooLargeException"


def test_pages_hold_still_while_events_arrive(two: Two) -> None:
    two.mine.capture(document(*(seen(n) for n in range(40))))
    answer = two.mine.get("/events")
    ids = [event["eventID"] for event in whole_events(answer.json)]
    assert len(ids) == DEFAULT_PAGE
    assert answer.headers["GS1-Next-Page-Token-Expires"]
    two.mine.capture(document(*(seen(n, eventTime=f"2026-06-08T08:{n}:30+07:00") for n in range(10, 50))))
    address = next_address(answer)
    assert address
    last = two.mine.client.get(address, headers=two.mine.headers)
    ids += [event["eventID"] for event in whole_events(last.json)]
    assert len(ids) == len(set(ids)) == 40
    assert next_address(last) is None


def test_a_token_is_good_for_its_question_and_its_reader_only(two: Two) -> None:
    two.mine.capture(document(*(seen(n) for n in range(3))))
    address = next_address(two.mine.get("/events", perPage=1))
    assert address
    for changed, program in (
        (address, two.theirs),
        (address, two.office),
        (address + "&EQ_action=OBSERVE", two.mine),
        (address.replace("nextPageToken=", "nextPageToken=A"), two.mine),
        (address.replace("/events", "/bizSteps"), two.mine),
    ):
        assert program.client.get(changed, headers=program.headers).status_code == 400
    assert two.mine.client.get(address, headers=two.mine.headers).status_code == 200


def members(program: Program, kind: str, **params: Any) -> list[str]:
    answer = program.get(f"/{kind}", **params)
    assert answer.json["type"] == "Collection"
    listed: list[str] = answer.json["member"]
    return listed


def test_what_occurs_is_listed_page_by_page(filled: Two) -> None:
    assert members(filled.mine, "bizSteps") == [
        "commissioning",
        "destroying",
        "holding",
        "packing",
        "receiving",
    ]
    assert members(filled.mine, "dispositions") == ["in_progress", "recalled"]
    assert members(filled.mine, "bizLocations") == ["urn:x:yard"]
    assert members(filled.mine, "readPoints") == ["https://id.gs1.org/414/4012345000016", "urn:x:yard/gate"]
    assert members(filled.mine, "eventTypes") == ["AggregationEvent", "ObjectEvent", "TransformationEvent"]
    epcs = members(filled.mine, "epcs")
    assert {"urn:x:box", "urn:x:child", "https://id.gs1.org/01/10614141073464/21/7"} <= set(epcs)
    paged, answer = [], filled.mine.get("/epcs", perPage=3)
    while True:
        paged += answer.json["member"]
        address = next_address(answer)
        if address is None:
            break
        answer = filled.mine.client.get(address, headers=filled.mine.headers)
    assert paged == epcs
    assert all(members(filled.theirs, kind) == [] for kind in ("epcs", "bizSteps", "readPoints"))


@pytest.mark.parametrize(
    ("path", "letters"),
    [
        ("/eventTypes/ObjectEvent/events", "adef"),
        ("/epcs/urn:x:box/events", "b"),
        ("/epcs/urn:x:outclass/events", "c"),
        ("/epcs/https%3A%2F%2Fx.vn%2F01%2F10614141073464%2F21%2F7/events", "a"),
        ("/bizSteps/holding/events", "e"),
        ("/bizSteps/https%3A%2F%2Fref.gs1.org%2Fcbv%2FBizStep-holding/events", "e"),
        ("/bizLocations/urn:x:yard/events", "e"),
        ("/readPoints/urn:x:yard%2Fgate/events", "d"),
        ("/dispositions/recalled/events", "e"),
        ("/dispositions/stolen/events", ""),
    ],
)
def test_the_events_of_a_member_are_below_it(filled: Two, path: str, letters: str) -> None:
    assert found(filled.mine, path) == letters
    assert filled.mine.get(path.removesuffix("/events")).json["member"] == ["events"]
    assert found(filled.mine, path, EQ_action="OBSERVE") == "".join(
        letter for letter in letters if letter in "ade"
    )


def test_an_address_says_its_parameter_already(filled: Two) -> None:
    answer = filled.mine.get("/bizSteps/holding/events", EQ_bizStep="packing")
    assert answer.status_code == 400
    assert answer.json["type"] == "epcisException:QueryValidationException"


def test_a_neighbours_event_and_an_absent_one_are_answered_alike(filled: Two) -> None:
    theirs, absent = filled.theirs.event("urn:x:a"), filled.theirs.event("urn:x:z")
    assert theirs.status_code == absent.status_code == 404
    assert theirs.data == absent.data
    assert theirs.json["type"] == "epcisException:NoSuchResourceException"
    for path in ("/epcs/urn:x:box", "/epcs/urn:x:box/events", "/readPoints/urn:x:yard%2Fgate"):
        one, two = filled.theirs.get(path), filled.theirs.get(path.replace("urn:x", "urn:y"))
        assert (one.status_code, one.data) == (404, two.data)


def test_a_page_token_that_is_given_back_leads_nowhere(filled: Two) -> None:
    """Nobody else can end it, and whatever is ended is answered alike."""
    following = next_address(filled.mine.get("/events", perPage=2))
    assert following is not None
    token = following.rpartition("nextPageToken=")[2]
    for program, what in ((filled.theirs, token), (filled.mine, "abc"), (filled.mine, token[:-4] + "AAAA")):
        assert program.delete(f"/nextPageToken/{what}").status_code == 204
    mine = filled.mine
    assert mine.client.get(following, headers=mine.headers).status_code == 200
    answers = [mine.delete(f"/nextPageToken/{token}") for _ in range(2)]
    assert [(answer.status_code, answer.data) for answer in answers] == [(204, b"")] * 2
    for spelled in (following, f"{following}="):
        answer = mine.client.get(spelled, headers=mine.headers)
        assert answer.json["type"] == "epcisException:QueryParameterException"
    assert mine.get("/events", perPage=2).status_code == 200


def test_named_queries_are_kept_asked_and_forgotten(filled: Two) -> None:
    query = {"name": "nhap-kho", "query": {"eventType": ["ObjectEvent"], "EQ_action": "OBSERVE"}}
    made = filled.mine.post("/queries", query)
    assert made.status_code == 201
    assert filled.mine.get("/queries/nhap-kho").json == query
    assert filled.mine.get("/queries").json == [query]
    assert found(filled.mine, "/queries/nhap-kho/events", perPage=2) == "ade"
    assert filled.mine.post("/queries", query).status_code == 409
    for program in (filled.theirs, filled.office):
        assert program.get("/queries").json == []
        answers = [program.get("/queries/nhap-kho"), program.get("/queries/khong-co")]
        assert answers[0].status_code == 404
        assert answers[0].data == answers[1].data
        assert answers[0].json["type"] == "epcisException:NoSuchNameException"
        assert program.delete("/queries/nhap-kho").status_code == 404
    assert filled.mine.delete("/queries/nhap-kho").status_code == 204
    assert filled.mine.get("/queries/nhap-kho/events").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {}, {"name": "a"}, {"name": "a b", "query": {}}, {"name": "x" * 121, "query": {}},
        {"name": 7, "query": {}}, {"name": "a", "query": []}, {"name": "a", "query": {"EQ_userID": "x"}},
        {"name": "a", "query": {"EQ_action": {}}},
        {"name": "a", "query": {}, "more": 1}, [],
    ],
)  # fmt: skip
def test_what_is_no_question_is_not_kept(two: Two, body: Any) -> None:
    assert two.mine.post("/queries", body).status_code == 400
    assert two.mine.get("/queries").json == []
