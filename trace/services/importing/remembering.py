"""Rules asked once for each different cell: whole columns hold a handful of values."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from trace.standards.fault import Fault

Asked = TypeVar("Asked", bound=Hashable)
Answer = TypeVar("Answer")

MOST_KEPT = 20_000
"""Different cells whose answers are kept; a column with more holds few of them twice."""


class Answers(Generic[Asked, Answer]):
    """What a rule answered and refused so far.

    A refusal is kept as a fault that was never raised, and each row gets one of its own: a raised fault
    holds the frames it went through, and they hold every row of their batch.
    """

    def __init__(self) -> None:
        self._known: dict[Asked, Answer | Fault] = {}

    def of(self, rule: Callable[[Asked], Answer], asked: Asked) -> Answer:
        """What ``rule`` says of ``asked``. Raises the fault that the rule raises."""
        if asked not in self._known:
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            try:
                self._known[asked] = rule(asked)
            except Fault as fault:
                self._known[asked] = _anew(fault)
        found = self._known[asked]
        if isinstance(found, Fault):
            raise _anew(found)
        return found


def _anew(fault: Fault) -> Fault:
    return Fault(fault.key, **fault.params)
