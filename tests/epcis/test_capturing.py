"""Documents come in: whole or not at all, once however often they are sent, and only one's own."""

import copy
import itertools
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import func, select

from tests import stamped, world
from tests.epcis.client import Program, document, hash_of, seen, token_of
from tests.epcis.conftest import HOST, Two
from tests.services import consignment_world as export
from tests.web import grounds
from trace.db import reading, transaction
from trace.records.account import Role
from trace.records.event import Event, LogLeaf
from trace.records.lot import Lot, LotState
from trace.records.organisation import OrgKind
from trace.records.plot import PackingHouse
from trace.services import consigning, dispatching
from trace.services.epcis.reading import MOST_EVENTS
from trace.standards import epcis
from trace.standards.local_time import local_day


def captured() -> int:
    with reading() as session:
        return session.exec(select(func.count()).where(Event.act == "capture")).one()


def lot_uri(coop: world.Coop, code: str) -> str:
    return epcis.lot_id(HOST, coop.org.public_id, code)


def of_lot(uri: str, n: int = 0, **changed: Any) -> dict[str, Any]:
    return seen(n, quantityList=[{"epcClass": uri, "quantity": 12.5, "uom": "KGM"}], **changed)


def test_a_document_is_a_job_that_tells_what_became_of_it(two: Two) -> None:
    job = two.mine.capture(document(seen(1), seen(2)))
    assert job["success"]
    assert not job["running"]
    assert job["errors"] == []
    assert job["captureErrorBehaviour"] == "rollback"
    assert job["createdAt"] <= job["finishedAt"]
    assert two.mine.get("/capture").json == [job]
    assert two.theirs.get("/capture").json == []
    assert captured() == 2


def test_an_event_without_an_id_is_called_by_its_hash(two: Two) -> None:
    two.mine.capture(document(seen(1)))
    (event,) = two.mine.events()
    assert event["eventID"] == hash_of(seen(1))
    assert two.mine.event(event["eventID"]).status_code == 200
    assert event["recordTime"]


def test_the_same_document_again_adds_nothing(two: Two) -> None:
    sent = document(seen(1), seen(2))
    first, again = two.mine.capture(sent), two.mine.capture(sent)
    assert first["success"]
    assert again["success"]
    assert first["captureID"] != again["captureID"]
    assert captured() == 2


def test_an_event_twice_in_one_document_is_one_event(two: Two) -> None:
    assert two.mine.capture(document(seen(1), seen(1)))["success"]
    assert captured() == 1


def test_a_key_sent_again_is_answered_as_the_first_time(two: Two) -> None:
    key = {"Idempotency-Key": "chuyen-xe-0001"}
    first = two.mine.post("/capture", document(seen(1)), key)
    again = two.mine.post("/capture", document(seen(1)), key)
    assert (again.status_code, again.headers["Location"]) == (202, first.headers["Location"])
    other = two.mine.post("/capture", document(seen(2)), key)
    assert other.status_code == 409
    assert captured() == 1


def test_rollback_keeps_nothing_of_a_document_with_one_wrong_event(two: Two) -> None:
    stranger = of_lot(lot_uri(two.other, "VT-1"), 2)
    job = two.mine.capture(document(seen(1), stranger, seen(3)))
    assert not job["success"]
    assert [error["type"] for error in job["errors"]] == ["epcisException:SecurityException"]
    assert job["errors"][0]["errors"][0]["field"] == "eventList.1"
    assert captured() == 0
    assert two.mine.events() == []


def test_rollback_refuses_an_invalid_event_at_once(two: Two) -> None:
    answer = two.mine.post("/capture", document(seen(1), seen(2, bizStep="harvesting")))
    assert answer.status_code == 400
    assert answer.json["type"] == "epcisException:ValidationException"
    assert answer.json["errors"][0]["field"] == "eventList.1.bizStep"
    assert captured() == 0


def test_proceed_keeps_what_is_right_and_says_what_is_not(two: Two) -> None:
    stranger = of_lot(lot_uri(two.other, "VT-1"), 2)
    wrong = seen(4, bizStep="harvesting")
    proceed = {"GS1-Capture-Error-Behaviour": "proceed"}
    job = two.mine.capture(document(seen(1), stranger, seen(3), wrong), proceed)
    assert not job["success"]
    assert job["captureErrorBehaviour"] == "proceed"
    kinds = [error["type"].partition(":")[2] for error in job["errors"]]
    assert kinds == ["SecurityException", "ValidationException"]
    assert captured() == 2


