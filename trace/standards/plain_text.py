"""Text as it is kept: composed letters, and none of the signs that are there without being seen.

Zero-width spaces, soft hyphens and byte order marks come along when a name is copied from a web page or
a chat; kept, they make two equal names differ and a search miss. Marks that turn the direction of writing
make a text read as another. Joiners stay: some scripts and signs are written with them.
"""

import unicodedata
from typing import Final

_SINGLE = (0x00AD, 0x034F, 0x061C, 0x180E, 0x200B, 0x200E, 0x200F, 0xFEFF)
_UNSEEN: Final = dict.fromkeys([*_SINGLE, *range(0x202A, 0x202F), *range(0x2060, 0x2070)])


def plain(text: str) -> str:
    r"""The text composed (NFC), without unseen signs.

    >>> plain("V\u200ba\u0309i\ufeff"), plain("\u202eabc\u2066")
    ('Vải', 'abc')
    """
    return text if text.isascii() else unicodedata.normalize("NFC", text.translate(_UNSEEN))


RISKY: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def safe_text(value: str) -> str:
    """Text a spreadsheet will not take for a formula.

    >>> safe_text("=1+1"), safe_text("vải")
    ("'=1+1", 'vải')
    """
    return f"'{value}" if value.startswith(RISKY) else value
