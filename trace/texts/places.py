"""Names of places: the new name first, the one people still say after it.

In Vietnam a unit is named with its kind ("xã Hà Bắc, thành phố Hải Phòng"); abroad without marks,
and with the Japanese or Chinese name where one is known (``place.province.*``, ``place.name.*`` in the
catalogs; a province and its former capital share a name, and only the province is translated).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from trace.texts.catalogs import t
from trace.texts.files import catalog, language, lookup
from trace.texts.formats import listed
from trace.texts.languages import TABLE

_KINDS = "place.kind."
_PROVINCES = "place.province."
_OTHERS = "place.name."


def place(
    lang: str,
    new_full_name: str,
    new_province: str,
    old_full_name: str | None = None,
    old_district: str | None = None,
    old_province: str | None = None,
) -> str:
    """xã Hà Bắc, thành phố Hải Phòng (trước 7/2025: xã Hồng Lạc, huyện Thanh Hà, tỉnh Hải Dương).

    All names are full names ("Xã Hà Bắc"); without an old one the brackets are left out.
    """
    now = _commune_of(lang, unit_said(lang, new_full_name), _province(lang, new_province))
    before = place_before(lang, old_full_name, old_district, old_province)
    return t(lang, "place.now_and_before", now=now, before=before) if before else now


def place_before(lang: str, *old_full_names: str | None) -> str:
    """The small line under a name: "trước 7/2025: xã Hồng Lạc, huyện Thanh Hà, ..."; "" without names.

    Smallest unit first, province last; a commune or a district alone keeps its kind.
    """
    known = [name for name in old_full_names if name]
    units = [_province(lang, name) if _is_province(name, known) else unit_said(lang, name) for name in known]
    return t(lang, "place.before", units=listed(lang, units)) if units else ""


def place_short(lang: str, new_full_name: str, new_province: str) -> str:
    """For stamps and tables, the new name only: xã Hà Bắc, Hải Phòng."""
    return _commune_of(lang, unit_said(lang, new_full_name), _bare_province(lang, new_province))


def place_abroad(lang: str, new_province: str, old_province: str | None = None) -> str:
    """Hai Phong, Vietnam (formerly Hai Duong): as much as a reader abroad can use."""
    province = _bare_province(lang, new_province)
    if old_province is None or old_province == new_province:
        return t(lang, "place.abroad", province=province)
    return t(lang, "place.abroad_and_former", province=province, former=_bare_province(lang, old_province))


def place_choice(lang: str, full_name: str, *, is_new: bool) -> str:
    """For lists in which old and new units share a name: Thanh Hà · xã (từ 7/2025)."""
    kind, name = _split(full_name)
    key = "place.since" if is_new else "place.until"
    own = _own_name(lookup(lang, key)[0], name, _OTHERS)
    return t(lang, key, name=own, kind=t(lang, kind) if kind else "")


def _commune_of(lang: str, commune: str, province: str) -> str:
    return t(lang, "place.commune_of", commune=commune, province=province)


def unit_said(lang: str, full_name: str) -> str:
    """A commune or district: "xã Hà Bắc", "Ha Bac commune"; in some languages the name alone."""
    kind, name = _split(full_name)
    own = _own_name(lang, name, _OTHERS)
    if not kind or TABLE[language(lang)].names_alone:
        return own
    return f"{t(lang, kind)} {own}" if language(lang) == "vi" else f"{own} {t(lang, kind)}"


def _province(lang: str, full_name: str) -> str:
    """A province: "thành phố Hải Phòng"; abroad its name alone."""
    return unit_said(lang, full_name) if language(lang) == "vi" else _bare_province(lang, full_name)


def _bare_province(lang: str, full_name: str) -> str:
    return _own_name(lang, _split(full_name)[1], _PROVINCES)


def _is_province(full_name: str, all_names: Iterable[str]) -> bool:
    *_, last = all_names
    return full_name == last and _split(full_name)[0] in (f"{_KINDS}tinh", f"{_KINDS}thanh_pho")


def _split(full_name: str) -> tuple[str, str]:
    """The catalog key of a unit's kind and its name: ("place.kind.xa", "Hà Bắc"); "" for no kind."""
    for key, word in _kinds():
        if full_name.lower().startswith(f"{word} "):
            return key, full_name[len(word) + 1 :]
    return "", full_name


@lru_cache(maxsize=1)
def _kinds() -> list[tuple[str, str]]:
    """Every kind of unit: its catalog key and its Vietnamese word."""
    return [(key, text.forms[0]) for key, text in catalog("vi").items() if key.startswith(_KINDS)]


def _own_name(lang: str, name: str, translated: str) -> str:
    """The name as this reader writes it: as it is, translated where known, else without marks."""
    if language(lang) == "vi":
        return name
    latin = _without_marks(name)
    key = translated + latin.lower().replace(" ", "_")
    return t(lang, key) if key in catalog("en") else latin


def _without_marks(name: str) -> str:
    loose = unicodedata.normalize("NFD", name)
    bare = "".join(letter for letter in loose if unicodedata.category(letter) != "Mn")
    return bare.replace("đ", "d").replace("Đ", "D")