def test_another_behaviour_is_refused(two: Two) -> None:
    answer = two.mine.post("/capture", document(seen(1)), {"GS1-Capture-Error-Behaviour": "perhaps"})
    assert answer.status_code == 400
    assert captured() == 0


def test_one_event_is_added_once(two: Two) -> None:
    event = {"@context": list(epcis.CONTEXT), **seen(1)}
    first, again = two.mine.post("/events", event), two.mine.post("/events", event)
    assert first.status_code == 201
    assert again.status_code == 409
    assert again.json["type"] == "epcisException:ResourceAlreadyExistsException"
    found = two.mine.client.get(first.headers["Location"], headers=two.mine.headers)
    assert found.status_code == 200
    assert captured() == 1


def test_the_same_said_in_another_way_is_the_same(two: Two) -> None:
    assert two.mine.post("/events", seen(1)).status_code == 201
    turned = dict(
        reversed(seen(1, eventTime="2026-06-01T01:01:00Z", bizStep="cbv:BizStep-receiving").items())
    )
    assert two.mine.post("/events", turned).status_code == 409


def test_an_error_declaration_shares_the_id_of_what_it_declares_wrong(two: Two) -> None:
    original = seen(1, eventID="urn:uuid:404d95fc-9457-4a51-bd6a-0bba133845a8")
    declaration = {"declarationTime": "2026-06-09T08:00:00+07:00", "reason": "did_not_occur"}
    declared = {**original, "errorDeclaration": declaration}
    assert two.mine.post("/events", original).status_code == 201
    assert two.mine.post("/events", declared).status_code == 201
    assert two.mine.post("/events", declared).status_code == 409
    found = two.mine.event(original["eventID"]).json
    assert len(found["epcisBody"]["queryResults"]["resultsBody"]["eventList"]) == 2
    assert len(two.mine.events(EXISTS_errorDeclaration="true")) == 1
    other = {**seen(2, eventID=original["eventID"]), "errorDeclaration": declaration}
    assert two.mine.post("/events", other).status_code == 409


def test_an_id_stands_for_one_event(two: Two) -> None:
    named = seen(1, eventID="urn:uuid:404d95fc-9457-4a51-bd6a-0bba133845a8")
    assert two.mine.post("/events", named).status_code == 201
    job = two.mine.capture(document(seen(3), seen(2, eventID=named["eventID"])))
    assert not job["success"]
    assert job["errors"][0]["type"] == "epcisException:ResourceAlreadyExistsException"
    assert captured() == 1


def test_two_organisations_record_the_same_shipment_each(two: Two) -> None:
    named = seen(1, eventID="urn:uuid:404d95fc-9457-4a51-bd6a-0bba133845a8")
    assert two.mine.post("/events", named).status_code == 201
    assert two.theirs.post("/events", named).status_code == 201
    assert len(two.mine.events()) == len(two.theirs.events()) == 1
    assert len(two.office.events()) == 2


def own_things(two: Two) -> dict[str, str]:
    with transaction() as session:
        now = two.coop.org.created_at
        lot = world.make_lot(session, now, two.coop.plot)
        house = PackingHouse(org_id=two.coop.org.id, code="PH-9", market="CN", name="Nhà đóng gói")
        house.commune_code, house.created_at = two.coop.org.commune_code, now
        world.add(session, house)
    org = two.coop.org.public_id
    return {
        "lot": lot_uri(two.coop, lot.code),
        "plot": epcis.plot_id(HOST, f"{org}-{two.coop.plot.code}"),
        "site": epcis.site_id(HOST, f"{org}-PH-9"),
        "box": epcis.identifier(HOST, "box", org, "B-1"),
    }


def test_own_lots_and_places_are_recorded_and_a_neighbours_answer_as_made_up_ones(two: Two) -> None:
    own = own_things(two)
    event = of_lot(
        own["lot"], readPoint={"id": own["plot"]}, bizLocation={"id": own["site"]}, epcList=[own["box"]]
    )
    assert two.mine.post("/events", event).status_code == 201
    for field, uri in (("readPoint", own["plot"]), ("bizLocation", own["site"])):
        made_up = uri[:-1] + "x"
        for who, place in ((two.theirs, uri), (two.mine, made_up)):
            answer = who.post("/events", seen(5, **{field: {"id": place}}))
            assert answer.status_code == 403, (field, place)
    theirs = two.theirs.post("/events", of_lot(own["lot"]))
    made_up = two.theirs.post("/events", of_lot(own["lot"] + "x"))
    assert theirs.status_code == made_up.status_code == 403
    assert theirs.text == made_up.text.replace(own["lot"] + "x", own["lot"])


