"""The log's tree as it is stored: tiles of 256 hashes, from which any root or path is read.

Level 0 holds the leaves' hashes, level n the roots of 256 ** n leaves. A path in a log of five million
leaves reads some 25 nodes out of six tiles of 8 kB, and nothing holds the leaves in memory.
"""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlmodel import Session, col

from trace.records.log_tree import LogTile
from trace.standards import merkle

HASH_BYTES = 32
TILE_BITS = 8
TILE = 1 << TILE_BITS


class StoredTree:
    """The nodes of the stored tree; tiles once read are kept for as long as this is."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._tiles: dict[tuple[int, int], bytes] = {}

    def size(self) -> int:
        """How many leaves have a place in the tree."""
        last = select(func.max(col(LogTile.number))).where(col(LogTile.level) == 0)
        number = self._session.execute(last).scalar_one()
        return 0 if number is None else int(number) * TILE + len(self._tile(0, int(number))) // HASH_BYTES

    def node(self, level: int, index: int) -> bytes:
        """The hash of the full subtree over ``2 ** level`` leaves.

        Raises:
            KeyError: the tree does not reach so far.
        """
        tier, bits = divmod(level, TILE_BITS)
        first = index << bits
        tile = self._tile(tier, first >> TILE_BITS)
        at = (first & (TILE - 1)) * HASH_BYTES
        hashes = [tile[at + n * HASH_BYTES :][:HASH_BYTES] for n in range(1 << bits)]
        if len(hashes[-1]) < HASH_BYTES:
            raise KeyError((level, index))
        return tile_root(hashes)

    def root(self, size: int) -> bytes:
        """The root over the first leaves."""
        return merkle.root(size, self.node)

    def _tile(self, level: int, number: int) -> bytes:
        if (level, number) not in self._tiles:
            row = self._session.get(LogTile, (level, number))
            self._tiles[level, number] = row.hashes if row else b""
        return self._tiles[level, number]


def grow(session: Session, size: int, hashes: Iterable[bytes]) -> None:
    """Put the hashes of further leaves behind the ``size`` that are there."""
    level, start, new = 0, size, list(hashes)
    while new:
        filled = _grow_level(session, level, start, new)
        level, start, new = level + 1, start >> TILE_BITS, filled


def _grow_level(session: Session, level: int, start: int, new: list[bytes]) -> list[bytes]:
    """Append to the tiles of one level; the roots of those that are full now."""
    full: list[bytes] = []
    place = 0
    while place < len(new):
        number, at = divmod(start + place, TILE)
        portion = new[place : place + TILE - at]
        row = session.get(LogTile, (level, number)) or LogTile(level=level, number=number, hashes=b"")
        row.hashes = row.hashes[: at * HASH_BYTES] + b"".join(portion)
        session.add(row)
        place += len(portion)
        if at + len(portion) == TILE:
            full.append(tile_root(_listed(row.hashes)))
    session.flush()
    return full


def tile_root(hashes: list[bytes]) -> bytes:
    """The root over the hashes of one tile."""
    return merkle.root(len(hashes), _nodes_of(hashes))


def _listed(hashes: bytes) -> list[bytes]:
    return [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]


def _nodes_of(hashes: list[bytes]) -> merkle.Node:
    """Nodes of a small tree, reckoned from its leaves."""

    def node(level: int, index: int) -> bytes:
        if level == 0:
            return hashes[index]
        return merkle.node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))

    return node
