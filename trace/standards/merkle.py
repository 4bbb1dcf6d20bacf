"""Merkle trees of RFC 9162: roots, inclusion paths and consistency paths, over nodes kept anywhere.

A tree of any size is a row of full subtrees. ``node(level, index)`` gives the hash of the full subtree over
the leaves ``index * 2**level`` to ``(index + 1) * 2**level - 1``: from a list, from stored tiles, from a
file. No function here asks for more than a few nodes a level, so none needs the leaves in memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Final

Node = Callable[[int, int], bytes]
"""(level, index) -> the hash of that full subtree."""

EMPTY: Final = hashlib.sha256(b"").digest()
"""The root of a tree without leaves (RFC 9162 section 2.1.1)."""


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256 over a one byte and both children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def subtrees(size: int) -> list[tuple[int, int]]:
    """The full subtrees of a tree of ``size`` leaves from the left: (level, index).

    >>> subtrees(7)
    [(2, 0), (1, 2), (0, 6)]
    """
    found, start = [], 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            found.append((level, start >> level))
            start += 1 << level
    return found


def root(size: int, node: Node) -> bytes:
    """The root over the first ``size`` leaves."""
    return _range(0, size, node) if size else EMPTY


def inclusion(index: int, size: int, node: Node) -> list[bytes]:
    """The path from leaf ``index`` to the root over ``size`` leaves, the nearest sibling first.

    Raises:
        ValueError: the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} of {size}")
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + _left(end - start)
        if index < middle:
            path.append(_range(middle, end, node))
            end = middle
        else:
            path.append(_range(start, middle, node))
            start = middle
    return path[::-1]


def consistency(old: int, new: int, node: Node) -> list[bytes]:
    """The path that shows the tree of ``old`` leaves to be the beginning of that of ``new`` leaves.

    Raises:
        ValueError: ``old`` is none, or more than ``new``.
    """
    if not 0 < old <= new:
        raise ValueError(f"{old} of {new}")
    path: list[bytes] = []
    start, end, is_whole = 0, new, True
    while old < end:
        middle = start + _left(end - start)
        if old <= middle:
            path.append(_range(middle, end, node))
            end = middle
        else:
            path.append(_range(start, middle, node))
            start, is_whole = middle, False
    own = [] if is_whole else [_range(start, end, node)]
    return own + path[::-1]


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], top: bytes) -> bool:
    """Whether ``path`` leads from the leaf to the root ``top`` of ``size`` leaves (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found == top


def is_consistent(old: int, old_top: bytes, new: int, new_top: bytes, path: Sequence[bytes]) -> bool:
    """Whether ``path`` shows that nothing of the older tree was changed (RFC 9162, 2.1.4.2)."""
    if old == new:
        return not path and old_top == new_top
    if not 0 < old < new or not path:
        return False
    steps = [old_top, *path] if old & (old - 1) == 0 else list(path)
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    older = newer = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            older, newer = node_hash(step, older), node_hash(step, newer)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            newer = node_hash(newer, step)
        place, last = place >> 1, last >> 1
    return last == 0 and older == old_top and newer == new_top


class Frontier:
    """A tree that only grows, holding one hash a level: the root of any number of leaves in no memory."""

    def __init__(self) -> None:
        self.size = 0
        self._tops: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """One leaf more."""
        size, found = self.size, leaf
        while size & 1:
            found, size = node_hash(self._tops.pop(), found), size >> 1
        self._tops.append(found)
        self.size += 1

    def copy(self) -> Frontier:
        """The same tree, to grow another way."""
        other = Frontier()
        other.size, other._tops = self.size, [*self._tops]
        return other

    def root(self) -> bytes:
        """The root over all leaves so far."""
        if not self._tops:
            return EMPTY
        found = self._tops[-1]
        for top in self._tops[-2::-1]:
            found = node_hash(top, found)
        return found


def _left(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << (size - 1).bit_length() - 1


def _range(start: int, end: int, node: Node) -> bytes:
    """The hash over leaves ``start`` to ``end - 1``, where ``start`` begins a subtree at least that large."""
    tops = [node(level, (start >> level) + index) for level, index in subtrees(end - start)]
    found = tops[-1]
    for top in tops[-2::-1]:
        found = node_hash(top, found)
    return found
