"""What makes capturing quick finds the same as the plain way."""

import re
from unittest.mock import patch

from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import event as watching

from tests.epcis.client import document, seen
from tests.epcis.conftest import Two
from tests.standards import lychee
from trace.db import Database
from trace.services.epcis import reading
from trace.standards import epc_uri
from trace.standards.epcis import fields
from trace.standards.event_hash import EventHasher, event_hash

WORDS = st.sampled_from(
    ["7" * 19, "x" * 20, "x" * 38, "x" * 39, "TransformationEvent", "eventTimeZoneOffset", "K" * 4,
     "AAAA-BBBB CCCC-DDDD-EEE", "AAAA-BBBB-CCCC-DDDD-EEEE", "ả", " ", "-", '"', ":", "a"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=9).map("".join))
def test_what_looks_like_a_code_is_found_by_its_shape_as_by_a_close_look(said: str) -> None:
    with patch("trace.services.epcis.reading.stamp_code.is_valid", lambda code: code not in said_by_gs1):
        found = reading.suspects_in(said)
    assert found == [code for code in reading._LIKE_A_CODE.findall(said) if code not in said_by_gs1]


said_by_gs1 = ("TransformationEvent", "eventTimeZoneOffset")


@example("a:")
@example("a:\n")
@example("a:%4")
@example("a:%4F")
@given(st.text(st.sampled_from("aZ09+.-:%Ffg/?#é \n~"), max_size=12))
def test_an_identifier_in_runs_is_one_sign_by_sign(said: str) -> None:
    sign = r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})"
    plainly = re.fullmatch(rf"[A-Za-z][A-Za-z0-9+.-]*:{sign}+", said)
    assert bool(fields._URI.fullmatch(said)) == bool(plainly)


PARTS = st.sampled_from(
    ["", "01", "gtin", "414", "lot", "10", "9506000134352", "09506000134352", "a?b", "#", "21", "x"]
)


@example("01//9506000134352")
@example("gtin/9506000134352/lot/A1")
@given(st.lists(PARTS, max_size=7).map("/".join))
def test_an_address_passed_over_at_one_look_leads_to_no_key(path: str) -> None:
    link = f"https://example.vn/{path}"
    with patch.object(epc_uri, "_KEYED", re.compile("")):
        looked_at = epc_uri._from_link(link)
    assert epc_uri._from_link(link) == looked_at


@given(st.permutations(list(lychee.story().values())), st.booleans())
def test_events_hashed_together_have_the_hashes_they_have_alone(events: list[dict], own: bool) -> None:
    if own:
        events[0] = {**events[0], "@context": [{"nongsan": "https://example.vn/"}], "nongsan:recall": "TH-1"}
        events[1] = {**events[1], "nongsan:recall": "TH-1"}
    together = EventHasher({"nongsan": "urn:x:"})
    assert [together.event_hash(one) for one in events] == [
        event_hash(one, {"nongsan": "urn:x:"}) for one in events
    ]


def test_what_is_there_is_not_looked_for_among_all_events_of_an_organisation(
    two: Two, database: Database
) -> None:
    """Else each document costs more than the one before it."""
    asked: list[tuple[str, object]] = []

    def hear(_connection: object, _cursor: object, statement: str, given: object, *_rest: object) -> None:
        if statement.startswith("SELECT event.") and " IN (" in statement:
            asked.append((statement, given))

    watching.listen(database.writer, "before_cursor_execute", hear)
    two.mine.capture(document(seen(1), seen(2)))
    assert asked
    if database.is_sqlite:
        with database.reader.connect() as connection:
            for statement, given_ in asked:
                rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given_)
                assert not any("(org_id=" in row[3] for row in rows)
