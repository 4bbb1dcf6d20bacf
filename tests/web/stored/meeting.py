"""Which field has met which string, and what came of it."""

from collections import Counter, defaultdict, deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from zlib import crc32

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.stored.payloads import PAYLOADS
from tests.web.stored.reading import Form
from tests.web.stored.sowing import MARKS, Field, Sower, is_taken, named

Pair = tuple[Field, int]
ATTEMPTS = 3
OFTEN, SELDOM = 10, 8
"""Fields that keep nothing, such as days and weights, are sent in the first turns, then in one of so many."""


class Meeting:
    """The strings that each field has still to meet, each field in an order of its own.

    A pair is ``kept`` when a row holds the string, ``refused`` when a refusal named the field for it,
    ``dropped`` when the form took it and no row has it, ``unnamed`` when a refusal of it alone named nothing.
    """

    def __init__(self, numbers: Sequence[int]) -> None:
        self.numbers = [number % len(PAYLOADS) for number in numbers]
        self.waiting: dict[Field, deque[int]] = {}
        self.pairs: dict[str, set[Pair]] = {kind: set() for kind in ("kept", "refused", "dropped", "unnamed")}
        self.attempts: Counter[Pair] = Counter()
        self.keepers: set[Field] = set()

    def queue(self, place: Field) -> deque[int]:
        """What a field has still to meet."""
        if place not in self.waiting:
            self.waiting[place] = deque(self.numbers)
            self.waiting[place].rotate(-crc32(".".join(place).encode()) % len(self.numbers))
        return self.waiting[place]

    def waits(self) -> bool:
        """Whether a field that keeps texts has a string to meet."""
        return any(self.waiting[place] for place in self.keepers)

    def waits_elsewhere(self, forms: Collection[str]) -> bool:
        """Whether a field has one that no form has; names of accounts are given in every turn."""
        found = (place for place in self.keepers if place[0] not in {*forms, "accounts"})
        return any(self.waiting[place] for place in found)

    def settle(self, sower: "TurnSower", stored: set[str], shown: set[str]) -> None:
        """What came of the turn: those that were met wait no more.

        What came by no form into rows of which pages show some, as the accounts of those who read, waits for
        a row that is shown.
        """
        outcomes = dict(sower.outcomes)
        seen = {sower.of[mark][0] for mark in shown}
        for mark in sower.sent():
            pair = sower.of[mark]
            if pair[0][0] not in sower.endpoints and pair[0] in seen and mark in stored - shown:
                continue
            if mark in stored:
                outcomes[pair] = "kept"
            elif pair[0][0] not in sower.endpoints:
                outcomes.setdefault(pair, "dropped")
        self.keepers |= {pair[0] for pair, said in outcomes.items() if said == "kept"}
        for pair, said in outcomes.items():
            self._settle(pair, said)

    def _settle(self, pair: Pair, said: str) -> None:
        place, number = pair
        queue = self.queue(place)
        if number not in queue:
            return
        self.attempts[pair] += 1
        queue.remove(number)
        if said in {"dropped", "unnamed"} and place in self.keepers and self.attempts[pair] < ATTEMPTS:
            queue.append(number)
        else:
            self.pairs[said].add(pair)


@dataclass
class TurnSower(Sower):
    """Types what fields have not met; fields that refuse are sent apart, so that they spoil no form."""

    met: Meeting = field(default_factory=lambda: Meeting(range(len(PAYLOADS))))
    outcomes: dict[Pair, str] = field(default_factory=dict)
    refusers: set[Field] = field(default_factory=set)
    endpoints: set[str] = field(default_factory=set)
    began: int = 0
    is_strict: bool = True
    """Whether fields that kept nothing so far are sent in this turn."""
    used: defaultdict[Field, int] = field(default_factory=lambda: defaultdict(int))

    def begin(self, turn: int) -> None:
        """A new turn."""
        self.is_strict = turn < OFTEN or turn % SELDOM == 0
        self.outcomes.clear()
        self.leads.clear()
        self.used.clear()
        self.began = len(self.sown)

    def sent(self) -> list[str]:
        """The marks of this turn."""
        return list(self.sown)[self.began :]

    def sow(self, client: FlaskClient, form: Form) -> None:
        """What may be taken first, then what will be refused, all at once.

        What that leaves unsaid is sent with the first the next time.
        """
        self.endpoints.add(form.endpoint)
        open_ = [n for n in form.texts if n not in MARKS and self.met.queue((form.endpoint, n))]
        apart = [n for n in open_ if (form.endpoint, n) in self.refusers]
        super().sow(client, replace(form, texts=tuple(n for n in open_ if n not in apart)))
        if apart and self.is_strict:
            self._send(client, form, apart)
        said = {pair[0] for pair in self.outcomes}
        self.refusers -= {(form.endpoint, name) for name in apart if self.is_strict} - said

    def spoilt(self, form: Form) -> tuple[str, ...]:
        """Fields that keep texts, of which the form did not say why it refused one."""
        return tuple(
            name for name in form.texts
            if (form.endpoint, name) in self.met.keepers and self.met.queue((form.endpoint, name))
            and self.outcomes.get(self._pair(form.endpoint, name), "unnamed") == "unnamed"
        )  # fmt: skip

    def _pair(self, endpoint: str, name: str) -> Pair:
        return (endpoint, name), self.number(endpoint, name)

    def number(self, endpoint: str, name: str) -> int:
        """The next it has to meet; of what comes in many rows each row is one."""
        place = (endpoint, name.split(" ", maxsplit=1)[0])
        queue = self.met.queue(place)
        if not queue:
            return self.met.numbers[0]
        if endpoint in self.endpoints:
            return queue[0]
        self.used[place] += 1
        return queue[(self.used[place] - 1) % len(queue)]

    def note(self, answer: TestResponse, fields: dict[Field, str]) -> None:
        """As ever, and which string came to what."""
        super().note(answer, fields)
        wrong = named(answer) if not is_taken(answer) else set()
        for place, mark in fields.items():
            if is_taken(answer):
                self.outcomes[self.of[mark]] = "dropped"  # unless a row has it
            elif place[1] in wrong:
                self.outcomes[self.of[mark]] = "refused"
                self.refusers |= {place} - self.met.keepers
            elif len(fields) == 1:
                self.outcomes.setdefault(self.of[mark], "unnamed")
                self.refusers |= {place} - self.met.keepers
