"""The tables an import writes rows of: what of a row counts, and how it is written back."""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, SQLModel

from trace.keyring import current_keyring
from trace.records.columns import OLD_SCHEME
from trace.records.household import Household
from trace.records.lot import Lot
from trace.records.organisation import Organisation
from trace.records.plot import GrowingArea, PackingHouse, Plot
from trace.records.product import Product
from trace.services.households import household_key, id_number_place, phone_place
from trace.services.lineage import portions
from trace.services.plots import plot_key
from trace.services.products import product_key
from trace.standards.search_key import fold_vi

State = dict[str, Any]
"""What a row says, by column; sealed columns in clear, under their name without ``_sealed``."""
Place = Callable[[int, str], str]


@dataclass(frozen=True)
class Thing:
    """A table of the registry. ``columns`` and ``sealed`` are what people write there.

    A row's mark is made of them: a column added to these lists later makes every row of older imports
    count as changed since.
    """

    name: str
    table: type[SQLModel]
    code: str
    columns: tuple[str, ...]
    key: Callable[[str, str], str] | None
    sealed: Mapping[str, Place]

    def states(self, session: Session, rule: Any) -> dict[int, State]:
        """The rows that fit a rule, as they stand."""
        row: Any = self.table
        sealed = [f"{name}_sealed" for name in self.sealed]
        question = select(*(getattr(row, name) for name in ("id", *self.columns, *sealed))).where(rule)
        return {one.id: self._state(one._mapping) for one in session.execute(question)}

    def states_of(self, session: Session, ids: Collection[int]) -> dict[int, State]:
        """The rows of these numbers, as they stand; those that are gone are not among them."""
        row: Any = self.table
        found: dict[int, State] = {}
        for some in portions(ids):
            found |= self.states(session, row.id.in_(some))
        return found

    def _state(self, row: Mapping[Any, Any]) -> State:
        state = {name: row[name] for name in self.columns}
        for name, place in self.sealed.items():
            sealed = row[f"{name}_sealed"]
            where = place(row["org_id"], row[self.code])
            state[name] = current_keyring().unseal(sealed, where).decode() if sealed else None
        return state

    def columns_back(self, was: State) -> dict[str, Any]:
        """What to write for a row to say again what it said."""
        values = {name: was[name] for name in self.columns}
        for name, place in self.sealed.items():
            said, where = was[name], place(was["org_id"], was[self.code])
            values[f"{name}_sealed"] = current_keyring().seal(said.encode(), where) if said else None
        if self.key is not None:
            values["search_key"] = self.key(was[self.code], was["name"])
        if "old_commune_code" in values:
            values["old_commune_scheme"] = OLD_SCHEME if values["old_commune_code"] else None
        return values


_PLACE = ("commune_code", "old_commune_code")
HOUSEHOLD = Thing(
    "household",
    Household,
    "code",
    ("org_id", "code", "name", *_PLACE, "erased_at"),
    household_key,
    {"phone": phone_place, "id_number": id_number_place},
)
PLOT = Thing(
    "plot",
    Plot,
    "code",
    ("org_id", "code", "household_id", "growing_area_id", "name", "crop", "variety", "area_m2", *_PLACE,
     "latitude", "longitude"),
    plot_key,
    {},
)  # fmt: skip
AREA = Thing(
    "area",
    GrowingArea,
    "code",
    ("org_id", "code", "market", "name", "crop", "area_m2", *_PLACE, "status"),
    None,
    {},
)
PRODUCT = Thing(
    "product",
    Product,
    "sku",
    ("org_id", "sku", "name", "name_en", "name_zh", "name_ja", "gtin", "crop", "variety", "unit_g",
     "shelf_life_days", "brand", "standards", "description", "ocop_group", "is_active"),
    product_key,
    {},
)  # fmt: skip
HOUSE = Thing(
    "house", PackingHouse, "code", ("org_id", "code", "market", "name", "gln", *_PLACE, "status"), None, {}
)
ORGANISATION = Thing(
    "organisation",
    Organisation,
    "name",
    ("kind", "name", "name_en", "tax_code", "gln", "phone", *_PLACE, "is_active"),
    lambda _code, name: fold_vi(name),
    {},
)
LOT = Thing(
    "lot",
    Lot,
    "code",
    (
        "org_id",
        "code",
        "state",
        "weight_g",
        "product_id",
        "crates",
        "plot_id",
        "harvested_on",
        "yield_reason",
    ),
    None,
    {},
)
PACK = Thing(
    "pack",
    Lot,
    "code",
    ("org_id", "code", "state", "weight_g", "product_id", "crates", "packing_house_id", "packed_on",
     "best_before"),
    None,
    {},
)  # fmt: skip
ACTED: Mapping[str, Thing] = {one.name: one for one in (LOT, PACK)}
"""Tables whose rows are made by acts and taken back by acts, and may be changed in between."""
THINGS: Mapping[str, Thing] = {one.name: one for one in (PLOT, HOUSEHOLD, AREA, PRODUCT, HOUSE, ORGANISATION)}
"""In the order in which rows go: plots before the households and growing areas they lie in."""


def written(state: State) -> bytes:
    """A state as bytes, always the same for the same row."""
    return json.dumps(state, sort_keys=True, ensure_ascii=False, default=str).encode()


def mark_of(state: State, key: bytes) -> bytes:
    """The keyed digest by which a changed row is known; without the key nobody can try names or phones."""
    return hashlib.blake2b(written(state), key=key, digest_size=16).digest()
