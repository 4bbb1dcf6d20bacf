"""Households of a batch: new ones in, changed ones over, the rest counted."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from trace.keyring import current_keyring
from trace.records.household import Household
from trace.services.households import household_key, id_number_place, phone_place
from trace.services.importing.farm_memory import Home, Memory, key_of, place_columns
from trace.services.importing.farm_reader import FarmReader
from trace.services.importing.report import Draft
from trace.services.importing.things import HOUSEHOLD
from trace.services.importing.writing import Key, insert_rows, numbers_since, update_rows
from trace.services.training import add_households, book_session, came_on
from trace.standards.fault import Fault

COLUMNS = (
    "id", "name", "erased_at", "commune_code", "old_commune_code", "phone_sealed", "id_number_sealed",
)  # fmt: skip
_SEALED = {"phone": phone_place, "id_number": id_number_place}


def take_households(
    memory: Memory, reader: FarmReader, drafts: Sequence[Draft], known: Mapping[Key, Any]
) -> None:
    """Write each household once; rows of plots may repeat one as long as they call it the same."""
    flat = reader.layout.kind.name == "flat"
    first = {}
    for draft in drafts:
        key = key_of(draft, "household_code")
        content = str(draft.values["household_name"]) if flat else None
        if key in known and known[key].erased_at is not None:
            reader.blame(draft, "household_code", key[1], Fault("imp.erased"))
        if memory.is_first(reader, draft, "household_code", key, content):
            first[key] = draft
    new = [_new(memory, key, draft) for key, draft in first.items() if key not in known]
    living = {key: draft for key, draft in first.items() if key in known and not known[key].erased_at}
    changes = (_change(memory, key, known[key], draft) for key, draft in living.items())
    changed = [row for row in changes if row is not None]
    same = len(first) - len(new) - len(changed)
    memory.report.count("household", created=len(new), updated=len(changed), same=same)
    if memory.task.writes:
        memory.task.note_before(HOUSEHOLD, [row["id"] for row in changed])
        insert_rows(memory.task.session, Household, new)
        update_rows(memory.task.session, Household, changed)
    for key, draft in first.items():
        memory.task.note_line("household", key, draft.row)
    _remember(memory, first, known)


def _remember(memory: Memory, first: Mapping[Key, Draft], known: Mapping[Key, Any]) -> None:
    """What the plots of these households need: their numbers, and where they lie."""
    numbers = {key: row.id for key, row in known.items()} | _new_numbers(memory)
    for key, draft in first.items():
        memory.homes[key] = Home(numbers.get(key), memory.place_of(draft, key[0]))
    _note_training(memory, {numbers[key]: draft for key, draft in first.items() if key in numbers})


def _note_training(memory: Memory, drafts: Mapping[int, Draft]) -> None:
    """A day beside a household is a session of its commune of which no more is known."""
    task = memory.task
    told = {number: draft.values["trained_on"] for number, draft in drafts.items() if _trained(draft)}
    if not told or not task.writes:
        return
    rows = task.session.execute(select(Household).where(col(Household.id).in_(told))).scalars()
    groups: dict[tuple[Any, str], list[Household]] = defaultdict(list)
    for home in rows:
        if home.erased_at is None:
            groups[told[home.id], home.commune_code].append(home)
    for (day, commune), homes in groups.items():
        place = place_columns((commune, None))
        known = came_on(task.session, day, [home.id for home in homes])
        new = [home for home in homes if home.id not in known]
        if new:
            course = book_session(task.session, day, place, task.actor, task.now)
            add_households(task.session, task.actor, course, new, task.now, task.import_id)


def _trained(draft: Draft) -> bool:
    return draft.values.get("trained_on") is not None


def _new_numbers(memory: Memory) -> dict[Key, int]:
    task = memory.task
    if not task.writes or task.import_id is None:
        return {}
    found = numbers_since(task.session, Household, task.import_id, memory.last_household)
    memory.last_household = max((number for number, _ in found), default=memory.last_household)
    return {key: number for number, key in found}


def _new(memory: Memory, key: Key, draft: Draft) -> dict[str, Any]:
    org, code = key
    values = draft.values
    name = str(values["household_name"])
    return {
        "org_id": org,
        "code": code,
        "name": name,
        "search_key": household_key(code, name),
        **place_columns(memory.place_of(draft, org)),
        **{
            f"{field}_sealed": _sealed(memory, values.get(field), place(*key))
            for field, place in _SEALED.items()
        },
        "import_id": memory.task.import_id,
        "created_at": memory.task.now,
    }


def _change(memory: Memory, key: Key, found: Any, draft: Draft) -> dict[str, Any] | None:
    """What to write over a stored household, or None; an empty cell leaves what is stored."""
    values: dict[str, Any] = draft.values
    before = (found.commune_code, found.old_commune_code)
    place = values.get("place", before)
    sealed = {f"{field}_sealed": _kept(memory, key, found, field, values) for field in _SEALED}
    same = all(getattr(found, name) is value for name, value in sealed.items())
    if same and (values["household_name"], place) == (found.name, before):
        return None
    name = str(values["household_name"])
    words = {"name": name, "search_key": household_key(key[1], name)}
    return {"id": found.id, **words, **place_columns(place), **sealed}


def _kept(memory: Memory, key: Key, found: Any, field: str, values: Mapping[str, Any]) -> bytes | None:
    """The stored sealed value where it says the same or the cell is empty, else the new one sealed."""
    stored: bytes | None = getattr(found, f"{field}_sealed")
    said, place = values.get(field), _SEALED[field](*key)
    if said is None or (stored and current_keyring().unseal(stored, place).decode() == said):
        return stored
    return _sealed(memory, said, place)


def _sealed(memory: Memory, value: object, place: str) -> bytes | None:
    if value is None:
        return None
    return current_keyring().seal(str(value).encode(), place) if memory.task.writes else b""
