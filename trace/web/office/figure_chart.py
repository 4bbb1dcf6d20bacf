"""The curve of a figure: a bar a day, or a month where the days are many."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from markupsafe import Markup
from sqlmodel import Session

from trace.services.admission import Actor
from trace.services.figures import words
from trace.services.figures.answering import answer
from trace.services.figures.asking import Ask, Dimension
from trace.services.figures.measure import Measure, Unit
from trace.texts.catalogs import t
from trace.web.charts import Point, bars
from trace.web.visitor import face_language

MOST_DAYS = 120
MILLION = 1_000_000
TONNES_FROM_G = 10_000_000
"""Beyond, a scale's kilograms do not fit beside it on a phone."""


def chart(session: Session, actor: Actor, measure: Measure, ask: Ask) -> Markup | None:
    """Bars over the question's days; none of a figure that belongs to no day, or of a single one."""
    by = Dimension.DAY if (ask.until - ask.since).days < MOST_DAYS else Dimension.MONTH
    if by not in measure.dimensions or ask.since == ask.until:
        return None
    lang = face_language()
    found = {part.key: part.value for part in answer(session, actor, measure, replace(ask, by=by)).parts}
    if not any(found.values()):
        return None
    scale, tick = _scale(measure, max(float(value or 0) for value in found.values()))
    points = []
    for key, label in _steps(ask, by):
        value = found.get(key)
        said = t(lang, "figures.bar", label=label, value=words.said(lang, measure, value))
        points.append(Point(label, round(max(0.0, float(value or 0)) * scale, 3), said))
    return bars(lang, points, _title(measure, by, lang), tick)


def _title(measure: Measure, by: Dimension, lang: str) -> str:
    return t(lang, "figures.chart", name=t(lang, f"measure.{measure.name}"), by=t(lang, f"figures.by.{by}"))


def _scale(measure: Measure, most: float) -> tuple[float, str]:
    """What a scale's figures are: millions of đồng, kilograms or tonnes, per cent."""
    lang = face_language()
    if measure.unit is Unit.VND:
        return 1 / MILLION, t(lang, "figures.tick.millions", n="{}")
    if measure.unit is Unit.GRAMS and most >= TONNES_FROM_G:
        return 1 / MILLION, t(lang, "figures.tick.tonnes", n="{}")
    if measure.unit is Unit.GRAMS:
        return 1 / 1000, "{} kg"
    return (100, "{}%") if measure.unit is Unit.SHARE else (1, "{}")


def _steps(ask: Ask, by: Dimension) -> Iterator[tuple[str, str]]:
    """Every day or month of the question, the empty ones too, with what stands under its bar."""
    days = (ask.since + timedelta(days=n) for n in range((ask.until - ask.since).days + 1))
    if by is Dimension.DAY:
        yield from ((day.isoformat(), day.strftime("%d/%m")) for day in days)
        return
    for month in dict.fromkeys(date(day.year, day.month, 1) for day in days):
        yield month.isoformat()[:7], month.strftime("%m/%Y")
