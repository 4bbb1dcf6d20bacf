"""A registry of any size, made by the database itself in a few statements: what big questions are asked of.

Trees of 44 lots, eight steps deep: eight harvests of eight plots, seven layers of four pools, each of two
of the layer before, eight packs with stamps. ``python -m tests.bench.registry URL --lots 1000000`` fills
a database; ``load`` does the same for other rooms of the ruler. Nothing in it went through the gates.
"""

from __future__ import annotations

import argparse
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    Connection,
    String,
    Table,
    case,
    cast,
    create_engine,
    func,
    insert,
    literal,
    select,
    text,
    union_all,
)
from sqlmodel import Session, SQLModel

from tests import world
from trace.db import current_database, open_database, transaction, use_database
from trace.db_upgrade import upgrade_database
from trace.keyring import Keyring, use_keyring
from trace.records.event import Event, EventTerm
from trace.records.household import Household
from trace.records.lot import Lot, LotKind, LotLink, LotState
from trace.records.plot import Plot
from trace.records.stamp import BlockState, KeyState, StampActivation, StampBlock, StampKeyRow
from trace.services import instance_facts, lot_events
from trace.services.admin_units import load_units

HARVESTS, POOLS, PACKS, DEPTH = 8, 4, 8, 8
TREE = HARVESTS + POOLS * (DEPTH - 1) + PACKS
COOPS = 25
KID = 0


