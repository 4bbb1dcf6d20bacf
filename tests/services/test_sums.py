"""Sums answer as the rows they follow, whatever is asked; what differs is found and put right."""

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from alembic import command
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update
from sqlmodel import Session, SQLModel, col

from tests import world
from tests.effort import effort
from tests.services.figures_world import FIRST, LAST, PLACES, Estate, Maker
from tests.services.test_figures import OFFICE, world_of
from trace.db import Database, reading, transaction
from trace.db_upgrade import alembic_config, upgrade_database
from trace.records.scan import Scan
from trace.records.shop import Listing
from trace.records.sums import (
    HarvestDay,
    HarvestMonth,
    LotDay,
    LotMonth,
    PriceDay,
    PriceMonth,
    SalesDay,
    SalesMonth,
    ScanDay,
    ScanMonth,
    ShopDay,
    ShopMonth,
    StampDay,
    StampMonth,
)
from trace.services import sums
from trace.services.figures.asking import Ask
from trace.services.figures.catalogue import BY_NAME, MEASURES
from trace.services.figures.counting import Bags
from trace.services.figures.measure import Measure
from trace.services.figures.stored import Summed, spans
from trace.services.recounting import differences, mend, recount
from trace.services.scan_notes import ScanNote, store_notes
from trace.services.sums import differing, month_of
from trace.services.verdicts import State

