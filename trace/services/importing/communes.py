"""Which commune a row means: new and old names and codes, those that were split, those misspelt."""

from collections import Counter, defaultdict
from difflib import get_close_matches

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.admin_unit import AdminUnit, AdminUnitChange
from trace.records.columns import NEW_SCHEME, OLD_SCHEME
from trace.services.importing.remembering import Answers
from trace.standards.fault import Fault
from trace.standards.search_key import fold_vi

MOST_SUGGESTED = 500
Pair = tuple[str, str | None]
"""Code of the commune of today, code of the old one where it was said."""


class Gazetteer:
    """Every unit in memory; ``home`` is the province (of today) that wins where names repeat."""

    def __init__(self, session: Session) -> None:
        self._new: dict[str, list[AdminUnit]] = defaultdict(list)
        self._old: dict[str, list[AdminUnit]] = defaultdict(list)
        self._units = {(u.scheme, u.code): u for u in session.execute(select(AdminUnit)).scalars()}
        self._districts: set[str] = set()
        for unit in self._units.values():
            self._remember(unit)
        self._heirs: dict[str, list[str]] = defaultdict(list)
        changes = select(col(AdminUnitChange.old_code), col(AdminUnitChange.new_code))
        for old, new in session.execute(changes.order_by(col(AdminUnitChange.new_code))):
            self._heirs[old].append(new)
        self._known: Answers[tuple[str, str, str], Pair] = Answers()
        self._local: dict[tuple[str, str], dict[str, str]] = {}
        self._asked = 0

    def _remember(self, unit: AdminUnit) -> None:
        if unit.level == "district":
            self._districts.add(fold_vi(unit.name))
        if unit.level == "commune":
            index = self._new if unit.scheme == NEW_SCHEME else self._old
            for name in {unit.code, unit.search_key, fold_vi(unit.name)}:
                index[name].append(unit)

    def resolve(self, commune: str, old_commune: str, home: str) -> Pair:
        """The pair for what two cells say; ``home`` is a commune of the cooperative.

        Raises:
            Fault: ``imp.unit`` (unknown, with the nearest names), ``imp.unit.split``, ``imp.unit.level``,
                ``place.mismatch`` where the two have no land in common.
        """
        return self._known.of(self._resolved, (commune, old_commune, home))

    def _resolved(self, asked: tuple[str, str, str]) -> Pair:
        commune, old_commune, home = asked
        return self._resolve(commune, old_commune, self._province(NEW_SCHEME, home))

    def _resolve(self, commune: str, old_commune: str, province: str) -> Pair:
        old = self._one(self._old, OLD_SCHEME, old_commune, province) if old_commune else None
        if old_commune and old is None:
            raise self._unknown(old_commune, self._old, OLD_SCHEME, province)
        if not commune and old is not None:
            return self._heir(old)
        new = self._one(self._new, NEW_SCHEME, commune, province)
        if new is None:
            earlier = old or self._one(self._old, OLD_SCHEME, commune, province)
            if earlier is None:
                raise self._unknown(commune, self._new, NEW_SCHEME, province)
            return self._heir(earlier)
        folded = fold_vi(commune)
        if old is None and folded == fold_vi(new.name) and folded in self._districts:
            raise Fault("imp.unit.level", value=commune)
        if old is not None:
            self._refuse_stranger(new, old)
        return new.code, old.code if old else None

    def _refuse_stranger(self, new: AdminUnit, old: AdminUnit) -> None:
        """Refuse a commune of today that took no land of the old one, as the forms do."""
        heirs = self._heirs.get(old.code)
        if heirs and new.code not in heirs:
            names = [self._name(NEW_SCHEME, code) for code in dict.fromkeys(heirs)]
            raise Fault("place.mismatch", got=new.full_name, choices=names)

    def _heir(self, old: AdminUnit) -> Pair:
        heirs = list(dict.fromkeys(self._heirs.get(old.code, ())))
        if len(heirs) == 1:
            return heirs[0], old.code
        names = [self._name(NEW_SCHEME, code) for code in heirs] or ["?"]
        raise Fault("imp.unit.split", value=old.full_name, a=names[0], b=", ".join(names[1:]) or "?")

    def named(self, scheme: str, home: str) -> list[str]:
        """The communes of a commune's province as ``resolve`` knows them; where two have one name, with the
        unit above them."""
        province = self._province(NEW_SCHEME, home)
        mine = [
            unit
            for (one, _), unit in self._units.items()
            if one == scheme and unit.level == "commune" and self._today(scheme, unit) == province
        ]
        several = Counter(unit.full_name.casefold() for unit in mine)
        said = (
            f"{unit.full_name}, {self._name(scheme, unit.parent_code or '')}"
            if several[unit.full_name.casefold()] > 1
            else unit.full_name
            for unit in mine
        )
        return sorted(said, key=fold_vi)

    def _one(
        self, index: dict[str, list[AdminUnit]], scheme: str, text: str, province: str
    ) -> AdminUnit | None:
        """The unit of this name: at home first, else the only one of that name in the land."""
        first, _, above = text.partition(",")
        found = index.get(fold_vi(first), [])
        if above.strip() and len(found) > 1:
            found = [unit for unit in found if self._lies_below(scheme, unit, above)] or found
        near = [unit for unit in found if self._today(scheme, unit) == province]
        several = near or found
        if len(several) > 1:  # Cẩm Giang and Cẩm Giàng differ in a mark
            said = first.strip().casefold()
            several = [unit for unit in several if said in (unit.name.casefold(), unit.full_name.casefold())]
        return several[0] if len(several) == 1 else None

    def _lies_below(self, scheme: str, unit: AdminUnit, above: str) -> bool:
        """Whether the unit above a commune is among those named after the comma."""
        parent = self._units.get((scheme, unit.parent_code or ""))
        named = {fold_vi(one) for one in above.split(",")}
        return parent is not None and bool({fold_vi(parent.name), fold_vi(parent.full_name)} & named)

    def _today(self, scheme: str, unit: AdminUnit) -> str:
        """The province of today in which a commune lies."""
        if scheme == NEW_SCHEME:
            return self._province(NEW_SCHEME, unit.code)
        heirs = self._heirs.get(unit.code)
        return self._province(NEW_SCHEME, heirs[0]) if heirs else ""

    def _province(self, scheme: str, code: str) -> str:
        unit = self._units.get((scheme, code))
        while unit is not None and unit.level != "province":
            unit = self._units.get((scheme, unit.parent_code or ""))
        return unit.code if unit else ""

    def _name(self, scheme: str, code: str) -> str:
        unit = self._units.get((scheme, code))
        return unit.full_name if unit else code

    def _unknown(self, text: str, index: dict[str, list[AdminUnit]], scheme: str, province: str) -> Fault:
        """With the nearest names of the province; only so many are looked for, because that is slow."""
        self._asked += 1
        near: list[str] = []
        if self._asked <= MOST_SUGGESTED:
            names = self._names_in(index, scheme, province)
            near = [names[key] for key in get_close_matches(fold_vi(text[:60]), names, n=5, cutoff=0.5)]
        return Fault("imp.unit", value=text[:40], suggestions=", ".join(list(dict.fromkeys(near))[:3]) or "–")

    def _names_in(self, index: dict[str, list[AdminUnit]], scheme: str, province: str) -> dict[str, str]:
        """Folded name -> full name of a province's communes, gathered once."""
        if (scheme, province) not in self._local:
            self._local[scheme, province] = {
                key: unit.full_name
                for key, units in index.items()
                for unit in units
                if not key.isdigit() and self._today(scheme, unit) == province
            }
        return self._local[scheme, province]
