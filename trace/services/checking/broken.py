"""What a look into the rows finds, and what it is given."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from trace.services.checkpoints import SealPlaces


@dataclass(frozen=True)
class Broken:
    """A promise that does not hold: the thing it is about, and what is wrong with it, in plain words."""

    where: str
    what: str


@dataclass(frozen=True)
class Outside:
    """What stands beside the database: the file of marks, the log's keys and checkpoints, the time."""

    marks: Path
    seals: SealPlaces
    now: datetime


Look = Callable[[Session, Outside], Iterable[Broken]]