@pytest.mark.parametrize("spelled", ["http://{}", "HTTPS://{}", "https://user@{}:443"])
def test_another_spelling_of_our_address_hides_no_neighbours_lot(two: Two, spelled: str) -> None:
    own = own_things(two)["lot"]
    uri = own.replace(f"https://{HOST}", spelled.format(HOST.upper()))
    assert two.theirs.post("/events", of_lot(uri)).status_code in {400, 403}
    assert captured() == 0


def test_a_gs1_number_that_the_registry_knows_is_its_owners(two: Two) -> None:
    with transaction() as session:
        world.make_product(session, two.coop.org.created_at, two.coop.org, gtin="09506000134352")
    uri = "https://id.example.org/01/09506000134352/10/L1"
    assert two.theirs.post("/events", of_lot(uri)).status_code == 403
    assert two.mine.post("/events", of_lot(uri)).status_code == 201


def test_a_box_is_named_by_its_owner_and_from_its_dispatch_on_by_whom_it_was_sent_to(two: Two) -> None:
    now = datetime.now(UTC)
    with transaction() as session:
        coop, them = (world.make_coop(session, now) for _ in range(2))
        export.own_prefix(session, now, coop)
        today = {"harvested_on": local_day(now), "packed_on": local_day(now)}
        goods = export.lot(session, now, coop, **today)
        one = export.loaded(session, now, coop, goods, receiver=them.org.public_id, packed_on=local_day(now))
        number = consigning.units_in(session, one)[0].sscc
        programs = [Program(two.app, token_of(session, who.staff, now)) for who in (coop, them)]
    uri = f"https://id.gs1.org/00/{number}"

    def asked() -> list[int]:
        told = itertools.count(len(programs) * captured())
        hands = (*programs, two.theirs)
        return [who.post("/events", seen(next(told), epcList=[uri])).status_code for who in hands]

    assert asked() == [201, 403, 403]
    with transaction() as session:
        dispatching.dispatch(session, coop.hand, one.public_id, now)
    assert asked() == [201, 201, 403]
    reason = dispatching.CancelIn(reason="Xe hỏng giữa đường")
    with transaction() as session:
        dispatching.cancel(session, coop.hand, one.public_id, reason, now)
    assert asked() == [201, 403, 403]
    unknown = seen(90, epcList=["https://id.gs1.org/00/106141411234567897"])
    assert two.theirs.post("/events", unknown).status_code == 201


def test_a_packing_house_records_the_lots_it_packs(two: Two) -> None:
    with transaction() as session:
        now = two.coop.org.created_at
        packer = world.make_org(session, now, OrgKind.PACKING_HOUSE)
        house = PackingHouse(org_id=packer.id, code="PH-1", market="CN", name="Nhà đóng gói")
        house.commune_code, house.created_at = packer.commune_code, now
        world.add(session, house)
        packed = world.make_lot(session, now, two.coop.plot, packing_house_id=house.id)
        other = world.make_lot(session, now, two.coop.plot)
        account = world.make_account(session, now, Role.PACKING_HOUSE, org_id=packer.id)
        token = token_of(session, account, now)
    program = Program(two.app, token)
    assert program.post("/events", of_lot(lot_uri(two.coop, packed.code))).status_code == 201
    assert program.post("/events", of_lot(lot_uri(two.coop, other.code))).status_code == 403


def test_a_captured_event_acts_on_nothing(two: Two) -> None:
    with transaction() as session:
        lot = world.make_lot(session, two.coop.org.created_at, two.coop.plot, state=LotState.HOLD)
    uri, before = lot_uri(two.coop, lot.code), grounds.dump()
    for n, (step, disposition) in enumerate(
        [
            ("accepting", "conformant"),
            ("holding", "recalled"),
            ("destroying", "destroyed"),
            ("commissioning", "active"),
        ]
    ):
        event = of_lot(
            uri, n, bizStep=step, disposition=disposition, persistentDisposition={"set": [disposition]}
        )
        assert two.mine.post("/events", event).status_code == 201
    assert grounds.changed(before, grounds.dump()) == ["event", "event_term", "log_leaf"]
    with reading() as session:
        assert session.get_one(Lot, lot.id).state == LotState.HOLD


