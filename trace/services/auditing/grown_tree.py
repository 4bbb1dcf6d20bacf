"""The tree grown again leaf by leaf, beside the stored one and the checkpoints.

Two trees grow: one of what the stored tiles say, one of what the leaves themselves say; they part where
either was changed. A stored node or a checkpoint that fits one of them tells that the other was changed,
which has been named by then; one that fits neither is a difference of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.log_tree import LogTile
from trace.services.auditing.findings import Finding, found
from trace.services.auditing.strict_rows import strict_rows
from trace.services.log_tree import HASH_BYTES, TILE, tile_root
from trace.standards.merkle import Frontier

_TILES = LogTile.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Sealed:
    """A checkpoint whose signature holds."""

    name: str
    size: int
    root: bytes


@dataclass
class _Level:
    """The tile of a level that is being filled: as stored below, and as grown."""

    number: int = 0
    stored: list[bytes] = field(default_factory=list)
    grown: list[bytes] = field(default_factory=list)


class GrownTree:
    """Leaves are appended in their order; ``size`` is the next position."""

    def __init__(self, session: Session, sealed: Sequence[Sealed]) -> None:
        self._session = session
        self._sealed = sorted(sealed, key=lambda one: one.size)
        self._next_sealed = 0
        self._broken: list[Sealed] = []
        self._by_tiles, self._by_leaves = Frontier(), Frontier()
        self._is_parted = False
        self._levels = [_Level()]
        self._tile = self._read(0, 0)
        self._found: list[Finding] = []

    @property
    def size(self) -> int:
        """How many positions were passed."""
        return self._by_tiles.size

    def stored(self) -> bytes | None:
        """The hash the stored tree holds for the next position."""
        at = self.size % TILE * HASH_BYTES
        return self._tile[at : at + HASH_BYTES] if at + HASH_BYTES <= len(self._tile) else None

    def append(self, own: bytes | None) -> None:
        """The leaf of the next position has this hash; None where there is no leaf."""
        stored = self.stored()
        said, grown = stored or own or b"", own or stored or b""
        if said != grown and not self._is_parted:
            self._by_leaves, self._is_parted = self._by_tiles.copy(), True
        self._by_tiles.append(said)
        if self._is_parted:
            self._by_leaves.append(grown)
        self._fill(0, said, grown)
        self._meet_checkpoints()
        if self.size % TILE == 0:
            self._tile = self._read(0, self.size // TILE)

    def found(self) -> Iterator[Finding]:
        """What was found meanwhile."""
        yield from self._found
        self._found.clear()

    def finish(self) -> Iterator[Finding]:
        """After the last leaf: tiles that hold more, levels half filled, checkpoints not reached."""
        first = self.size
        while self.stored() is not None:
            self.append(None)
        if self.size > first:
            yield found("leaf_missing", first=first, last=self.size - 1)
        for level in range(1, len(self._levels)):
            self._compare(level)
        yield from self.found()
        yield from self._superfluous()
        if self._broken:
            one = self._broken[0]
            yield found("root", file=one.name, size=one.size, later=len(self._broken) - 1)
        for one in self._sealed[self._next_sealed :][-1:]:
            yield found("short", file=one.name, expected=one.size, got=self.size)

    def _read(self, level: int, number: int) -> bytes:
        question = select(_TILES.c.hashes).where(_TILES.c.level == level, _TILES.c.number == number)
        kept = self._session.execute(question).scalar()
        return bytes(kept) if isinstance(kept, bytes | memoryview) else b""

    def _fill(self, level: int, stored: bytes, grown: bytes) -> None:
        if level == len(self._levels):
            self._levels.append(_Level())
        own = self._levels[level]
        own.stored.append(stored)
        own.grown.append(grown)
        if len(own.stored) == TILE:
            if level:
                self._compare(level)
            top = tile_root(own.stored)
            self._fill(level + 1, top, top if own.stored == own.grown else tile_root(own.grown))
            self._levels[level] = _Level(own.number + 1)

    def _compare(self, level: int) -> None:
        """A tile of an upper level beside what stands below it."""
        own = self._levels[level]
        kept = self._read(level, own.number)
        if own.stored and kept not in (b"".join(own.stored), b"".join(own.grown)):
            self._found.append(found("tile", level=level, number=own.number))

    def _superfluous(self) -> Iterator[Finding]:
        """Tiles where the tree has none."""
        question = select(_TILES.c.level, _TILES.c.number).order_by(col(_TILES.c.level), col(_TILES.c.number))
        for row in strict_rows(self._session.connection(), question, _TILES):
            level, number = row["level"], row["number"]
            known = self._levels[level] if isinstance(level, int) and 0 <= level < len(self._levels) else None
            filled = known.number + bool(known.stored) if known else 0
            if not isinstance(number, int) or not 0 <= number < filled:
                yield found("tile", level=str(level), number=str(number))

    def _meet_checkpoints(self) -> None:
        while self._next_sealed < len(self._sealed) and self._sealed[self._next_sealed].size == self.size:
            one = self._sealed[self._next_sealed]
            self._next_sealed += 1
            tops = [self._by_tiles.root(), *([self._by_leaves.root()] if self._is_parted else [])]
            if one.root not in tops:
                self._broken.append(one)
