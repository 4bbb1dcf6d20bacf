"""The ruler: our way and a named peer's, measured in turns in one run.

A bar is a ratio taken inside one run, never an absolute: other work on the machine slows both.
Each round runs both sides, the first to go changing from round to round; what counts is the CPU
time of this process (user and kernel), which is tied to one core. The ratio is the median of the
rounds' own ratios, because both sides of one round shared the same load; the two speeds are
medians as well. What each bar measures, and why that is fair, is told in ``docs/bench.md``.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median

ROUNDS = 7


def nothing() -> None:
    """There is nothing to prepare."""


@dataclass(frozen=True)
class Bar:
    """``ours`` and ``peer`` do some work and say how many units they did.

    ``bar`` is the least allowed ratio of our speed to the peer's (0.1: at most ten times the CPU).
    ``prepare`` makes new input before every round and is not timed. A peer that is not installed
    raises ``ModuleNotFoundError``.
    """

    name: str
    unit: str
    ours: Callable[[], int]
    peer: Callable[[], int]
    peer_name: str
    bar: float
    prepare: Callable[[], None] = nothing


@dataclass(frozen=True)
class Limit:
    """A figure that has no peer: ``figure`` takes it, ``bar`` is the most it may be."""

    name: str
    unit: str
    figure: Callable[[], float]
    bar: float


def measured(bar: Bar | Limit, rounds: int = ROUNDS) -> dict[str, object]:
    """One line of the report."""
    if isinstance(bar, Limit):
        figure = bar.figure()
        line = {"name": bar.name, "unit": bar.unit, "figure": _three_digits(figure), "bar": bar.bar}
        return {**line, "met": figure <= bar.bar}
    bar.prepare()
    try:
        bar.peer()
    except ModuleNotFoundError as absent:
        return {"name": bar.name, "skipped": f"{bar.peer_name}: {absent}"}
    bar.ours()
    ours: list[float] = []
    peer: list[float] = []
    for number in range(rounds):
        bar.prepare()
        sides = [(ours, bar.ours), (peer, bar.peer)]
        for rates, work in sides if number % 2 else reversed(sides):
            rates.append(_rate(work))
    ratio = median(our / their for our, their in zip(ours, peer, strict=True))
    return {
        "name": bar.name,
        "unit": bar.unit,
        "ours_per_s": _three_digits(median(ours)),
        "peer": bar.peer_name,
        "peer_per_s": _three_digits(median(peer)),
        "ratio": _three_digits(ratio),
        "bar": bar.bar,
        "met": ratio >= bar.bar,
    }


def report(bars: Iterable[Bar | Limit]) -> bool:
    """Print one line of JSON a bar; True when none was missed."""
    fine = True
    for bar in bars:
        line = measured(bar)
        print(json.dumps(line, ensure_ascii=False), flush=True)
        fine = fine and bool(line.get("met", True))
    return fine


def tie_to_one_core() -> None:
    """No wandering between cores and their caches, where the system lets a process choose."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def _rate(work: Callable[[], int]) -> float:
    start = time.process_time()
    units = work()
    return units / max(time.process_time() - start, 1e-9)


def _three_digits(figure: float) -> float:
    return float(f"{figure:.3g}")