@pytest.mark.parametrize("spelled", ["{0}", "https://tx.vn/{0}", "Tem {1} rách", "{2}"])
def test_a_stamps_code_is_never_recorded(two: Two, tmp_path: Any, spelled: str) -> None:
    with transaction() as session:
        block = stamped.make_block(session, two.coop.org.created_at, two.coop, tmp_path)
        code = stamped.code_of(session, block.kid, block.first)
    grouped = "-".join([code[:4], code[4:8], code[8:12], code[12:16], code[16:]])
    text = spelled.format(code, grouped, code.lower())
    event = seen(1, **{"nongsan:note": text})
    answer = two.mine.post("/events", {"@context": list(epcis.CONTEXT), **event})
    assert answer.status_code == 400, answer.text
    proceed = {"GS1-Capture-Error-Behaviour": "proceed"}
    job = two.mine.capture(document(event, seen(2, bizStep=f"x {text}"), seen(3)), proceed)
    assert len(job["errors"]) == 2
    assert captured() == 1
    kept = str(grounds.dump()).upper()
    assert code not in kept
    assert grouped not in kept
    assert code not in answer.text.upper()


def test_every_captured_event_has_its_leaf_in_the_log(two: Two) -> None:
    two.mine.capture(document(seen(1), seen(2)))
    with reading() as session:
        bodies = session.exec(select(LogLeaf.body).where(LogLeaf.kind == "event")).all()
    told = "".join(bodies)
    assert all(hash_of(seen(n)) in told for n in (1, 2))


def test_too_much_at_once_is_refused_with_the_limits(two: Two) -> None:
    many = two.mine.post("/capture", document(*(seen(0) for _ in range(MOST_EVENTS + 1))))
    large = two.mine.post("/capture", document(seen(0), **{"nongsan:a": "x" * 5_000_000}))
    for answer in (many, large):
        assert answer.status_code == 413
        assert answer.json["type"] == "epcisException:CaptureLimitExceededException"
        assert answer.headers["GS1-EPCIS-Capture-Limit"] == str(MOST_EVENTS)
        assert int(answer.headers["GS1-EPCIS-Capture-File-Size-Limit"]) > 1_000_000
    assert captured() == 0


@pytest.mark.parametrize(
    "body",
    [
        "", "{", "[]", "null", "1", '"x"', b"\xff\xfe", '{"a": NaN}', "[" * 100_000, '{"a":' * 3_000,
        '{"type": "ObjectEvent", "epcList": ["\\ud800"]}', '{"n": 1' + "0" * 5_000 + "}",
    ],
)  # fmt: skip
def test_what_is_no_document_is_refused_and_never_our_mistake(two: Two, body: Any) -> None:
    for path in ("/capture", "/events"):
        answer = two.mine.post(path, body)
        assert answer.status_code == 400, answer.text
        assert answer.mimetype == "application/problem+json"
        assert answer.json["type"] == "epcisException:ValidationException"


def test_an_event_keeps_the_prefixes_of_its_document(two: Two) -> None:
    official = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
    one = [official, {"ex": "https://one.example/", "unused": "https://unused.example/"}]
    other = [official, {"ex": "https://other.example/"}]
    event = seen(1, **{"ex:note": {"ex:inner": [1, 2.5, {"ex:deep": "x"}]}})
    again = copy.deepcopy({**event, "eventTime": "2026-06-01T09:00:00+07:00"})
    assert two.mine.capture(document(event, context=one))["success"]
    assert two.mine.capture(document(again, context=other))["success"]
    first, second = two.mine.events(orderDirection="ASC")
    assert hash_of(first, first["@context"]) == hash_of(event, one)
    assert hash_of(second, second["@context"]) == hash_of(again, other)
    assert "unused" not in str(first["@context"])


def test_a_query_document_is_captured_as_it_was_answered(two: Two) -> None:
    two.mine.capture(document(seen(1), seen(2)))
    answered = two.mine.get("/events").json
    assert two.theirs.capture(answered)["success"]
    key = lambda event: event["eventID"]  # noqa: E731
    mine, theirs = sorted(two.mine.events(), key=key), sorted(two.theirs.events(), key=key)
    assert [event["eventID"] for event in mine] == [event["eventID"] for event in theirs]
