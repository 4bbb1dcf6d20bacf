"""Land under codes of several markets: from which day to which, and what the gate makes of it."""

from datetime import date, datetime, timedelta

import pytest
from sqlmodel import Session

from tests import world
from tests.services import consignment_world as export
from tests.services import farm
from trace.db import Database, transaction
from trace.errors import Invalid, NotAllowed, NotFound
from trace.records.plot import GrowingArea, SiteStatus
from trace.services import area_plots
from trace.services.area_plots import AreaPlotEnd, AreaPlotIn
from trace.services.export_codes import area_codes, origins_of

PICKED = farm.DAY - timedelta(days=1)


@pytest.fixture
def coop(database: Database, now: datetime) -> world.Coop:
    with transaction() as session:
        return farm.found(session, now)


def area_for(
    session: Session, now: datetime, coop: world.Coop, market: str = "JP", **given: str
) -> GrowingArea:
    """A growing area that stands, with no plot in it."""
    row = world.make_growing_area(session, now, coop.org, market=market, **given)
    export.standing(session, now, row, SiteStatus.ACTIVE)
    return row


def put(session: Session, now: datetime, coop: world.Coop, area: GrowingArea, since: date) -> int:
    given = AreaPlotIn(plot_id=coop.plot.id, plot_since=since)
    return area_plots.put_plot(session, coop.hand, area.id, given, now).id


def found_codes(session: Session, now: datetime, coop: world.Coop) -> list[str]:
    lot = export.lot(session, now, coop, harvested_on=PICKED)
    return area_codes(session, "JP", origins_of(session, [lot])).found


@pytest.mark.parametrize(
    ("since", "until", "counts"),
    [
        (PICKED, None, True),
        (PICKED + timedelta(days=1), None, False),
        (export.LONG_AGO, PICKED, True),
        (export.LONG_AGO, PICKED - timedelta(days=1), False),
    ],
)
def test_a_harvest_counts_where_the_plot_lay_that_day(
    coop: world.Coop, now: datetime, since: date, until: date | None, counts: bool
) -> None:
    with transaction() as session:
        area = area_for(session, now, coop)
        row = put(session, now, coop, area, since)
        if until:
            area_plots.end_plot(session, coop.hand, area.id, row, AreaPlotEnd(plot_until=until), now)
        assert found_codes(session, now, coop) == ([area.code] if counts else [])


def test_a_page_lists_a_plots_codes_of_all_markets(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        own, japan, china = (area_for(session, now, coop, market) for market in ("VN", "JP", "CN"))
        coop.plot.growing_area_id = own.id
        session.add(session.merge(coop.plot))
        session.flush()
        for area in (japan, china):
            put(session, now, coop, area, PICKED)
        (here,) = area_plots.plots_of(session, japan)
        assert [(one.market, row is None) for one, row in here.others] == [("VN", True), ("CN", False)]
        (there,) = area_plots.plots_of(session, own)
        assert (there.row, [one.market for one, _ in there.others]) == (None, ["CN", "JP"])


def test_a_plot_leaves_and_comes_back_but_lies_there_once(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        area = area_for(session, now, coop)
        row = put(session, now, coop, area, export.LONG_AGO)
        with pytest.raises(Invalid) as invalid:
            put(session, now, coop, area, PICKED)
        assert invalid.value.problems[0].key == "area_plot.already"
        left = AreaPlotEnd(plot_until=export.LONG_AGO + timedelta(days=30))
        area_plots.end_plot(session, coop.hand, area.id, row, left, now)
        with pytest.raises(Invalid):
            put(session, now, coop, area, left.plot_until)
        put(session, now, coop, area, PICKED)
        assert len(area_plots.plots_of(session, area)) == 2


def test_days_that_cannot_be_and_other_crops_are_refused(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        area, carrots = area_for(session, now, coop), area_for(session, now, coop, crop="carrot")
        tomorrow = now.date() + timedelta(days=2)
        for wrong, since in ((area, tomorrow), (carrots, PICKED)):
            with pytest.raises(Invalid):
                put(session, now, coop, wrong, since)
        row = put(session, now, coop, area, PICKED)
        for day in (PICKED - timedelta(days=1), tomorrow):
            with pytest.raises(Invalid):
                area_plots.end_plot(session, coop.hand, area.id, row, AreaPlotEnd(plot_until=day), now)


def test_nobody_writes_into_anothers_area(coop: world.Coop, now: datetime) -> None:
    with transaction() as session:
        other = world.make_coop(session, now)
        mine, theirs = area_for(session, now, coop), area_for(session, now, other)
        row = put(session, now, other, theirs, PICKED)
        for area, plot in ((theirs, coop.plot), (mine, other.plot)):
            given = AreaPlotIn(plot_id=plot.id, plot_since=PICKED)
            with pytest.raises(NotFound):
                area_plots.put_plot(session, coop.hand, area.id, given, now)
        for area in (mine, theirs):
            with pytest.raises(NotFound):
                area_plots.end_plot(session, coop.hand, area.id, row, AreaPlotEnd(plot_until=PICKED), now)
        with pytest.raises(NotAllowed):
            area_plots.plots_to_put(session, farm.OFFICE, mine)
