"""The languages a consumer may read, in one table.

A language is offered once its folder of catalogs lies beside this file: the row of one that nobody has
translated yet waits here. What a catalog lacks stands in English, then in Vietnamese.
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Language:
    """How one language is named and written.

    ``tag`` is what pages say in ``lang`` (BCP 47), ``short`` what a link says where there is little room,
    ``name`` the language in its own words, ``locale`` whose figures and dates it writes (CLDR). Where
    ``names_alone``, a commune is called by its name without its kind.
    """

    tag: str
    short: str
    name: str
    locale: str
    names_alone: bool = False

    @property
    def label(self) -> str:
        """What a screen reader says of the link; "" where the link says it already."""
        return f"{self.short}, {self.name}" if self.short.isascii() else ""


TABLE = {
    "vi": Language("vi", "VI", "Tiếng Việt", "vi"),
    "en": Language("en", "EN", "English", "en_GB"),
    "ja": Language("ja", "日本語", "日本語", "ja", names_alone=True),
    "zh": Language("zh-Hans", "中文", "简体中文", "zh_Hans", names_alone=True),
    "ko": Language("ko", "한국어", "한국어", "ko", names_alone=True),
}
LANGUAGES = tuple(code for code in TABLE if any((Path(__file__).parent / code).glob("*.po")))
"""Those that have catalogs, in the order in which they are offered."""


def chain(code: str) -> tuple[str, ...]:
    """Where a text of this language is looked for: itself, English, Vietnamese."""
    return tuple(dict.fromkeys((code, *(("en", "vi") if code != "vi" else ()))))
