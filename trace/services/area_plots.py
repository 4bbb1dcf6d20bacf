"""Which plots lie in a growing area besides those that name it, and from which day to which.

Land has a code for each market it may sell to: a plot names one area by itself and stands in others here.
The gate of a market asks where a plot lay on the day of harvest (``export_codes``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlmodel import Session, col

from trace.errors import FieldProblem, Invalid, NotFound
from trace.records.plot import GrowingArea, Plot, PlotArea
from trace.services.admission import Act, Actor, fetch, lock, visible
from trace.services.gates import crop_word
from trace.services.intake import Day, Given, Row
from trace.services.logging_acts import append_leaf
from trace.standards.local_time import local_day


class AreaPlotIn(Given):
    """A plot lies in the area from this day on."""

    plot_id: Row
    plot_since: Day


class AreaPlotEnd(Given):
    """The last day on which it lies there."""

    plot_until: Day


@dataclass(frozen=True)
class AreaPlot:
    """A plot of an area; without ``row`` the plot names the area itself. ``others`` are its other codes."""

    plot: Plot
    row: PlotArea | None
    others: Sequence[tuple[GrowingArea, PlotArea | None]]


def put_plot(session: Session, actor: Actor, area_id: int, given: AreaPlotIn, now: datetime) -> PlotArea:
    """Write down that a plot lies in an area.

    Raises:
        NotFound: area or plot is not within reach.
        Invalid: another crop, a day to come, or it lies there already.
    """
    area = fetch(session, actor, Act.MANAGE_REGISTRY, GrowingArea, id=area_id)
    lock(session, area)
    plot = fetch(session, actor, Act.MANAGE_REGISTRY, Plot, id=given.plot_id)
    if plot.org_id != area.org_id:
        raise NotFound()
    if plot.crop != area.crop:
        crops = {"crop": crop_word(plot.crop), "crop2": crop_word(area.crop)}
        raise Invalid([FieldProblem("plot_id", "area_plot.crop", plot.code, crops)])
    _check_day("plot_since", given.plot_since, date.min, now)
    _refuse_twice(session, area, plot, given.plot_since)
    row = PlotArea(plot_id=plot.id, growing_area_id=area.id, since=given.plot_since)
    session.add(row)
    session.flush()
    _log(session, actor, "area_plot", area, plot, {"since": given.plot_since.isoformat()}, now)
    return row


def end_plot(
    session: Session, actor: Actor, area_id: int, row_id: int, given: AreaPlotEnd, now: datetime
) -> PlotArea:
    """A plot has left the area: harvests after the day are no longer under its code.

    Raises:
        NotFound: not a plot of this area, which is the actor's.
        Invalid: the day is to come, or before the plot lay there.
    """
    area = fetch(session, actor, Act.MANAGE_REGISTRY, GrowingArea, id=area_id)
    row = session.get(PlotArea, row_id, with_for_update=True)
    if row is None or row.growing_area_id != area.id:
        raise NotFound()
    _check_day("plot_until", given.plot_until, row.since, now)
    row.until = given.plot_until
    session.flush()
    plot = session.get_one(Plot, row.plot_id)
    _log(session, actor, "area_plot_ended", area, plot, {"until": given.plot_until.isoformat()}, now)
    return row


def plots_of(session: Session, area: GrowingArea) -> list[AreaPlot]:
    """The plots of an area by their code, each with its codes in other areas."""
    own = select(Plot).where(col(Plot.growing_area_id) == area.id)
    named = select(Plot, PlotArea).join(PlotArea, col(PlotArea.plot_id) == col(Plot.id))
    found: list[tuple[Plot, PlotArea | None]] = [(plot, None) for plot in session.execute(own).scalars()]
    found += [
        (row[0], row[1]) for row in session.execute(named.where(col(PlotArea.growing_area_id) == area.id))
    ]
    others = _others(session, area, [plot for plot, _ in found])
    found.sort(key=lambda one: (one[0].code, one[1].since if one[1] else date.min))
    return [AreaPlot(plot, row, others.get(plot.id, [])) for plot, row in found]


def plots_to_put(session: Session, actor: Actor, area: GrowingArea) -> Sequence[Plot]:
    """Plots of the same crop that may be written down for the area."""
    rule = (visible(actor, Act.MANAGE_REGISTRY, Plot), col(Plot.crop) == area.crop)
    other = or_(col(Plot.growing_area_id).is_(None), col(Plot.growing_area_id) != area.id)
    question = select(Plot).where(*rule, other, col(Plot.org_id) == area.org_id).order_by(col(Plot.code))
    return session.execute(question.limit(500)).scalars().all()


def _others(
    session: Session, area: GrowingArea, plots: Sequence[Plot]
) -> dict[int, list[tuple[GrowingArea, PlotArea | None]]]:
    numbers = {plot.growing_area_id for plot in plots} - {None, area.id}
    own = session.execute(select(GrowingArea).where(col(GrowingArea.id).in_(numbers))).scalars()
    areas = {one.id: one for one in own}
    found: dict[int, list[tuple[GrowingArea, PlotArea | None]]] = {
        plot.id: [(areas[plot.growing_area_id], None)] for plot in plots if plot.growing_area_id in areas
    }
    question = (
        select(PlotArea, GrowingArea)
        .join(GrowingArea, col(GrowingArea.id) == col(PlotArea.growing_area_id))
        .where(col(PlotArea.plot_id).in_([plot.id for plot in plots]), col(GrowingArea.id) != area.id)
        .order_by(col(GrowingArea.market), col(GrowingArea.code))
    )
    for row, other in session.execute(question):
        found.setdefault(row.plot_id, []).append((other, row))
    return found


def _refuse_twice(session: Session, area: GrowingArea, plot: Plot, since: date) -> None:
    rows = session.execute(
        select(PlotArea).where(col(PlotArea.plot_id) == plot.id, col(PlotArea.growing_area_id) == area.id)
    ).scalars()
    if plot.growing_area_id == area.id or any(row.until is None or row.until >= since for row in rows):
        raise Invalid([FieldProblem("plot_id", "area_plot.already", plot.code, {"code": area.code})])


def _check_day(field: str, day: date, first: date, now: datetime) -> None:
    if not first <= day <= local_day(now):
        span: dict[str, object] = {
            "min": "" if first == date.min else first,
            "max": local_day(now),
            "unit": "",
        }
        raise Invalid([FieldProblem(field, "field.range", day, span)])


def _log(
    session: Session,
    actor: Actor,
    kind: str,
    area: GrowingArea,
    plot: Plot,
    more: dict[str, str],
    now: datetime,
) -> None:
    about = {"site": area.code, "market": area.market, "plot": plot.code, "by": actor.account_id}
    append_leaf(session, kind, {**about, **more}, now)
