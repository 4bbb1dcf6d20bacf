"""The bench's ruler itself: ratios, misses and absent peers."""

import json

import pytest

from tests.bench.ruler import Bar, Limit, measured, report


def spin(turns: int) -> int:
    """Work for the clock; says it did one unit."""
    return min(1, sum(range(turns)))


def test_a_peer_that_takes_ten_times_as_long_is_about_ten_times_slower() -> None:
    line = measured(Bar("b", "turns", lambda: spin(200_000), lambda: spin(2_000_000), "p", 5.0), rounds=3)
    assert line["met"] is True
    assert isinstance(line["ratio"], float)
    assert 5 < line["ratio"] < 20


def test_a_missed_bar_and_an_absent_peer_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    def absent() -> int:
        raise ModuleNotFoundError("No module named 'peer'")

    missed = Bar("missed", "turns", lambda: spin(200_000), lambda: spin(200_000), "itself", 50.0)
    skipped = Bar("skipped", "turns", lambda: spin(10), absent, "peer", 1.0)
    assert report([skipped]) is True
    assert report([missed, skipped]) is False
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == {"name": "skipped", "skipped": "peer: No module named 'peer'"}
    assert lines[1]["met"] is False
    assert set(lines[1]) == {"name", "unit", "ours_per_s", "peer", "peer_per_s", "ratio", "bar", "met"}


def test_every_round_has_new_input_that_is_not_timed() -> None:
    made: list[int] = []

    def prepare() -> None:
        made.append(spin(3_000_000))

    bar = Bar("b", "turns", lambda: spin(200_000), lambda: spin(200_000), "p", 1.0, prepare)
    line = measured(bar, rounds=3)
    assert len(made) == 4, "once before the rounds and once before each"
    assert isinstance(line["ours_per_s"], float)
    slow = measured(Bar("b", "turns", lambda: spin(3_000_000), lambda: spin(200_000), "p", 1.0), rounds=3)
    assert isinstance(slow["ours_per_s"], float)
    assert line["ours_per_s"] > 3 * slow["ours_per_s"]


def test_a_figure_without_a_peer_is_held_against_its_most() -> None:
    line = measured(Limit("size", "bytes", lambda: 131.4, 130))
    assert line == {"name": "size", "unit": "bytes", "figure": 131.0, "bar": 130, "met": False}
    assert measured(Limit("size", "bytes", lambda: 129.6, 130))["met"] is True
