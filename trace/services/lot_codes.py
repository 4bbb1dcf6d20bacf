"""Codes of lots: letters of the crop, month and day, running number in the organisation: ``VT-0612-03``."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby

from sqlalchemy import func, select
from sqlmodel import Session, col

from trace.records.lot import Lot
from trace.services.lineage import portions
from trace.services.rules import variety_key
from trace.standards.search_key import fold_vi

_LETTERS = {("lychee", "thieu"): "VT", ("lychee", ""): "VT", ("carrot", ""): "CR", ("guava", ""): "OI"}


class LotCodes:
    """Gives the next codes of an organisation, which is locked by whoever writes lots with them."""

    def __init__(self, session: Session, org_id: int) -> None:
        self._session, self._org_id = session, org_id
        self._highest: dict[str, int] = {}

    def learn(self, prefixes: Iterable[str]) -> None:
        """Ask for the highest numbers of these prefixes, as far as they are not known yet."""
        new = set(prefixes) - self._highest.keys()
        self._highest |= dict.fromkeys(new, 0)
        for length, some in groupby(sorted(new, key=len), len):
            for portion in portions(list(some)):
                self._ask(length, portion)

    def _ask(self, length: int, prefixes: Iterable[str]) -> None:
        own = col(Lot.org_id) == self._org_id
        begins = func.substr(col(Lot.code), 1, length).in_(prefixes)
        for code in self._session.execute(select(col(Lot.code)).where(own, begins)).scalars():
            prefix, tail = code[:length], code[length:]
            if tail.isascii() and tail.isdigit():
                self._highest[prefix] = max(self._highest[prefix], int(tail))

    def next(self, crop: str, variety: str, day: date) -> str:
        """The code of one more lot."""
        prefix = prefix_of(crop, variety, day)
        self.learn([prefix])
        self._highest[prefix] += 1
        return f"{prefix}{self._highest[prefix]:02}"

    def give_back(self, code: str) -> None:
        """The code last given is not needed: the next one gets it."""
        prefix, _, number = code.rpartition("-")
        self._highest[f"{prefix}-"] = int(number) - 1


def prefix_of(crop: str, variety: str, day: date) -> str:
    """What the codes of a crop's lots of a day begin with."""
    return f"{_letters(crop, variety)}-{day:%m%d}-"


def _letters(crop: str, variety: str) -> str:
    exact = _LETTERS.get((crop, variety_key(variety)))
    if exact:
        return exact
    if crop == "lychee":
        return "VS"  # vải sớm: the early varieties
    bare = "".join(letter for letter in fold_vi(crop) if letter.isascii() and letter.isalpha())
    return _LETTERS.get((crop, "")) or (bare[:2].upper() or "LO")
