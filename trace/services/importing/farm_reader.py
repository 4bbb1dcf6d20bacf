"""One row of a farm sheet, from cells to values; the rules are those of the forms."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from trace.services.crops import crop_of, variety_of
from trace.services.households import household_code, id_number
from trace.services.importing import cells
from trace.services.importing.columns import Layout, unit_in
from trace.services.importing.communes import Gazetteer
from trace.services.importing.problems import RowProblem, in_words, shown
from trace.services.importing.remembering import Answers
from trace.services.importing.report import Draft
from trace.services.importing.tenants import Tenants
from trace.services.phones import normalise
from trace.services.registering import own_code
from trace.services.sites import market_of, site_code
from trace.standards.fault import Fault
from trace.standards.search_key import fold_vi

Rule = Callable[[Any], Any]
EXAMPLE = ("vi du", "example")
"""What stands in the code column of a template's example row, which is passed over."""


@dataclass(frozen=True)
class Setting:
    """What judging needs besides the row: whose rows, which places, what day, how large a sào."""

    tenants: Tenants
    gazetteer: Gazetteer
    today: date
    sao_m2: int

    @property
    def home(self) -> str:
        """A commune of the registry's first organisation: its province wins where names repeat."""
        return next(iter(self.tenants.homes.values()), "")


class FarmReader:
    """Reads the rows of one sheet by its layout."""

    def __init__(self, layout: Layout, setting: Setting) -> None:
        self.layout, self._setting = layout, setting
        rules = _rules(layout, setting)
        needed = set(layout.kind.required)
        self._plan = [(place, name, rules[name], name in needed) for name, place in layout.places.items()]
        self._has_commune = "commune" in layout.places or "old_commune" in layout.places
        self._commune_needed = self._has_commune and layout.kind.name in {"household", "flat"}
        self._code = layout.places.get("household_code", layout.places.get("growing_area", 0))

    def is_example(self, row: list[Any]) -> bool:
        """Whether this is the template's example."""
        cell = row[self._code] if self._code < len(row) else ""
        return isinstance(cell, str) and cell[:1] in "vVeE" and fold_vi(cell[:20]) in EXAMPLE

    def read(self, number: int, row: list[Any]) -> Draft:
        """The row's values, and all that is wrong with them."""
        draft = Draft(number, {})
        for place, name, rule, needed in self._plan:
            cell = row[place] if place < len(row) else ""
            if cell == "":
                if needed:
                    self.blame(draft, name, cell, Fault("imp.required"))
                continue
            try:
                draft.values[name] = rule(cell)
            except Fault as fault:
                self.blame(draft, name, cell, fault)
        self._place(draft)
        return draft

    def blame(self, draft: Draft, name: str, cell: object, fault: Fault) -> None:
        """Note a fault of one cell."""
        key, params = in_words(fault, name, cell)
        if key == "imp.required":
            params = {"column": name}
        heading = self.layout.heading(name)
        draft.problems.append(RowProblem(self.layout.name, draft.row, heading, shown(cell), key, params))

    def _place(self, draft: Draft) -> None:
        """Whose row it is and where it lies."""
        values = draft.values
        if "org" not in values:
            try:
                values["org"] = self._setting.tenants.org_id("")
            except Fault as fault:
                if "org" not in self.layout.places or not draft.problems:
                    self.blame(draft, "org", "", fault)
                return
        commune, old = str(values.pop("commune", "")), str(values.pop("old_commune", ""))
        if not commune and not old:
            if self._commune_needed and not draft.problems:
                self.blame(draft, "commune", "", Fault("imp.required"))
            return
        home = self._setting.tenants.homes[int(str(values["org"]))]
        try:
            values["place"] = self._setting.gazetteer.resolve(commune, old, home)
        except Fault as fault:
            self.blame(draft, "commune" if commune else "old_commune", commune or old, fault)


def _rules(layout: Layout, setting: Setting) -> Mapping[str, Rule]:
    unit = unit_in(layout.headings.get("area", ""))
    return {
        "org": _remembered(lambda cell: setting.tenants.org_id(cells.text(cell))),
        "household_code": lambda cell: household_code(cells.text(cell)),
        "household_name": lambda cell: cells.line(cell, 120, 2),
        "phone": lambda cell: normalise(cells.text(cell)),
        "id_number": lambda cell: id_number(cells.text(cell)),
        "commune": cells.text,
        "old_commune": cells.text,
        "trained_on": _remembered(lambda cell: cells.day(cell, setting.today)),
        "plot_code": lambda cell: own_code(cells.line(cell, 32)),
        "plot_name": lambda cell: cells.line(cell, 120),
        "crop": _remembered(lambda cell: crop_of(cells.text(cell))),
        "variety": _remembered(lambda cell: variety_of(cells.line(cell, 48))),
        "area": _remembered(lambda cell: cells.area_m2(cell, unit, setting.sao_m2)),
        "growing_area": _remembered(lambda cell: site_code(cells.code(cell))),
        "market": _remembered(lambda cell: market_of(cells.text(cell))),
        "area_name": lambda cell: cells.line(cell, 120),
        "latitude": lambda cell: cells.number(cell, 8, 24, "°"),
        "longitude": lambda cell: cells.number(cell, 102, 118, "°"),
    }


def _remembered(rule: Rule) -> Rule:
    """The rule, asked once for each different cell; a day comes as a dictionary and is asked each time."""
    known: Answers[Any, Any] = Answers()
    return lambda cell: rule(cell) if isinstance(cell, dict) else known.of(rule, cell)