@dataclass(frozen=True)
class Size:
    """How much there is; the defaults are the bar's."""

    plots: int = 136_012
    lots: int = 1_000_000
    stamps: int = 50_000_000
    events: int = 5_000_000

    @property
    def trees(self) -> int:
        """Whole trees that give about as many lots."""
        return max(1, self.lots // TREE)

    def tenth(self) -> Size:
        """A registry a tenth the size."""
        return Size(*(n // 10 for n in (self.plots, self.lots, self.stamps, self.events)))


@dataclass(frozen=True)
class Registry:
    """What was made, and where to begin asking: numbers rise without gaps."""

    size: Size
    first_lot: int
    first_plot: int
    stamps_each: int

    def plot_of(self, place: int) -> int:
        """The number of some plot that was harvested."""
        return self.first_plot + place % min(self.size.plots, self.size.trees * HARVESTS)

    def serial_of(self, place: int) -> int:
        """Some stamp that is live."""
        return place % (self.size.trees * PACKS * self.stamps_each)


def load(size: Size, now: datetime) -> Registry:
    """Fill the database in use, which has its tables and nothing else.

    The many rows go by a connection of their own: no log of a million acts is wanted that never happened.
    """
    each = size.stamps // (size.trees * PACKS)
    with transaction() as session:
        coops, lot, told = _first_rows(session, size, each, now)
    with unlogged() as connection:
        first_plot = _land(connection, size, coops)
        first_lot = _lots(connection, size, coops[0], lot, first_plot)
        _links(connection, size, first_lot)
        if each:
            _stamps(connection, size, coops[0], first_lot, each, now)
        if size.events:
            _events(connection, size, told, first_lot)
        _settle(connection)
    return Registry(size, first_lot, first_plot, each)


@contextmanager
def unlogged() -> Iterator[Connection]:
    """A transaction on the database in use, past everything that watches its own."""
    engine = create_engine(current_database().writer.url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _first_rows(
    session: Session, size: Size, each: int, now: datetime
) -> tuple[list[world.Coop], Lot, Event]:
    """One of everything, as its acts make it: what the many are copies of."""
    load_units(session)
    instance_facts.found(session, public_url="https://id.example.vn", is_demo=False)
    coops = [world.make_coop(session, now) for _ in range(COOPS)]
    days = {"harvested_on": date(2026, 6, 1), "packed_on": date(2026, 6, 2)}
    lot = world.make_lot(session, now, coops[0].plot, coops[0].product, weight_g=100_000, **days)
    key = {"kid": KID, "state": KeyState.ACTIVE, "next_serial": size.trees * PACKS * each}
    session.add(StampKeyRow(**key, wrapped=b"-", valid_from=now))
    lot_events.observed(session, coops[0].boss, "release", lot, now)
    session.flush()
    told = session.execute(select(Event).order_by(Event.id.desc()).limit(1)).scalar_one()
    return coops, lot, told


def _count(n: int) -> Any:
    i = select(literal(0).label("i")).cte("n", recursive=True)
    return i.union_all(select(i.c.i + 1).where(i.c.i < n - 1))


def _fill(connection: Connection, base: SQLModel, source: Any, **given: Any) -> None:
    """A row for every row of ``source``: the base's columns, but for those given."""
    table: Table = type(base).__table__  # type: ignore[attr-defined]
    kept = {c.name: literal(getattr(base, c.name), c.type) for c in table.c if c.name not in {*given, "id"}}
    columns = {**kept, **given}
    rows = select(*(value.label(name) for name, value in columns.items())).select_from(source)
    connection.execute(insert(table).from_select(list(columns), rows))


def _named(prefix: str, number: Any) -> Any:
    return literal(prefix).concat(cast(number, String))


def _after(connection: Connection, table: Any) -> int:
    return int(connection.execute(select(func.coalesce(func.max(table.id), 0))).scalar_one()) + 1


def _land(connection: Connection, size: Size, coops: list[world.Coop]) -> int:
    """Two plots a household, spread over the cooperatives."""
    first_home, first = _after(connection, Household), _after(connection, Plot)
    i = _count((size.plots + 1) // 2)
    org = coops[0].org.id + i.c.i % COOPS
    home = coops[0].household
    name = _named("H", i.c.i)
    _fill(connection, home, i, id=first_home + i.c.i, org_id=org, code=name, search_key=name)
    i = _count(size.plots)
    org = coops[0].org.id + (i.c.i // 2) % COOPS
    name = _named("P", i.c.i)
    _fill(connection, coops[0].plot, i, id=first + i.c.i, org_id=org, household_id=first_home + i.c.i // 2,
          code=name, search_key=name)  # fmt: skip
    return first


def _lots(connection: Connection, size: Size, coop: world.Coop, base: Lot, first_plot: int) -> int:
    first = _after(connection, Lot)
    i = _count(size.trees * TREE)
    tree, place = i.c.i // TREE, i.c.i % TREE
    is_harvest = place < HARVESTS
    home = (tree * HARVESTS + place) % size.plots
    kind = case((is_harvest, LotKind.HARVEST), (place >= TREE - PACKS, LotKind.PACK), else_=LotKind.POOL)
    name = _named("L", i.c.i)
    _fill(
        connection, base, i,
        id=first + i.c.i, org_id=coop.org.id + tree % COOPS, kind=kind, public_id=name, code=name,
        search_key=name, request_id=name, state=literal(LotState.RELEASED.value),
        plot_id=case((is_harvest, first_plot + home), else_=None),
        household_id=case((is_harvest, coop.household.id), else_=None),
    )  # fmt: skip
    return first


def _steps() -> list[tuple[int, int]]:
    """Parent and child inside one tree."""
    steps = [(place, HARVESTS + place // 2) for place in range(HARVESTS)]
    for layer in range(2, DEPTH):
        above, here = HARVESTS + POOLS * (layer - 2), HARVESTS + POOLS * (layer - 1)
        steps += [(above + (j + s) % POOLS, here + j) for j in range(POOLS) for s in (0, 1)]
    last = TREE - PACKS - POOLS
    return steps + [(last + (j // 2 + s) % POOLS, TREE - PACKS + j) for j in range(PACKS) for s in (0, 1)]


def _links(connection: Connection, size: Size, first: int) -> None:
    i = _count(size.trees)
    rows = [select(literal(a).label("a"), literal(b).label("b")) for a, b in _steps()]
    step = union_all(*rows).subquery("step")
    base = LotLink(parent_id=0, child_id=0, weight_g=10_000)
    tree = first + i.c.i * TREE
    both = i.join(step, literal(1) == literal(1))
    _fill(connection, base, both, parent_id=tree + step.c.a, child_id=tree + step.c.b)


def _stamps(
    connection: Connection, size: Size, coop: world.Coop, first: int, each: int, now: datetime
) -> None:
    i = _count(size.trees)
    owned = {"org_id": coop.org.id, "product_id": coop.product.id, "state": BlockState.PRINTED}
    known = {"kid": KID, "first": 0, "count": PACKS * each, "created_at": now}
    block = StampBlock(public_id="", request_id="", **known, **owned)
    name = _named("B", i.c.i)
    org = coop.org.id + i.c.i % COOPS
    _fill(
        connection,
        block,
        i,
        id=1 + i.c.i,
        public_id=name,
        request_id=name,
        first=i.c.i * PACKS * each,
        org_id=org,
    )
    i = _count(size.trees * PACKS)
    used = StampActivation(block_id=0, kid=KID, first=0, last=0, lot_id=0, activated_at=now, request_id="")
    lot = first + (i.c.i // PACKS) * TREE + TREE - PACKS + i.c.i % PACKS
    _fill(connection, used, i, block_id=1 + i.c.i // PACKS, first=i.c.i * each, last=i.c.i * each + each - 1,
          lot_id=lot, request_id=_named("A", i.c.i))  # fmt: skip


def _events(connection: Connection, size: Size, base: Event, first: int) -> None:
    """Events of all lots in turn, each with the body of a real one, and what each is found by."""
    event, told = _after(connection, Event), _after(connection, EventTerm)
    i = _count(size.events)
    lots = size.trees * TREE
    name, org = _named("ni:///sha-256;", i.c.i), base.org_id + (i.c.i % lots) // TREE % COOPS
    _fill(connection, base, i, id=event + i.c.i, event_id=name, hash=name, org_id=org,
          subject_id=first + i.c.i % lots)  # fmt: skip
    i = _count(size.events)
    term = EventTerm(event_row=0, role="class", value="", quantity=100.0)
    value, org = (
        _named("https://id.example.vn/id/lot/L", i.c.i % lots),
        base.org_id + (i.c.i % lots) // TREE % COOPS,
    )
    _fill(connection, term, i, id=told + i.c.i, event_row=event + i.c.i, org_id=org, value=value)


def _settle(connection: Connection) -> None:
    """Let the database count what it has, and go on numbering after it."""
    if connection.dialect.name == "postgresql":
        for table in (Household, Plot, Lot, StampBlock, Event, EventTerm):
            name = table.__tablename__
            connection.execute(text(f"SELECT setval('{name}_id_seq', (SELECT max(id) FROM {name}))"))
    connection.execute(text("ANALYZE"))


def main() -> None:
    """Fill a database from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    for name, default in vars(Size()).items():
        parser.add_argument(f"--{name}", type=int, default=default)
    given = vars(parser.parse_args())
    use_database(open_database(given.pop("url")))
    use_keyring(Keyring(secrets.token_bytes(32)))
    upgrade_database(current_database())
    print(load(Size(**given), datetime.now(UTC)))


if __name__ == "__main__":
    main()
