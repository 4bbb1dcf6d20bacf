"""What the rows of a file of packed lots ask of the registry, asked for a thousand rows at once."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from trace.records.lot import Hold, Lot, LotKind, LotLink
from trace.records.organisation import Organisation
from trace.records.plot import PackingHouse, SiteStatusChange
from trace.records.product import Product
from trace.services.admission import Act, own_org, visible
from trace.services.gates import Stop
from trace.services.holding import open_holds_of
from trace.services.importing.farm_memory import Task
from trace.services.importing.pack_columns import PackRow
from trace.services.lineage import portions
from trace.services.lot_codes import LotCodes, prefix_of
from trace.services.lot_states import lock_lots, lock_org, was_real
from trace.services.pack_inputs import Inputs
from trace.services.site_standing import stop_of
from trace.services.stamp_gates import free_by_lot

Draws = Mapping[int, int]
"""Grams taken from each lot, by its number."""
Packed = tuple[date | None, int | None, int, frozenset[int]]
"""Day, product, grams and inputs of a packed lot."""


class PackMemory:
    """Inputs, products, packing houses, and what was packed before, of the account's own cooperative.

    ``left`` are the grams of each input that neither the registry nor a row before has taken.
    """

    def __init__(self, task: Task) -> None:
        self._task, session = task, task.session
        number = own_org(task.actor)
        self.org = lock_org(session, number) if task.writes else session.get_one(Organisation, number)
        self.lots: dict[str, Lot] = {}
        self.left: dict[int, int] = {}
        self.taken: Counter[int] = Counter()
        self.holds: dict[int, list[Hold]] = {}
        self.codes = LotCodes(session, self.org.id)
        self._goods: dict[str, Product] = {}
        self._made_of: dict[int, Product] = {}
        self._there: dict[Packed, list[tuple[int, Draws]]] = {}
        self._met: set[int] = set()
        self._own: set[int] = set()
        self._houses: dict[str, list[PackingHouse]] = {}
        self._standings: dict[int, list[SiteStatusChange]] = {}
        self._learn_houses()

    def learn(self, rows: Sequence[PackRow]) -> None:
        """Ask for what these rows name."""
        codes = {source.lot for given in rows for source in given.sources}
        self._learn_lots(codes)
        self._learn_goods({given.sku for given in rows if given.sku})
        lots = [self.lots[code] for code in codes & self.lots.keys()]
        self._learn_packed(lots, [given.packed_on for given in rows])
        kinds = {(lot.crop, lot.variety) for lot in lots}
        days = {given.packed_on for given in rows}
        self.codes.learn(prefix_of(*kind, day) for kind in kinds for day in days)

    def _learn_lots(self, codes: Collection[str]) -> None:
        """Lots that may be packed from: in an import they are held until it ends."""
        session, mine = self._task.session, visible(self._task.actor, Act.WRITE_FARM, Lot)
        new: dict[int, Lot] = {}
        for some in portions(codes - self.lots.keys()):
            own = (mine, col(Lot.org_id) == self.org.id, col(Lot.code).in_(some))
            new |= {lot.id: lot for lot in session.execute(select(Lot).where(*own)).scalars()}
        if self._task.writes:
            lock_lots(session, list(new))
        self.lots |= {lot.code: lot for lot in new.values()}
        for numbers in portions(new):
            self.left |= free_by_lot(session, [new[number] for number in numbers])
        self.holds |= open_holds_of(session, new)

    def _learn_goods(self, codes: Collection[str]) -> None:
        session, own = self._task.session, col(Product.org_id) == self.org.id
        for some in portions(codes - self._goods.keys()):
            known = select(Product).where(own, col(Product.is_active), col(Product.sku).in_(some))
            self._goods |= {one.sku: one for one in session.execute(known).scalars()}
        made_of = {lot.product_id for lot in self.lots.values() if lot.product_id} - self._made_of.keys()
        for numbers in portions(made_of):
            known = select(Product).where(col(Product.id).in_(numbers))
            self._made_of |= {one.id: one for one in session.execute(known).scalars()}

    def _learn_packed(self, lots: Sequence[Lot], days: Sequence[date]) -> None:
        """Lots that were packed of these inputs on these days before this file."""
        found: dict[int, tuple[Lot, dict[int, int]]] = {}
        for some in portions([lot.id for lot in lots]):
            of_these = select(col(LotLink.child_id)).where(col(LotLink.parent_id).in_(some))
            question = (
                select(Lot, col(LotLink.parent_id), col(LotLink.weight_g))
                .join(LotLink, col(LotLink.child_id) == col(Lot.id))
                .where(
                    col(Lot.id).in_(of_these),
                    col(Lot.kind) == LotKind.PACK,
                    col(Lot.packed_on).between(min(days), max(days)),
                    was_real(),
                )
            )
            for lot, parent, grams in self._task.session.execute(question):
                found.setdefault(lot.id, (lot, {}))[1][parent] = grams
        self._there = {}
        for lot, draws in found.values():
            if lot.id not in self._own:
                key = (lot.packed_on, lot.product_id, lot.weight_g, frozenset(draws))
                self._there.setdefault(key, []).append((lot.id, draws))

    def _learn_houses(self) -> None:
        session, own = self._task.session, col(PackingHouse.org_id) == self.org.id
        for house in session.execute(select(PackingHouse).where(own)).scalars():
            for name in (house.code, f"{house.code}{house.market}"):
                self._houses.setdefault(_plain(name), []).append(house)
        standing, since = col(SiteStatusChange.packing_house_id), col(SiteStatusChange.since)
        lines: Any = select(SiteStatusChange).where(standing.in_(select(col(PackingHouse.id)).where(own)))
        newest = since.desc(), col(SiteStatusChange.id).desc()
        for line in session.execute(lines.order_by(*newest)).scalars():
            self._standings.setdefault(line.packing_house_id, []).append(line)

    def product(self, sku: str, first: Lot) -> Product | None:
        """The product of a code, else that of the first input."""
        return self._goods.get(sku) if sku else self._made_of.get(first.product_id or 0)

    def houses(self, said: str) -> Sequence[PackingHouse]:
        """The packing houses of a code, or of a code with its market behind it."""
        return self._houses.get(_plain(said), ())

    def stops(self, lot: Lot, house: PackingHouse | None) -> list[Stop]:
        """The noes of a packing house's code on the day of a lot."""
        day = lot.packed_on
        if house is None or day is None:
            return []
        known = (line for line in self._standings.get(house.id, ()) if line.since <= day)
        found = stop_of(house, next(known, None), day, lot.code)
        return [found] if found is not None else []

    def there_already(self, packed: Packed, said: Draws) -> bool:
        """Whether a lot was packed just so before this file; each such lot is that of one row."""
        for number, draws in self._there.get(packed, ()):
            if number not in self._met and said.items() <= draws.items():
                self._met.add(number)
                return True
        return False

    def take(self, inputs: Inputs) -> None:
        """Grams that the rows after this one have no more."""
        for lot, grams in inputs.draws:
            self.left[lot.id] -= grams
            self.taken[lot.id] += grams

    def written(self, lots: Iterable[Lot]) -> None:
        """Lots of this file: no later row of it finds them there."""
        self._own.update(lot.id for lot in lots)


def _plain(code: str) -> str:
    return "".join(code.split()).upper()
