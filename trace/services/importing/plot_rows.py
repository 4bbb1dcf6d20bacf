"""Plots of a batch: their household and growing area must be there, their code must be theirs."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from trace.records.plot import Plot
from trace.services.importing.farm_memory import Home, Memory, key_of, place_columns
from trace.services.importing.farm_reader import FarmReader
from trace.services.importing.report import Draft
from trace.services.importing.things import PLOT
from trace.services.importing.writing import Key, insert_rows, update_rows
from trace.services.plots import child_code, plot_key
from trace.standards.fault import Fault

COLUMNS = (
    "id", "household_id", "growing_area_id", "name", "crop", "variety", "area_m2", "commune_code",
    "old_commune_code", "latitude", "longitude",
)  # fmt: skip


class PlotRows:
    """Judges plots before anything of their row is written, then writes them."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._numbered: Counter[Key] = Counter()

    def judge(self, reader: FarmReader, drafts: Sequence[Draft], households: Mapping[Key, Any]) -> None:
        """Codes given or made; households and growing areas found; no code twice or at two households."""
        for draft in drafts:
            self._give_code(draft)
            self._find_area(reader, draft)
            if reader.layout.kind.name == "plot":
                self._find_home(reader, draft, households)
        keys = {key_of(draft, "plot_code") for draft in drafts}
        known = self._memory.known(Plot, keys, ("household_id", "name"))
        for draft in drafts:
            if not draft.problems:
                self._own_code(reader, draft, known, households)

    def _give_code(self, draft: Draft) -> None:
        if "plot_code" not in draft.values:
            home = key_of(draft, "household_code")
            self._numbered[home] += 1
            draft.values["plot_code"] = child_code(home[1], self._numbered[home])

    def _find_area(self, reader: FarmReader, draft: Draft) -> None:
        org, _ = key_of(draft, "household_code")
        self._memory.ask_areas(org)
        area = draft.values.get("growing_area")
        if area is not None and (org, str(area)) not in self._memory.areas:
            reader.blame(draft, "growing_area", area, Fault("imp.link.area"))

    def _find_home(self, reader: FarmReader, draft: Draft, households: Mapping[Key, Any]) -> None:
        key = key_of(draft, "household_code")
        if key in households:
            row = households[key]
            self._memory.homes[key] = Home(row.id, (row.commune_code, row.old_commune_code))
        elif key not in self._memory.homes:
            reader.blame(draft, "household_code", key[1], Fault("imp.link"))

    def _own_code(
        self, reader: FarmReader, draft: Draft, known: Mapping[Key, Any], households: Mapping[Key, Any]
    ) -> None:
        key = key_of(draft, "plot_code")
        self._memory.is_first(reader, draft, "plot_code", key)
        home = households.get(key_of(draft, "household_code"))
        if key in known and (home is None or known[key].household_id != home.id):
            reader.blame(draft, "plot_code", key[1], Fault("imp.plot.other", name=known[key].name))

    def take(self, drafts: Sequence[Draft]) -> None:
        """Write plots that were judged good."""
        task = self._memory.task
        by_key = {key_of(draft, "plot_code"): draft for draft in drafts}
        known = self._memory.known(Plot, by_key, COLUMNS)
        new, changed = [], []
        for key, draft in by_key.items():
            found, home = known.get(key), self._memory.homes[key_of(draft, "household_code")]
            row = self._row(key, draft, home, found)
            task.note_line("plot", key, draft.row)
            self._count_planted(key[0], draft, found)
            if found is None:
                own = {"org_id": key[0], "code": key[1], "household_id": home.id}
                new.append({**own, **row, "import_id": task.import_id, "created_at": task.now})
            elif any(getattr(found, name) != value for name, value in row.items() if name in COLUMNS):
                changed.append({"id": found.id, **row})
        same = len(by_key) - len(new) - len(changed)
        self._memory.report.count("plot", created=len(new), updated=len(changed), same=same)
        if task.writes:
            task.note_before(PLOT, [row["id"] for row in changed])
            insert_rows(task.session, Plot, new)
            update_rows(task.session, Plot, changed)

    def _row(self, key: Key, draft: Draft, home: Home, found: Any) -> dict[str, Any]:
        """The columns to write; where the cell is empty, what is stored stays."""
        values: dict[str, Any] = draft.values
        name = values.get("plot_name") or (found.name if found else key[1])
        area = values.get("growing_area")
        stored = found.growing_area_id if found else None
        return {
            "growing_area_id": self._memory.areas[key[0], area][0] if area else stored,
            "name": name,
            "search_key": plot_key(key[1], name),
            "crop": values["crop"],
            "variety": values.get("variety") or (found.variety if found else ""),
            "area_m2": values["area"],
            **place_columns(values.get("place") or home.place),
            "latitude": values.get("latitude", found.latitude if found else None),
            "longitude": values.get("longitude", found.longitude if found else None),
        }

    def _count_planted(self, org: int, draft: Draft, found: Any) -> None:
        values: dict[str, Any] = draft.values
        area = values.get("growing_area")
        if area is not None:
            key = (org, str(area))
            stays = found is not None and found.growing_area_id == self._memory.areas[key][0]
            self._memory.planted[key] += values["area"] - (found.area_m2 if stays else 0)
