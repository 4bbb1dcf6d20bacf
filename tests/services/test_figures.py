"""Figures: equal to plain loops over the raw rows, whatever is asked; the rows behind make them; nobody else's."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.services import figures_oracle as oracle
from tests.services.figures_world import FIRST, LAST, Maker
from trace.db import Database, transaction
from trace.records.account import Role
from trace.services.admission import Actor
from trace.services.figures.answering import answer
from trace.services.figures.asking import Ask, Dimension
from trace.services.figures.catalogue import BY_NAME, MEASURES
from trace.services.figures.counting import Quantile
from trace.services.figures.measure import SCALES
from trace.services.figures.row_listing import every_row
from trace.services.order_figures import recount
from trace.services.rules import load_defaults

OFFICE = Actor(1, Role.OFFICE)
ASK = Ask(FIRST, LAST)
RANDOM = settings(
    max_examples=3,
    phases=(Phase.generate,),  # a seed of a smaller number makes no smaller world
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
SEEDS = st.integers(0, 2**32)


def value(name: str, numbers: list[int | None]) -> Fraction | None:
    """The figure of its counts, by hand."""
    if numbers[0] is None:
        return None
    if len(numbers) == 1:
        return Fraction(numbers[0])
    scale = SCALES.get(BY_NAME[name].unit, 1)
    return Fraction(numbers[0] * scale, numbers[1]) if numbers[1] else None


def figure(name: str, counts: list) -> Fraction | None:
    return value(name, [oracle.number_of(entries, share) for entries, share in counts])


def by_hand(name: str, counts: list, by: str) -> dict[str, Fraction | None]:
    """The figure for each value of a dimension; parts of nought over nought are none."""
    groups = [oracle.cut(entries, by) for entries, _ in counts]
    found = {}
    for key in set().union(*groups):
        cut = [
            (None if entries is None else group.get(key, []), share)
            for group, (entries, share) in zip(groups, counts, strict=True)
        ]
        sums = [oracle.number_of(entries, share) for entries, share in cut]
        if any(sums) or any(share is not None for _, share in cut):
            found[key] = value(name, sums)
    return found


@RANDOM
@given(seed=SEEDS)
def test_every_figure_in_every_cut_equals_plain_loops_over_the_rows(database: Database, seed: int) -> None:
    with transaction() as session:
        load_defaults(session)
        make = Maker(session, Random(seed))
        estates = [make.estate() for _ in range(2)]
        recount(session)
        books = oracle.Books(session, FIRST, LAST)
        for measure in MEASURES:
            counts = oracle.counts_of(books, measure.name)
            whole = answer(session, OFFICE, measure, ASK).whole.value
            assert whole == figure(measure.name, counts), measure.name
            for by in sorted(measure.dimensions):
                found = answer(session, OFFICE, measure, replace(ASK, by=by))
                told = {part.key: part.value for part in found.parts}
                assert told == by_hand(measure.name, counts, by), (measure.name, by)
        assert estates
