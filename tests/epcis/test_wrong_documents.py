"""Wrong documents are refused: those that GS1's schema refuses, and those it lets pass."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import func, select

from tests.epcis.client import document, seen
from tests.epcis.conftest import Two
from tests.standards import epcis_facts
from trace.db import reading
from trace.records.event import Event

TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat(timespec="seconds")
Change = Callable[[dict[str, Any]], object]


def event(whole: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = whole["epcisBody"]["eventList"][0]
    return found


def becomes(**changed: Any) -> Change:
    """The event has these fields; what is None it has not."""

    def change(whole: dict[str, Any]) -> None:
        one = event(whole)
        one.update(changed)
        for name in [name for name, value in one.items() if value is None]:
            del one[name]

    return change


BOX = {"type": "AggregationEvent", "quantityList": None, "childEPCs": ["urn:x:a"], "action": "ADD"}
MADE = {"type": "TransformationEvent", "quantityList": None, "action": None}
# what is done to a good document, and whether the official schema lets it pass
WRONG: dict[str, tuple[Change, bool]] = {
    "no context": (lambda d: d.pop("@context"), False),
    "no version": (lambda d: d.pop("schemaVersion"), False),
    "no date": (lambda d: d.pop("creationDate"), False),
    "a date without its zone": (lambda d: d.update(creationDate="2026-06-10T08:00:00"), False),
    "no body": (lambda d: d.pop("epcisBody"), False),
    "no list": (lambda d: d["epcisBody"].pop("eventList"), False),
    "a list that is none": (lambda d: d["epcisBody"].update(eventList={}), False),
    "an unknown name": (lambda d: d.update(note="x"), False),
    "an event that is none": (lambda d: d["epcisBody"]["eventList"].append(7), False),
    "no type": (becomes(type=None), False),
    "no time": (becomes(eventTime=None), False),
    "a time without its zone": (becomes(eventTime="2026-06-01T08:00:00"), False),
    "a short offset": (becomes(eventTimeZoneOffset="+7"), False),
    "an unknown step": (becomes(bizStep="harvesting"), False),
    "a step in the old spelling": (becomes(bizStep="urn:epcglobal:cbv:bizstep:packing"), False),
    "kg": (becomes(quantityList=[{"epcClass": "urn:x:a", "quantity": 1, "uom": "kg"}]), False),
    "a name without prefix": (becomes(note="x"), False),
    "ilmd on what is seen": (becomes(ilmd={"nongsan:a": 1}), False),
    "a blank in an id": (becomes(epcList=["urn:x:a b"]), False),
    "an id twice": (becomes(epcList=["urn:x:a", "urn:x:a"]), False),
    "no goods": (becomes(quantityList=None), False),
    "one side": (becomes(**MADE, inputEPCList=["urn:x:a"]), False),
    "an empty state": (becomes(persistentDisposition={}), False),
    "another action": (becomes(action="add"), False),
    "version 1.2": (lambda d: d.update(schemaVersion="1.2"), True),
    "a box without its id": (becomes(**BOX), True),
    "less than nothing": (becomes(quantityList=[{"epcClass": "urn:x:a", "quantity": -1}]), True),
    "one side under an id": (becomes(**MADE, inputEPCList=["urn:x:a"], transformationID="urn:x:t"), True),
    "a made-up GS1 step": (becomes(bizStep="https://ref.gs1.org/cbv/BizStep-harvesting"), True),
    "tomorrow": (becomes(eventTime=TOMORROW), True),
    "an endless id": (becomes(epcList=["urn:x:" + "a" * 500]), True),
}


def changed(change: Change) -> dict[str, Any]:
    whole = copy.deepcopy(document(seen(1)))
    change(whole)
    return whole


def test_every_wrong_document_is_refused_whole_with_its_place(two: Two) -> None:
    assert len(WRONG) > 20
    for name, (change, _) in WRONG.items():
        answer = two.mine.post("/capture", changed(change))
        assert answer.status_code == 400, name
        assert answer.json["type"] == "epcisException:ValidationException", name
        assert answer.json["errors"][0]["field"], name
    with reading() as session:
        assert session.exec(select(func.count()).where(Event.act == "capture")).one() == 0
    assert two.mine.capture(document(seen(1)))["success"]


@epcis_facts.needs_gs1_files
def test_the_official_schema_refuses_the_same_but_for_its_known_gaps() -> None:
    says = epcis_facts.schema_says()
    assert says(document(seen(1))) == []
    passing = {name for name, (change, _) in WRONG.items() if says(changed(change)) == []}
    assert passing == {name for name, (_, is_blind) in WRONG.items() if is_blind}


@pytest.mark.parametrize("depth", [23, 60, 400])
def test_what_is_nested_too_deep_is_refused(two: Two, depth: int) -> None:
    nested: Any = "x"
    for _ in range(depth):
        nested = [nested]
    answer = two.mine.post("/events", seen(1, **{"nongsan:deep": nested}))
    assert answer.status_code == (201 if depth < 24 else 400)


@epcis_facts.needs_gs1_files
def test_what_is_answered_keeps_the_official_schema(two: Two) -> None:
    two.mine.capture(document(*(seen(n, **{"nongsan:note": "Vải"}) for n in range(3))))
    answered = two.mine.get("/events").json
    assert epcis_facts.schema_says()(answered) == []
