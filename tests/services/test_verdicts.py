"""The order of the thirteen rules, held against a second table written from the law's own rows."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from trace.services.clone_rules import CloneCase, Trace, distinct_devices, suspicion
from trace.services.verdicts import (
    HTTP_STATUS,
    IN_BLOCK,
    SHOWS_LOT,
    VERDICT,
    StampFacts,
    State,
    decide,
    public_name,
)

NOW = datetime(2026, 7, 1, 5, tzinfo=UTC)
facts = st.builds(StampFacts, **dict.fromkeys(StampFacts.__dataclass_fields__, st.booleans()))

# The law's table from the last row up: a later assignment overrules an earlier one.
ORACLE = (
    ("FIRST", lambda f: True),
    ("SEEN", lambda f: f.seen_before),
    ("EXPIRED", lambda f: f.expired),
    ("CLONE_SUSPECT", lambda f: f.clone),
    ("NOT_ACTIVATED", lambda f: not f.activated),
    ("RECALLED", lambda f: f.activated and f.recalled),
    ("KEY_SUSPECT", lambda f: f.key_suspect),
    ("VOIDED", lambda f: f.void),
    ("UNALLOCATED", lambda f: not f.in_block),
    ("UNAVAILABLE", lambda f: not f.in_block and f.below_mark),
)


def expected(one: StampFacts) -> str:
    answer = ""
    for state, matches in ORACLE:
        if matches(one):
            answer = state
    return answer


@given(facts)
def test_the_first_rule_that_matches_wins(one: StampFacts) -> None:
    assert decide(one) == expected(one)


@given(facts)
def test_what_is_wrong_with_a_stamp_never_reads_valid(one: StampFacts) -> None:
    wrong = one.void or one.key_suspect or not one.activated or one.recalled or one.clone or not one.in_block
    if wrong:
        assert VERDICT[decide(one)] != "VALID"


def test_every_state_has_a_verdict_and_only_stamps_of_ours_answer_200() -> None:
    assert set(VERDICT) == set(State)
    assert {state for state in State if state not in HTTP_STATUS} == IN_BLOCK
    assert {state for state in State if VERDICT[state] == "VALID"} < SHOWS_LOT


def test_forged_and_unallocated_have_one_public_name() -> None:
    assert public_name(State.FORGED) == public_name(State.UNALLOCATED) == "NOT_FOUND"


def trace(device: int, network: int, days_ago: float = 1, state: str = "SEEN", province: str = "") -> Trace:
    at = NOW - timedelta(days=days_ago)
    return Trace(at, state, device.to_bytes(4), network.to_bytes(4), province)


def case(
    traces: list[Trace], best_before: date | None = None, cleared_at: datetime | None = None
) -> CloneCase:
    return CloneCase(traces, 8, best_before, "31", cleared_at, NOW)


def test_the_eighth_device_of_thirty_days_makes_a_clone_suspect() -> None:
    seven = [trace(n, n) for n in range(7)]
    assert suspicion(case(seven)) is None
    found = suspicion(case([*seven, trace(7, 7)]))
    assert found is not None
    assert (found.rule, found.devices) == ("c1", 8)


def test_devices_of_more_than_thirty_days_ago_do_not_count() -> None:
    assert suspicion(case([trace(n, n, 31) for n in range(20)])) is None


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 3)), max_size=60))
def test_one_network_counts_at_most_twice(pairs: list[tuple[int, int]]) -> None:
    assert distinct_devices(trace(device, network) for device, network in pairs) <= 8


def test_nobody_poisons_a_stamp_from_one_network() -> None:
    assert suspicion(case([trace(n, 1) for n in range(1_000)])) is None


def test_three_devices_long_after_the_shelf_life_are_suspect() -> None:
    long_ago = (NOW - timedelta(days=20)).date()
    assert suspicion(case([trace(n, n) for n in range(2)], long_ago)) is None
    found = suspicion(case([trace(n, n) for n in range(3)], long_ago))
    assert found is not None
    assert found.rule == "c3"
    assert suspicion(case([trace(n, n) for n in range(3)], (NOW - timedelta(days=10)).date())) is None


def test_scans_before_activation_count_only_from_a_place_known_to_be_elsewhere() -> None:
    def early(province: str) -> CloneCase:
        return case([trace(n, n, 1, "NOT_ACTIVATED", province) for n in range(2)])

    assert suspicion(early("")) is None
    assert suspicion(early("31")) is None
    found = suspicion(early("01"))
    assert found is not None
    assert found.rule == "c4"


def test_packing_tests_are_not_counted_as_buyers() -> None:
    assert suspicion(case([trace(n, n, 1, "NOT_ACTIVATED") for n in range(20)])) is None


def test_what_staff_cleared_does_not_count_again() -> None:
    eight = [trace(n, n) for n in range(8)]
    assert suspicion(case(eight, cleared_at=NOW)) is None
    assert suspicion(case(eight, cleared_at=NOW - timedelta(days=2))) is not None
