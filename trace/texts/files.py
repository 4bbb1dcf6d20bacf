"""The catalogs on disk: ``<lang>/<subject>.po``, read as they are, with nothing compiled in between.

A text marked *fuzzy* (not yet read by a native speaker) is not used: the next language of the
chain stands in for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from trace.texts.languages import LANGUAGES, chain

_HERE = Path(__file__).parent
_UNITS = r"kg|ha|g/m³|m²|mm|tấn/ha|t/ha|tấn|tonnes|sào|đ/kg|đ|VND|°C|℃|公斤|公顷|吨|越南盾"
_TOGETHER = re.compile(r"\b(hợp lệ|lần đầu|tìm thấy|hiệu lực|sản phẩm|quá hạn|chú ý)\b", re.IGNORECASE)
"""Words of two syllables in headlines, whose few words are broken over two lines at times."""
_BEFORE_UNIT = re.compile(rf"(?<=[}}\d])(?:\*\*)? (?=(?:{_UNITS})(?!\w))")


@dataclass(frozen=True)
class Text:
    """One text: its forms (one, or singular and plural) and the figure that chooses between them.

    ``msgid_plural`` names that figure: ``msgid_plural "{left}"``.
    """

    forms: tuple[str, ...]
    counted: str = ""


def language(lang: str) -> str:
    """The catalog language for a reader's tag: ``zh-Hans-CN`` is ``zh``; an unknown tag is ``vi``."""
    short = re.split(r"[-_]", lang.strip().lower(), maxsplit=1)[0]
    return short if short in LANGUAGES else "vi"


def subjects(lang: str) -> list[Path]:
    """The files of one language, in order of name."""
    return sorted((_HERE / lang).glob("*.po"))


@lru_cache(maxsize=len(LANGUAGES))
def catalog(lang: str) -> dict[str, Text]:
    """All texts of one language over its subjects, by key.

    Raises ValueError when two subjects define one key or a file cannot be read as PO.
    """
    texts: dict[str, Text] = {}
    for path in subjects(lang):
        for message in messages(path):
            key, text = _entry(message)
            if key in texts:
                raise ValueError(f"{path.parent.name}/{path.name}: {key!r} is defined twice")
            if not message.fuzzy:
                texts[key] = text
    return texts


def messages(path: Path) -> list[Message]:
    """The entries of one file without its header; raises ValueError where the file is not PO."""
    with path.open("rb") as stream:
        return [message for message in read_po(stream, abort_invalid=True) if message.id]


def lookup(lang: str, key: str) -> tuple[str, Text]:
    """The language a key was found in (see `chain`), and its text; KeyError where nowhere."""
    places = chain(language(lang))
    for candidate in places:
        text = catalog(candidate).get(key)
        if text is not None:
            return candidate, text
    raise KeyError(f"no text for {key!r} in {', '.join(places)}")


def _entry(message: Message) -> tuple[str, Text]:
    strings = message.string if isinstance(message.string, list | tuple) else (message.string,)
    forms = tuple(_bind_units(str(form)) for form in strings)
    if isinstance(message.id, list | tuple):
        key, counted = message.id
        return str(key), Text(forms, str(counted).strip("{}"))
    if str(message.id).endswith(".headline"):
        forms = tuple(_TOGETHER.sub(_unbroken, form) for form in forms)
    return str(message.id), Text(forms)


def _unbroken(found: re.Match[str]) -> str:
    return found[0].replace(" ", "\N{NO-BREAK SPACE}")


def _bind_units(text: str) -> str:
    """A figure and its unit stay on one line: the blank between them does not break."""
    return _BEFORE_UNIT.sub(_unbroken, text)
