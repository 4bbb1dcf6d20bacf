"""GS1's own examples: in, out, and equal by their hash."""

import json
from pathlib import Path

import pytest

from tests.epcis.client import hash_of
from tests.epcis.conftest import Two
from tests.standards import epcis_facts


@epcis_facts.needs_gs1_files
@pytest.mark.parametrize("path", epcis_facts.examples(), ids=lambda path: path.stem)
def test_an_official_example_comes_back_as_it_went_in(two: Two, path: Path) -> None:
    document = json.loads(path.read_text())
    sent = epcis_facts.events_of(document)
    job = two.mine.capture(document)
    assert job["success"], job
    back = two.mine.events()
    assert sorted(hash_of(event, event["@context"]) for event in back) == sorted(
        hash_of(event, document["@context"]) for event in sent
    )
    for event in sent:
        if "eventID" in event:
            answer = two.mine.event(event["eventID"])
            assert answer.status_code == 200
            assert epcis_facts.schema_says()(answer.json) == []
