"""No hidden cell can be computed from all that is published, by whoever takes every table of every month."""

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trace.services.open_data.suppressing import LEAST, Cell, suppress

Line = dict[tuple[str, ...], Fraction]


def grown(seed: int, depth: int = 3) -> Cell:
    """A random tree: few and many households, cells of nobody, cells with one part alone."""
    chance = Random(seed)
    whole = Cell(())
    for _ in range(chance.randint(0, 25)):
        key = tuple(str(chance.randint(0, 3)) for _ in range(depth))
        people = {chance.randint(0, 30) for _ in range(chance.choice((0, 1, 2, 4, 6, 9)))}
        money = chance.randint(1, 90_000)
        cell = whole
        for name in ("", *key):
            cell = cell.part(name) if name else cell
            cell.households |= people
            cell.values["money"] = cell.values.get("money", 0) + money
    return whole


def leaves(cell: Cell) -> list[Cell]:
    return [one for part in cell.parts.values() for one in leaves(part)] or [cell]


def every(cell: Cell) -> list[Cell]:
    return [cell, *(one for part in cell.parts.values() for one in every(part))]


def line_of(cell: Cell) -> Line:
    """A cell as the sum of its leaves: what each published number says."""
    return {leaf.key: Fraction(1) for leaf in leaves(cell)}


class Attacker:
    """Whoever solves all published numbers for what was not published, exactly."""

    def __init__(self, published: list[Cell]) -> None:
        self.rows: dict[tuple[str, ...], Line] = {}
        for cell in published:
            rest = self.reduced(line_of(cell))
            if rest:
                lead = min(rest)
                row = {key: value / rest[lead] for key, value in rest.items()}
                for other, old in self.rows.items():
                    if lead in old:
                        self.rows[other] = added(old, row, -old[lead])
                self.rows[lead] = row

    def reduced(self, line: Line) -> Line:
        for lead, row in self.rows.items():
            if lead in line:
                line = added(line, row, -line[lead])
        return line

    def knows(self, cell: Cell) -> bool:
        """Whether the cell's number follows from what is published."""
        return not self.reduced(line_of(cell))


def added(one: Line, other: Line, times: Fraction) -> Line:
    found = {key: one.get(key, Fraction(0)) + times * other.get(key, Fraction(0)) for key in {*one, *other}}
    return {key: value for key, value in found.items() if value}


def hidden_cells(whole: Cell) -> list[Cell]:
    shown = {one.key for one in whole.shown() if not one.is_hidden}
    return [one for one in every(whole) if one.key not in shown]


def known_small(whole: Cell, least: int) -> list[Cell]:
    """Cells of few households that an attacker can compute."""
    attacker = Attacker([one for one in whole.shown() if not one.is_hidden])
    return [one for one in hidden_cells(whole) if attacker.knows(one)]


@settings(max_examples=300)
@given(seed=st.integers(0, 2**32), least=st.integers(LEAST, 12))
def test_no_hidden_cell_follows_from_the_published_ones(seed: int, least: int) -> None:
    whole = grown(seed)
    suppress(whole, least)
    assert known_small(whole, least) == []
    for one in whole.shown():
        assert one.is_hidden or len(one.households) >= least


@settings(max_examples=300)
@given(seed=st.integers(0, 2**32), least=st.integers(LEAST, 12))
def test_what_is_left_of_a_cell_is_never_that_of_few(seed: int, least: int) -> None:
    """A cell less its shown parts is a number anybody can compute: it stands for households enough."""
    whole = grown(seed)
    suppress(whole, least)
    for cell in whole.shown():
        rest = [one for one in cell.parts.values() if one.is_hidden]
        if not cell.is_hidden and rest:
            assert len(set().union(*(one.households for one in rest))) >= least
            assert len(rest) > 1


def test_hiding_small_cells_alone_would_let_them_be_computed() -> None:
    """The attack of this file finds what a rule without further hiding would give away."""
    whole = Cell((), {1, 2, 3, 4, 5, 6, 7, 8, 9}, {"money": 30})
    whole.parts = {"a": Cell(("a",), {1, 2, 3}), "b": Cell(("b",), {4, 5, 6, 7, 8, 9})}
    whole.parts["a"].is_hidden = True
    assert known_small(whole, LEAST) == [whole.parts["a"]]
    suppress(whole, LEAST)
    assert known_small(whole, LEAST) == []
    assert [one.key for one in whole.shown() if not one.is_hidden] == [()]


def test_fewer_households_than_five_are_never_enough() -> None:
    with pytest.raises(ValueError, match="fewer than 5"):
        suppress(Cell(()), 4)


def test_a_table_of_few_households_shows_nothing_at_all() -> None:
    whole = Cell((), {1, 2, 3, 4}, {"money": 1})
    whole.part("a").households = {1, 2, 3, 4}
    suppress(whole, LEAST)
    assert [(one.key, one.is_hidden) for one in whole.shown()] == [((), True)]
