"""Figures from sums beside the same figures from rows; what keeping the sums costs; a million rows as a file.

``python -m tests.bench.figures --lines 5000000 --scans 20000000`` makes a year of that size and one of a
tenth, and prints a line of JSON for each bar; ``--url`` takes an empty PostgreSQL database instead, and the
clock in the place of CPU, which is the server's. Takes long: ``make bench`` has a small world of it.
"""

from __future__ import annotations

import argparse
import atexit
import json
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from statistics import median

from flask import Flask
from sqlalchemy import insert, select
from sqlmodel import Session, col

from tests.bench import sales_world, season_page
from tests.bench.pdf import peak_mb
from tests.bench.registry import unlogged
from tests.bench.ruler import Bar, Limit, tie_to_one_core
from tests.bench.sales_world import FIRST, LAST, Size, fill
from trace.db import Database, current_database, open_database, reading, transaction, use_database
from trace.db_upgrade import upgrade_database
from trace.keyring import Keyring, use_keyring
from trace.records.account import Role
from trace.records.lot import Lot
from trace.records.market_order import MarketOrder, MarketOrderLine
from trace.records.scan import Scan
from trace.services import (
    harvest_figures,
    order_figures,
    recounting,
    scan_figures,
    stamp_figures,
)
from trace.services.admission import Actor
from trace.services.figures import tables
from trace.services.figures.answering import answer
from trace.services.figures.asking import Ask, Dimension
from trace.services.figures.catalogue import BY_NAME
from trace.services.figures.counting import Count
from trace.services.figures.row_listing import every_row
from trace.services.figures.stored import Summed
from trace.web.row_files import Listed, as_file

OFFICE = Actor(1, Role.OFFICE)
YEAR = Ask(FIRST, LAST)
BY_COMMUNE, BY_DAY = replace(YEAR, by=Dimension.COMMUNE), replace(YEAR, by=Dimension.DAY)
SUMMED = (
    *("transactions", "orders", "revenue", "sold", "price", "unpriced", "cancelled", "returned"),
    *("scans", "early_scans", "duplicate_orders"),
)
SMALL = Size(200_000, 400_000, 100_000)
PAGE = 100
"""Orders a marketplace tells at once."""
GROUP = 200
"""Scans a process stores at once."""
MILLION = 1_000_000


@cache
def _filled(size: Size) -> Database:
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return _made(f"sqlite:///{folder / 'bench.sqlite3'}", size)


def _made(url: str, size: Size) -> Database:
    database = open_database(url)
    upgrade_database(database)
    _use(database)
    fill(size, datetime.now(UTC))
    with transaction() as session:
        recounting.recount(session)
    return database


def _use(database: Database) -> None:
    use_database(database)
    use_keyring(Keyring(secrets.token_bytes(32)))


def _views(database: Database) -> int:
    """Every figure with sums, of the year and by commune, as the pages ask for them."""
    _use(database)
    with reading() as session:
        for name in SUMMED:
            answer(session, OFFICE, BY_NAME[name], BY_COMMUNE)
    return len(SUMMED)


@contextmanager
def _undone() -> Iterator[Session]:
    """A transaction that leaves nothing."""
    with Session(current_database().writer) as session:
        yield session
        session.rollback()


def _orders(size: Size, *, summed: bool) -> int:
    """A page of a shop's orders of its last day."""
    _use(_filled(size))
    with _undone() as session:
        one = session.execute(select(MarketOrder).order_by(col(MarketOrder.id).desc()).limit(1)).scalar_one()
        line = session.execute(
            select(MarketOrderLine).where(col(MarketOrderLine.order_id) == one.id).limit(1)
        ).scalar_one()
        session.expunge_all()
        numbers = range(one.id + 1, one.id + 1 + PAGE)
        orders = [{**one.model_dump(), "id": n, "ext_order_id": f"new{n}"} for n in numbers]
        lines = [{**line.model_dump(exclude={"id"}), "order_id": n} for n in numbers]
        session.connection().execute(insert(MarketOrder), orders)
        session.connection().execute(insert(MarketOrderLine), lines)
        if summed:
            order_figures.recompute(session, {(line.listing_id, one.day)}, {(one.shop_id, one.day)})
    return PAGE


def _scans(size: Size, *, summed: bool) -> int:
    """A group of scans of as many stamps of one product."""
    _use(_filled(size))
    with _undone() as session:
        one = session.execute(select(Scan).order_by(col(Scan.id).desc()).limit(1)).scalar_one()
        session.expunge_all()
        rows = [{**one.model_dump(exclude={"id"}), "serial": one.serial + n} for n in range(GROUP)]
        links = stamp_figures.links(session, rows) if summed else None
        session.connection().execute(insert(Scan), rows)
        if links is not None:
            scan_figures.add(session, rows)
            stamp_figures.add(session, links)
    return GROUP


def _lots(size: Size, *, summed: bool) -> int:
    """Harvests of a day, each written down by itself."""
    _use(_filled(size))
    with unlogged() as connection, Session(connection) as session:
        one = session.execute(select(Lot).order_by(col(Lot.id).desc()).limit(1)).scalar_one()
        session.expunge_all()
        for n in range(one.id + 1, one.id + 1 + PAGE):
            row = {
                **one.model_dump(),
                "id": n,
                **dict.fromkeys(("public_id", "code", "request_id"), f"new{n}"),
            }
            connection.execute(insert(Lot), row)
            if summed:
                harvest_figures.add(session, harvest_figures.entry(Lot(**row)))
        connection.get_transaction().rollback()  # type: ignore[union-attr]
    return PAGE


