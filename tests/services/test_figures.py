"""Figures equal plain loops over the raw rows, whatever is asked; the rows behind make them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from tests.services import figures_oracle as oracle
from tests.services.figures_world import FIRST, LAST, Estate, Maker
from tests.units import HA_BAC, THANH_HA
from trace.db import Database, reading, transaction
from trace.errors import Invalid, NotAllowed
from trace.records.account import Role
from trace.records.admin_unit import AdminUnit
from trace.services.admission import Actor
from trace.services.figures.answering import answer
from trace.services.figures.asking import IN_TIME, Ask, Dimension
from trace.services.figures.catalogue import BY_NAME, MEASURES
from trace.services.figures.counting import Quantile, Rows, quantile
from trace.services.figures.measure import SCALES, Measure
from trace.services.figures.row_listing import every_row, rows_behind
from trace.services.office_reports.contents import narrowed
from trace.services.office_reports.views import View
from trace.services.recounting import recount
from trace.services.rules import load_defaults

OFFICE = Actor(1, Role.OFFICE)
ASK = Ask(FIRST, LAST)
RANDOM = settings(
    max_examples=2,
    phases=(Phase.generate,),  # a seed of a smaller number makes no smaller world
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
SEEDS = st.integers(0, 2**32)
Counts = list[tuple[list[oracle.Entry] | None, float | None]]


def world_of(session: Session, seed: int) -> list[Estate]:
    load_defaults(session)
    make = Maker(session, Random(seed))
    estates = [make.estate() for _ in range(2)]
    recount(session)
    return estates


def value(name: str, numbers: list[int | None]) -> Fraction | None:
    """The figure of its counts, by hand."""
    if numbers[0] is None:
        return None
    if len(numbers) == 1:
        return Fraction(numbers[0])
    scale = SCALES.get(BY_NAME[name].unit, 1)
    return Fraction(numbers[0] * scale, numbers[1]) if numbers[1] else None


def figure(name: str, counts: Counts) -> Fraction | None:
    return value(name, [oracle.number_of(entries, share) for entries, share in counts])


def cut(counts: Counts, by: str) -> Iterator[tuple[str, Counts]]:
    groups = [oracle.cut(entries, by) for entries, _ in counts]
    for key in set().union(*groups):
        yield (
            key,
            [
                (None if entries is None else group.get(key, []), share)
                for group, (entries, share) in zip(groups, counts, strict=True)
            ],
        )


def by_hand(name: str, counts: Counts, by: str) -> dict[str, Fraction | None]:
    """The figure for each value of a dimension; parts of nought over nought are none."""
    found = {}
    for key, part in cut(counts, by):
        sums = [oracle.number_of(entries, share) for entries, share in part]
        if any(sums) or any(share is not None for _, share in part):
            found[key] = value(name, sums)
    return found


def made_by_rows(session: Session, actor: Actor, rows: Rows, ask: Ask) -> int | None:
    """What all rows behind a count come to."""
    amounts = [row[-1] for row in every_row(session, actor, rows, ask)]
    if isinstance(rows, Quantile):
        return quantile([(amount, 1) for amount in amounts], rows.share) if amounts else None
    return sum(amounts)


def assert_rows_make(session: Session, measure: Measure, ask: Ask, part: Any) -> None:
    for count, number in zip(measure.counts, (part.top, part.bottom), strict=False):
        behind = count.behind(ask)
        if not behind or (isinstance(behind[0], Quantile) and behind[0].weight is not None):
            continue  # nothing is recorded, or rows weigh as much as their goods
        found = [made_by_rows(session, OFFICE, rows, ask) for rows in behind]
        assert (found[0] if len(found) == 1 else sum(one or 0 for one in found)) == number, measure.name


@RANDOM
@given(seed=SEEDS)
def test_every_figure_in_every_cut_equals_plain_loops_over_the_rows(database: Database, seed: int) -> None:
    with transaction() as session:
        world_of(session, seed)
        books = oracle.Books(session, FIRST, LAST)
        for measure in MEASURES:
            counts = oracle.counts_of(books, measure.name)
            whole = answer(session, OFFICE, measure, ASK).whole
            assert whole.value == figure(measure.name, counts), measure.name
            assert_rows_make(session, measure, ASK, whole)
            narrowed = sorted(measure.dimensions)[seed % len(measure.dimensions)]
            for by in sorted(measure.dimensions):
                found = answer(session, OFFICE, measure, replace(ASK, by=by))
                told = {part.key: part.value for part in found.parts}
                assert told == by_hand(measure.name, counts, by), (measure.name, by)
                for part in found.parts[:1] if by is narrowed else ():
                    only = replace(ASK, only={by: part.key})
                    alone = answer(session, OFFICE, measure, only).whole
                    assert (alone.top, alone.bottom) == (part.top, part.bottom), (measure.name, by)
                    assert_rows_make(session, measure, only, part)


def test_a_cooperative_and_a_commune_see_their_own_rows_and_a_stranger_none(database: Database) -> None:
    with transaction() as session:
        mine, _ = world_of(session, 7)
        mine.org.commune_code = THANH_HA
        session.flush()
        books = oracle.Books(session, FIRST, LAST)
        coop = Actor(2, Role.COOP_MANAGER, org_id=mine.org.id)
        stranger = Actor(3, Role.COOP_MANAGER, org_id=mine.org.id + 900)
        officer = Actor(4, Role.COMMUNE_OFFICER, commune_code=HA_BAC)
        for measure in MEASURES:
            counts = oracle.counts_of(books, measure.name)
            for actor, by, key in (
                (coop, "cooperative", mine.org.public_id),
                (stranger, "cooperative", "nobody"),
                (officer, "commune", HA_BAC),
            ):
                theirs = dict(cut(counts, by)).get(key, [(None if e is None else [], s) for e, s in counts])
                seen = answer(session, actor, measure, ASK).whole
                assert seen.value == figure(measure.name, theirs), (measure.name, actor.role)
                rows = [row for count in measure.counts for row in count.behind(ASK)]
                listed = sum(len(list(every_row(session, actor, one, ASK))) for one in rows)
                assert listed == 0 or theirs != [], measure.name
                assert not (actor is stranger and listed), measure.name


def test_who_sees_no_figures_is_refused_and_a_wrong_cut_is_said(database: Database) -> None:
    with transaction() as session:
        for measure in (BY_NAME["orders"], BY_NAME["complete_lots"]):
            with pytest.raises(NotAllowed):
                answer(session, Actor(1, Role.ADMIN), measure, ASK)
        with pytest.raises(Invalid) as refused:
            answer(session, OFFICE, BY_NAME["orders"], replace(ASK, by=Dimension.MARKET))
        assert "marketplace" in str(refused.value.problems[0].params["expected"])


def test_rows_come_page_by_page_each_once(database: Database) -> None:
    with transaction() as session:
        world_of(session, 11)
        wide = Ask(FIRST - timedelta(days=60), LAST + timedelta(days=60))
        rows = BY_NAME["scans"].top.behind(wide)[0]
        found, after = [], -1
        while after is not None:
            page = rows_behind(session, OFFICE, rows, wide, after=after, limit=5)
            assert len(page.rows) <= 5
            found += page.rows
            after = page.next
        assert len(found) > 10
        assert found == list(every_row(session, OFFICE, rows, wide))


def test_looks_at_codes_nobody_issued_are_for_who_sees_the_whole_province(database: Database) -> None:
    with transaction() as session:
        mine, _ = world_of(session, 7)
        measure = BY_NAME["ghost_scans"]
        assert answer(session, OFFICE, measure, ASK).whole.top > 0
        for actor in (
            Actor(None, Role.COOP_MANAGER, org_id=mine.org.id),
            Actor(None, Role.COMMUNE_OFFICER, commune_code=mine.org.commune_code),
        ):
            assert answer(session, actor, measure, ASK).whole.top == 0


def test_an_empty_registry_has_no_shares_and_counts_nought(database: Database) -> None:
    with transaction() as session:
        for measure in MEASURES:
            found = answer(session, OFFICE, measure, ASK).whole
            wanted = 0 if measure.bottom is None and not isinstance(measure.top, Quantile) else None
            assert found.value == wanted, measure.name


def test_a_question_of_many_keys_names_them_all(database: Database) -> None:
    from trace.services.figures.naming import names_of

    with transaction() as session:
        codes = [f"x{n}" for n in range(70_000)] + [THANH_HA]
        assert names_of(session, Dimension.COMMUNE, codes) == {
            THANH_HA: session.get(AdminUnit, ("2025-07", THANH_HA)).full_name
        }


@pytest.mark.parametrize("key", ["abc", "0", "7", "9" * 40])
def test_what_nothing_is_called_narrows_to_nothing_and_is_said_as_it_was_asked(
    database: Database, key: str
) -> None:
    """Stars and groups in an address were taken for numbers: the form of a report fell over them."""
    by = BY_NAME["revenue"].dimensions - IN_TIME
    view = View("revenue", None, dict.fromkeys(by, key))
    with reading() as session:
        assert narrowed(session, View("revenue", None, {Dimension.OCOP_GROUP: key}), "vi") == f" ({key})"
        assert narrowed(session, view, "vi")
        assert not answer(session, OFFICE, BY_NAME["revenue"], view.ask(FIRST, LAST)).whole.value
