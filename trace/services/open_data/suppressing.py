"""Which cells of nested tables are hidden so that no cell of few households can be read or computed.

Cells form a tree: each is the sum of those inside it, and all numbers that are published are sums over cells
of this tree. So what is hidden in one cell is known as a sum: the cell less its shown parts. That sum must
itself be no cell of few households, and no single hidden part: else more parts are hidden, the smallest
first. What lies in a hidden cell is hidden with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

LEAST = 5
"""Households below which a cell is never shown, whatever the settings say."""


@dataclass
class Cell:
    """One cell: what it is called, whose harvest it holds, what it counts, and the cells it is the sum of."""

    key: tuple[str, ...]
    households: set[int] = field(default_factory=set)
    values: dict[str, int] = field(default_factory=dict)
    parts: dict[str, Cell] = field(default_factory=dict)
    is_hidden: bool = False

    def part(self, name: str) -> Cell:
        """The part of this name, made where there is none yet."""
        return self.parts.setdefault(name, Cell((*self.key, name)))

    def shown(self) -> Iterator[Cell]:
        """This cell and what is in it, as published: of a hidden cell nothing but that it is hidden."""
        yield self
        if not self.is_hidden:
            for name in sorted(self.parts):
                yield from self.parts[name].shown()


def suppress(cell: Cell, least: int) -> None:
    """Hide what must be hidden, from this cell down.

    Raises:
        ValueError: fewer households than ``LEAST`` would do.
    """
    if least < LEAST:
        raise ValueError(f"{least} households are fewer than {LEAST}")
    if len(cell.households) < least:
        cell.is_hidden = True
        return
    by_size = sorted(cell.parts.values(), key=lambda one: (len(one.households), one.key))
    hidden = [one for one in by_size if len(one.households) < least]
    waiting = iter(by_size[len(hidden) :])
    while hidden and (len(hidden) == 1 or len(set().union(*(one.households for one in hidden))) < least):
        more = next(waiting, None)
        if more is None:  # all is hidden: their sum is this cell, which has households enough
            break
        hidden.append(more)
    for one in hidden:
        one.is_hidden = True
    for one in waiting:
        suppress(one, least)