def _times(work: Callable[[], int], times: int = 10) -> int:
    return sum(work() for _ in range(times))


def bars(size: Size = SMALL) -> list[Bar | Limit]:
    """What sums cost who writes, and views where there are ten times the orders."""
    views = (lambda: _views(_filled(size)), lambda: _views(_filled(size.tenth())))
    name = f"views of {size.lines:,} order lines beside {size.tenth().lines:,}"
    peer = "the same rows inserted, no sums"
    return [
        Bar(name, "figure", *views, "the same at a tenth", 1 / 1.2),
        Bar("harvests kept with their sums", "lot", partial(_lots, size, summed=True),
            partial(_lots, size, summed=False), peer, 0.25),
        Bar("orders kept with their sums", "order", partial(_times, partial(_orders, size, summed=True)),
            partial(_times, partial(_orders, size, summed=False)), peer, 0.25),
        Bar("scans kept with their sums", "scan", partial(_times, partial(_scans, size, summed=True)),
            partial(_times, partial(_scans, size, summed=False)), peer, 0.25),
    ]  # fmt: skip


def _ratios(session: Session, clock: Callable[[], float]) -> None:
    """The year by commune from months, by day from days, beside the rows, whose answer is the same."""
    for name in ("orders", "revenue", "sold", "scans"):
        count = BY_NAME[name].top
        assert isinstance(count, Summed)
        for ask, span, least in ((BY_COMMUNE, "months", (500, 80)), (BY_DAY, "days", (40, 8))):
            took = [_took(clock, session, count, ask) for _ in range(7)]
            rows = _took(clock, session, count.rows, ask)
            assert took[0][1] == rows[1], (name, span)
            ours = median(one[0] for one in took)
            bar = least[0 if current_database().is_sqlite else 1]
            _say(name=f"{name} by {ask.by} from {span}", sums_ms=ours * 1000, rows_ms=rows[0] * 1000,
                 ratio=rows[0] / ours, bar=bar, met=rows[0] / ours >= bar)  # fmt: skip


def _took(
    clock: Callable[[], float], session: Session, count: Count, ask: Ask
) -> tuple[float, dict[str, object]]:
    began = clock()
    found = count.gathered(session, OFFICE, ask, ask.by)
    return clock() - began, {key: bag for key, bag in found.items() if bag}


def _looked_at(clock: Callable[[], float], name: str, look: Callable[[], object]) -> None:
    """The first time in this process, and later ones."""
    spent = []
    for _ in range(4):
        began = clock()
        look()
        spent.append(clock() - began)
    _say(name=name, first_ms=spent[0] * 1000, later_ms=median(spent[1:]) * 1000)


def _pages(clock: Callable[[], float], size: Size, databases: Sequence[Database]) -> None:
    """The season's page at first and later, in turns with the same page of a tenth of the orders, which has
    a bar, and of a tenth of everything, which has none: there most days of most shops are empty."""
    spent: list[list[float]] = [[] for _ in databases]
    for _ in range(6):
        for took, database in zip(spent, databases, strict=True):
            _use(database)
            began = clock()
            season_page.look()
            took.append(clock() - began)
    whole, *others = (median(took[1:]) for took in spent)
    _say(name="the season's page", first_ms=spent[0][0] * 1000, later_ms=whole * 1000)
    for beside, other in zip(("a tenth of the orders", "a tenth of everything"), others, strict=False):
        bar = {"bar": 1.2, "met": whole / other <= 1.2} if "orders" in beside else {}
        _say(name=f"the season's page of {size.lines:,} lines beside {beside}", ratio=whole / other, **bar)


def _exported(clock: Callable[[], float]) -> None:
    """A million rows behind the orders, as each kind of file."""
    rows = BY_NAME["orders"].top.behind(YEAR)[0]
    columns = tables.row_columns(rows.fact.cells, "vi")
    for form in ("csv", "json", "xlsx"):
        before, began = peak_mb(), clock()
        with Flask(__name__).test_request_context(), reading() as session:
            every = every_row(session, OFFICE, rows, YEAR)
            told = tables.told(
                rows.fact.cells, (row for _, row in zip(range(MILLION), every, strict=False)), "vi"
            )
            answer_ = as_file(form, "x", Listed("x", columns, told, list))
            size = sum(len(part) for part in answer_.response)
            answer_.close()
        _say(name=f"rows behind a figure as {form}", seconds=clock() - began, file_mb=size / 1e6,
             most_memory_mb=peak_mb(), of_which_before_mb=before)  # fmt: skip


def _say(**told: object) -> None:
    shown = {name: round(value, 2) if isinstance(value, float) else value for name, value in told.items()}
    print(json.dumps(shown, ensure_ascii=False), flush=True)


def main() -> None:
    """Measure at a size given on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in vars(Size()).items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--url", help="an empty database, or with --made one that an earlier run filled")
    parser.add_argument("--made", action="store_true")
    given = parser.parse_args()
    size = Size(given.lines, given.scans, given.lots)
    tie_to_one_core()
    if given.url:
        database = open_database(given.url) if given.made else _made(given.url, size)
    else:
        database = _filled(size)
    _use(database)
    clock = time.process_time if database.is_sqlite else time.perf_counter
    _say(world=f"{size.lines:,} lines, {size.scans:,} scans, {sales_world.COOPS} cooperatives")
    _looked_at(clock, "figures with sums, a year by commune", partial(_views, database))
    with reading() as session:
        _ratios(session, clock)
    _exported(clock)
    others = () if given.url else (size.fewer_orders(), size.tenth())
    _pages(clock, size, [database, *map(_filled, others)])


if __name__ == "__main__":
    sys.exit(main())
