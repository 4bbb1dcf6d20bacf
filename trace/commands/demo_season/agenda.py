"""The season's acts in the order of their days: written down first, done oldest first.

The log and the events of the demonstration then follow each other as they would have in life. An act
gets a session and its moment, does one thing with the registry's verbs and keeps numbers, never rows.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from trace.db import transaction

Verb = Callable[[Session, datetime], object]
Tell = Callable[[int, int], None]
"""Told how many acts are done, and how many there are."""

ACTS_A_TRANSACTION = 120


@dataclass
class Agenda:
    """Acts with their moments; those that lie ahead of ``until`` are not taken on."""

    until: datetime
    _acts: list[tuple[datetime, int, Verb]] = field(default_factory=list)

    def add(self, at: datetime, verb: Verb) -> bool:
        """Take an act on; False where its day has not come yet."""
        if at > self.until:
            return False
        self._acts.append((at, len(self._acts), verb))
        return True

    def run(self, tell: Tell) -> None:
        """Do everything, a hundred or so acts a transaction."""
        acts = sorted(self._acts, key=lambda act: act[:2])
        for start in range(0, len(acts), ACTS_A_TRANSACTION):
            with transaction() as session:
                for at, _place, verb in acts[start : start + ACTS_A_TRANSACTION]:
                    verb(session, at)
            tell(min(start + ACTS_A_TRANSACTION, len(acts)), len(acts))
