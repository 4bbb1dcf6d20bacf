"""The lychee's curve: tonnes a day of the early and the main crop, the year before dashed behind them."""

from datetime import date
from functools import partial

from markupsafe import Markup

from trace.services.figures.board import CROPS, Curve
from trace.services.figures.board_tables import by_day
from trace.services.figures.seasons import Season, days_of
from trace.texts import formats
from trace.texts.catalogs import t
from trace.web.line_chart import Line, Zone, lines

TONNE_G = 1_000_000


def season_curve(curve: Curve, lang: str) -> Markup | None:
    """The drawing; none of a season and a year before in which nothing was picked."""
    days = {crop: _tonnes(by_day(curve, crop)) for crop in CROPS}
    last: dict[date, float] = {}
    for crop in CROPS:
        for day, tonnes in _tonnes(by_day(curve, crop, before=True)).items():
            now_ = day.replace(year=day.year + 1)
            last[now_] = last.get(now_, 0) + tonnes
    plan = _tonnes(dict(curve.plan))
    if not any((*days.values(), last, plan)):
        return None
    drawn = [Line("last", last), Line("plan", plan)]
    drawn += [Line(crop.removeprefix("lychee_"), days[crop], _peak(days[crop], lang), True) for crop in CROPS]
    year = curve.ask.since.year
    zones = [
        Zone(*days_of(season, year), t(lang, f"board.zone.{season}"))
        for season in (Season.EARLY, Season.MAIN)
    ]
    title = t(lang, "board.curve.title", year=str(year), before=str(year - 1))
    parts = [
        t(lang, "board.curve.said", crop=t(lang, f"crop.{crop}"), peak=_peak(days[crop], lang))
        for crop in CROPS
        if days[crop]
    ]
    said, tick = (title, " ".join(parts)), partial(formats.number, lang)
    return lines((curve.ask.since, curve.ask.until), drawn, zones, said, tick)


def _peak(tonnes: dict[date, float], lang: str) -> str:
    """The most picked on a day, in words."""
    if not tonnes:
        return ""
    day = max(tonnes, key=lambda one: tonnes[one])
    return t(
        lang,
        "board.curve.peak",
        n=round(tonnes[day], 0 if tonnes[day] >= 100 else 1),
        day=day.strftime("%d/%m"),
    )


def _tonnes(grams: dict[date, int]) -> dict[date, float]:
    return {day: value / TONNE_G for day, value in grams.items()}