RANDOM = settings(
    max_examples=4,
    phases=(Phase.generate,),  # a seed of a smaller number makes no smaller world
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
SEEDS = st.integers(0, 2**32)
NEAR = st.integers(-40, 80)
OF_ORDERS = (SalesDay, SalesMonth, ShopDay, ShopMonth, PriceDay, PriceMonth, LotDay, LotMonth)
TABLES = (*OF_ORDERS, ScanDay, ScanMonth, StampDay, StampMonth, HarvestDay, HarvestMonth)


def summed() -> Iterator[tuple[Measure, Summed]]:
    for measure in MEASURES:
        yield from ((measure, count) for count in measure.counts if isinstance(count, Summed))


def moved(make: Maker, estates: list[Estate]) -> None:
    """Units of goods, what listings offer, and where cooperatives sit change after all was summed."""
    for one in estates:
        for listing in one.listings:
            listing.unit_g = make.pick((None, 300, 7000))
            listing.product_id = make.pick([None, *(product.id for product in one.products)])
        for name, value in {
            "old_commune_scheme": None,
            "old_commune_code": None,
            **make.pick(PLACES),
        }.items():
            setattr(one.org, name, value)
    make.session.flush()


def said(bags: Bags) -> Bags:
    return {key: bag for key, bag in bags.items() if bag}


@RANDOM
@given(seed=SEEDS, starts=NEAR, lasts=st.integers(0, 120))
def test_sums_and_rows_give_one_answer_to_every_question(
    database: Database, seed: int, starts: int, lasts: int
) -> None:
    since = FIRST + timedelta(days=starts)
    ask = Ask(since, since + timedelta(days=lasts))
    with transaction() as session:
        estates = world_of(session, seed)
        moved(Maker(session, Random(seed)), estates)
        for measure, count in summed():
            for by in (None, *sorted(count.dimensions)):
                asked = replace(ask, by=by)
                kept = said(count.gathered(session, OFFICE, asked, by))
                told = said(count.rows.gathered(session, OFFICE, asked, by))
                assert kept == told, (measure.name, by)
                for key in sorted(told)[:1] if by else ():
                    only = replace(ask, only={by: key})
                    kept = said(count.gathered(session, OFFICE, only, None))
                    assert kept == said(count.rows.gathered(session, OFFICE, only, None)), (measure.name, by)


@given(since=st.dates(date(2020, 1, 1), date(2030, 1, 1)), lasts=st.integers(0, 900))
def test_the_parts_of_a_question_are_its_days_each_once(since: date, lasts: int) -> None:
    until = since + timedelta(days=lasts)
    parts = list(spans(since, until))
    assert parts[0][0][0] == since
    assert parts[-1][0][1] == until
    for ((_, last), _), ((first, _), _) in pairwise(parts):
        assert first == last + timedelta(days=1)
    for (first, last), is_month in parts:
        assert first <= last
        assert not is_month or (first.day == 1 and (last + timedelta(days=1)).day == 1)
    assert all((last - first).days < 61 for (first, last), is_month in parts if not is_month)


def test_months_serve_where_no_day_is_asked_for(database: Database) -> None:
    with transaction() as session:
        world_of(session, 3)
        session.execute(update(ShopMonth).values(orders=1_000_000))
        wide = Ask(date(2026, 1, 1), date(2026, 12, 31))
        assert BY_NAME["orders"].top.gathered(session, OFFICE, wide, None)[""] % 1_000_000 == 0
        one_day = Ask(FIRST, FIRST)
        assert BY_NAME["orders"].top.gathered(session, OFFICE, one_day, None).get("", 0) < 1_000_000


def test_a_sum_somebody_changed_took_away_or_added_is_found_and_put_right(database: Database) -> None:
    with transaction() as session:
        world_of(session, 9)
        for table in TABLES:
            for harm in (_changed, _gone, _of_nothing):
                stored, facts = harm(session, table)
                (wrong,) = recount(session, check=True)
                assert (wrong.table, wrong.stored, wrong.facts) == (table.__tablename__, stored, facts)
                recount(session)
                assert recount(session, check=True) == [], (table, harm)


@pytest.mark.parametrize("table", [SalesDay, ScanDay])
def test_mending_takes_no_more_statements_the_more_sums_differ(
    database: Database, table: type[SalesDay | ScanDay]
) -> None:
    with transaction() as session:
        world_of(session, 9)
        days = sorted(session.execute(select(table.day)).scalars())
        month = {day for day in days if month_of(day) == month_of(days[-1])}
    costs, counts = [], []
    for wrong in (month, {days[-1]}):
        with transaction() as session:
            session.execute(delete(table).where(col(table.day).in_(wrong)))
            found = differences(session)
        with effort(database) as spent, transaction() as session:
            for place in found.places:
                mend(session, place)
        costs.append((spent.statements, len(found.places)))
        counts.append(found.count)
        with reading() as session:
            assert differences(session).count == 0
    assert costs[0] == costs[1]
    assert counts[0] > counts[1] > 0


def test_of_very_many_differences_the_first_are_named_and_all_counted(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sums, "MOST_KEPT", 3)
    with transaction() as session:
        world_of(session, 9)
        stood = sum(len(rows) for rows in _all(session))
        for table in TABLES:
            session.execute(delete(table))
        found = differences(session)
        assert (found.count, len(found.named)) == (stood, 3)
        assert set(found.tables) == {table.__tablename__ for table in TABLES}
        recount(session)
        assert differences(session).count == 0


def test_comparing_holds_one_thing_at_a_time() -> None:
    """Rows without end on both sides: who gathered them first would never come to the difference."""
    rows = [lambda at=at: ((key, at, 1) for key in itertools.count()) for at in (FIRST, FIRST.replace(day=1))]
    found = differing(("days", "months"), ((key, at, 2) for key, at, _ in rows[0]()), (rows[0](), rows[1]()))
    first = [next(found) for _ in range(4)]
    assert [(one.table, one.key) for one in first] == [("days", 0), ("months", 0), ("days", 1), ("months", 1)]
    assert {(one.stored, one.facts) for one in first} == {((1,), (2,))}


Sums = tuple[int, ...]


def _changed(session: Session, table: type[SQLModel]) -> tuple[Sums, Sums]:
    row = session.execute(select(table).limit(1)).scalar_one()
    facts = _sums(row)
    first = _names(row)[0]
    setattr(row, first, facts[0] + 7)
    session.flush()
    session.expunge(row)
    return (facts[0] + 7, *facts[1:]), facts


def _gone(session: Session, table: type[SQLModel]) -> tuple[Sums, Sums]:
    row = session.execute(select(table).limit(1)).scalar_one()
    session.delete(row)
    session.flush()
    return (0,) * len(_sums(row)), _sums(row)


def _of_nothing(session: Session, table: type[SQLModel]) -> tuple[Sums, Sums]:
    row = session.execute(select(table).limit(1)).scalar_one()
    when = "day" if "day" in table.model_fields else "month"
    more = table(**{**row.model_dump(), when: date(1999, 1, 1)})
    session.add(more)
    session.flush()
    session.expunge_all()
    return _sums(more), (0,) * len(_sums(more))


def _sums(row: SQLModel) -> Sums:
    return tuple(getattr(row, name) for name in _names(row))


def _names(row: SQLModel) -> list[str]:
    return [column.name for column in type(row).__table__.c if not column.primary_key]


def test_an_installation_with_orders_has_its_sums_after_the_upgrade(database: Database) -> None:
    with transaction() as session:
        world_of(session, 9)
        stored = _all(session)
        assert all(stored), [len(rows) for rows in stored]
    with database.writer.connect() as connection, connection.begin():
        command.downgrade(alembic_config(connection), "0027")
    upgrade_database(database)
    with reading() as session:
        assert _all(session) == stored
        assert recount(session, check=True) == []


def _all(session: Session) -> list[list[dict[str, object]]]:
    return [
        sorted(
            (row.model_dump() for row in session.execute(select(table)).scalars()),
            key=lambda row: str(sorted(row.items())),
        )
        for table in TABLES
    ]


def test_the_season_of_the_worlds_spans_months(database: Database) -> None:
    """Else the days before and after whole months would be asked of nobody."""
    with transaction() as session:
        world_of(session, 1)
        assert len(set(session.execute(select(ShopMonth.month)).scalars())) > 2
        assert session.execute(select(Listing)).first() is not None
    assert [is_month for _, is_month in spans(FIRST - timedelta(days=30), LAST)] == [False, True, False]


def test_scans_stored_side_by_side_are_all_counted_once(database: Database, now: datetime) -> None:
    with transaction() as session:
        coop = world.make_coop(session, now)
        lots = [world.make_lot(session, now, coop.plot, product) for product in (coop.product, None)]
        owners = [(lot.id, coop.org.id) for lot in lots] + [(None, coop.org.id), (None, None)]

    def groups(writer: int) -> None:
        chance = Random(writer)
        for _ in range(6):
            notes = [_note(chance, owners, now) for _ in range(20)]
            with transaction() as session:
                store_notes(session, notes, now)

    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(groups, writer) for writer in range(6)]:
            done.result()
    with reading() as session:
        assert differences(session).count == 0
        owned = select(func.count()).select_from(Scan).where(col(Scan.org_id).is_not(None))
        assert session.execute(select(func.sum(ScanMonth.scans))).scalar_one() == (
            session.execute(owned).scalar_one()
        )
        assert session.execute(select(func.count()).select_from(ScanDay)).scalar_one() == 6


def _note(chance: Random, owners: list[tuple[int | None, int | None]], now: datetime) -> ScanNote:
    device, serial = chance.randbytes(2), chance.randint(0, 40)
    lot_id, org_id = owners[serial % len(owners)]
    at = now + timedelta(hours=chance.randint(0, 60))
    state = chance.choice((State.FIRST, State.SEEN, State.NOT_ACTIVATED, State.CLONE_SUSPECT))
    known = frozenset({device})
    return ScanNote(
        0, serial, lot_id, org_id, at, state, device, device, known, device, opens=serial % 2 == 0
    )
