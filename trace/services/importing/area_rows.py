"""Growing areas of a batch: looked up at once; there are few, so each is written by itself."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from trace.records.plot import GrowingArea, SiteStatus, SiteStatusChange
from trace.services.importing.farm_memory import Memory, key_of, place_columns
from trace.services.importing.farm_reader import FarmReader
from trace.services.importing.report import Draft
from trace.services.importing.things import AREA
from trace.services.importing.writing import Key
from trace.services.lineage import portions
from trace.standards.fault import Fault
from trace.standards.local_time import local_day


def take_areas(memory: Memory, reader: FarmReader, drafts: Sequence[Draft]) -> None:
    """Write the growing areas of a batch; a code is one a market."""
    known = _known(memory, drafts)
    for draft in drafts:
        key, market = key_of(draft, "growing_area"), str(draft.values["market"])
        memory.ask_areas(key[0])
        if not memory.is_first(reader, draft, "growing_area", (key[0], f"{key[1]} {market}")):
            continue
        stored = known.get((key[1], market))
        if stored is not None and stored.org_id != key[0]:
            reader.blame(draft, "growing_area", key[1], Fault("field.taken"))
            continue
        _take(memory, draft, key, stored)


def _known(memory: Memory, drafts: Sequence[Draft]) -> dict[tuple[str, str], GrowingArea]:
    """Whoever's growing areas have these codes, by code and market."""
    found: dict[tuple[str, str], GrowingArea] = {}
    for some in portions({str(draft.values["growing_area"]) for draft in drafts}):
        question = select(GrowingArea).where(col(GrowingArea.code).in_(some))
        found |= {(row.code, row.market): row for row in memory.task.session.execute(question).scalars()}
    return found


def _take(memory: Memory, draft: Draft, key: Key, stored: GrowingArea | None) -> None:
    row = _row(memory, draft, key, stored)
    same = stored is not None and all(getattr(stored, name) == value for name, value in row.items())
    memory.report.count("area", created=stored is None, updated=stored is not None and not same, same=same)
    memory.task.note_line("area", key, draft.row)
    if memory.task.writes and not same:
        market = str(draft.values["market"])
        stored = _changed(memory, stored, row) if stored else _new(memory, row, key, market)
    memory.areas[key] = (stored.id if stored else None, row["area_m2"])


def _row(memory: Memory, draft: Draft, key: Key, stored: GrowingArea | None) -> dict[str, Any]:
    values: dict[str, Any] = draft.values
    place = values.get("place")
    if place is None and stored is not None:
        place = (stored.commune_code, stored.old_commune_code)
    return {
        "name": values.get("area_name") or (stored.name if stored else ""),
        "crop": values["crop"],
        "area_m2": values["area"],
        **place_columns(place or memory.place_of(draft, key[0])),
    }


def _changed(memory: Memory, stored: GrowingArea, row: dict[str, Any]) -> GrowingArea:
    memory.task.note_before(AREA, [stored.id])
    for name, value in row.items():
        setattr(stored, name, value)
    memory.task.session.flush()
    return stored


def _new(memory: Memory, row: dict[str, Any], key: Key, market: str) -> GrowingArea:
    task = memory.task
    own: dict[str, Any] = {"org_id": key[0], "code": key[1], "market": market, "import_id": task.import_id}
    area = GrowingArea(created_at=task.now, **own, **row)
    task.session.add(area)
    task.session.flush()
    began = SiteStatusChange(
        growing_area_id=area.id,
        status=SiteStatus.ACTIVE,
        since=local_day(task.now),
        recorded_at=task.now,
        recorded_by=task.actor.account_id,
    )
    task.session.add(began)
    return area
