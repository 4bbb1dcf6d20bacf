"""What a password must be: NIST SP 800-63B-4, section 3.1.1.2.

At least 15 characters where it is all that is asked, 8 where a second factor is asked too; any characters,
none of them demanded; long ones are taken whole; what guessers try first and what is about its owner is
refused. Letters are composed (NFC), so that the same sentence typed on two telephones is the same password.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from trace.standards.common_passwords import WORDS
from trace.standards.fault import Fault
from trace.standards.search_key import fold_vi

LEAST_ALONE = 15
LEAST_WITH_FACTOR = 8
MOST = 256
OWN_LEFT = 6
"""So many signs must be left without common words, years, runs of keys and words about its owner."""
_LONG_ENOUGH = 4
_ROWS = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_FORWARD = frozenset(
    row[at : at + _LONG_ENOUGH] for row in _ROWS for at in range(len(row) - _LONG_ENOUGH + 1)
)
_RUNS = _FORWARD | {run[::-1] for run in _FORWARD}


def composed(password: str) -> str:
    """The form in which a password is kept and compared: composed letters, nothing else changed."""
    return unicodedata.normalize("NFC", password)


def check_password(password: str, about: Iterable[str] = (), *, has_factor: bool = False) -> None:
    """Whether it may be somebody's password; ``about`` are their login and name, and the service's.

    Raises:
        Fault: ``password.short``, ``password.long``, ``password.common``, ``password.yours``.

    >>> check_password("vải chín đỏ cả một góc vườn")
    >>> check_password("matkhau123456789")
    Traceback (most recent call last):
    ...
    trace.standards.fault.Fault: password.common()
    """
    n = len(composed(password))
    least = LEAST_WITH_FACTOR if has_factor else LEAST_ALONE
    if n < least:
        raise Fault("password.short", min=least, n=n)
    if n > MOST:
        raise Fault("password.long", max=MOST, n=n)
    own = {_bare(word) for text in about for word in (text, *text.split())}
    if _left_of(password, own | WORDS) < OWN_LEFT:
        is_own = _left_of(password, own) < _left_of(password, ())
        raise Fault("password.yours" if is_own else "password.common")


def _bare(text: str) -> str:
    """Letters and digits of any script, folded."""
    return "".join(letter for letter in fold_vi(text) if letter.isalnum())


def _left_of(password: str, words: Iterable[str]) -> int:
    """How much of it is nobody's first guess: the longest words are taken away first.

    Of signs that are no letters each counts once, so a row of exclamation marks adds one.
    """
    said = _bare(password)
    for word in sorted((word for word in words if len(word) >= _LONG_ENOUGH), key=len, reverse=True):
        said = said.replace(word, " ")
    said = _without_runs(re.sub(r"(19|20)[0-9]{2}", " ", said))
    signs = {sign for sign in password if not sign.isalnum() and not sign.isspace()}
    return len(_once("".join(said.split()))) + len(signs)


def _once(said: str) -> str:
    """A text that only repeats itself, once: ``abcabca`` is ``abc``."""
    period = next((n for n in range(1, len(said)) if said.startswith(said[n:])), len(said))
    return said[:period]


def _without_runs(said: str) -> str:
    """Without four or more neighbours on the keyboard, in the alphabet or among the digits."""
    marks = [False] * len(said)
    for run in _RUNS:
        at = said.find(run)
        while at >= 0:
            marks[at : at + _LONG_ENOUGH] = [True] * _LONG_ENOUGH
            at = said.find(run, at + 1)
    return "".join(letter for letter, is_run in zip(said, marks, strict=True) if not is_run)
