"""All indicators of a period as one document, and as numbers in base units, for an operations centre."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlmodel import Session

from trace.services.admission import Actor
from trace.services.figures.answering import Answer, Part, answer
from trace.services.figures.asking import Ask
from trace.services.figures.catalogue import MEASURES
from trace.services.figures.freshness import freshness
from trace.services.figures.measure import Measure, Unit
from trace.services.month_closing.kept import all_closings
from trace.texts.catalogs import t

SLOT_S = 300
"""Figures are as of the last full five minutes, so that many who ask at once are told one thing."""


def slot_of(now: datetime) -> datetime:
    """The last full five minutes."""
    return now - timedelta(seconds=now.timestamp() % SLOT_S)


def document(session: Session, actor: Actor, ask: Ask, as_of: datetime) -> dict[str, Any]:
    """Every indicator of the period as of ``as_of``, in the actor's reach; parts where it knows the cut.

    Raises:
        NotAllowed: the role sees no figures.
    """
    closed = next(iter(all_closings(session)), None)
    return {
        "period": {"since": ask.since.isoformat(), "until": ask.until.isoformat()},
        "as_of": as_of.isoformat(),
        "by": ask.by.value if ask.by else None,
        "last_closed_month": closed.month if closed else None,
        "indicators": [_indicator(session, actor, measure, ask) for measure in MEASURES],
    }


def _indicator(session: Session, actor: Actor, measure: Measure, ask: Ask) -> dict[str, Any]:
    is_cut = ask.by is not None and ask.by in measure.dimensions
    found = answer(session, actor, measure, ask if is_cut else replace(ask, by=None))
    fresh = freshness(session, actor, measure, replace(ask, by=None))
    told = {
        "name": measure.name,
        "number": measure.number,
        "title": {lang: t(lang, f"measure.{measure.name}") for lang in ("vi", "en")},
        "unit": measure.unit.value,
        "version": measure.version,
        "timing": measure.timing.value,
        "better": measure.better,
        **_counted(measure, found.whole),
        "fresh_at": fresh.at.isoformat() if fresh.at else None,
    }
    return told | {"parts": _parts(found)} if is_cut else told


def _parts(found: Answer) -> list[dict[str, Any]]:
    return [{"key": one.key, "name": one.name, **_counted(found.measure, one)} for one in found.parts]


def _counted(measure: Measure, part: Part) -> dict[str, Any]:
    """The value in its base unit, null where nothing is recorded; a share's two counts."""
    return {"value": _number(part.value), "top": part.top, "bottom": part.bottom}


def _number(value: Fraction | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value.denominator == 1 else float(round(value, 6))


SUFFIXES: Mapping[Unit, tuple[str, Fraction]] = {
    Unit.COUNT: ("", Fraction(1)),
    Unit.SHARE: ("_ratio", Fraction(1)),
    Unit.VND: ("_vnd", Fraction(1)),
    Unit.VND_PER_KG: ("_vnd_per_kilogram", Fraction(1)),
    Unit.GRAMS: ("_grams", Fraction(1)),
    Unit.PER_10K: ("_ratio", Fraction(1, 10_000)),
    Unit.MILLISECONDS: ("_seconds", Fraction(1, 1_000)),
    Unit.SECONDS: ("_seconds", Fraction(1)),
    Unit.TIMES: ("_ratio", Fraction(1)),
}
"""What a unit is called in a name, and what of Prometheus's base unit it is."""


def metrics(told: Mapping[str, Any]) -> str:
    """The same document in Prometheus's text format 0.0.4; what is not recorded has no sample."""
    by = told["by"]
    lines = []
    for one in told["indicators"]:
        suffix, scale = SUFFIXES[Unit(one["unit"])]
        name = f"nongsan_{one['name']}{suffix}"
        parts = [*one.get("parts", ()), one]
        samples = [(part.get("key"), part["value"]) for part in parts if part["value"] is not None]
        if samples:
            lines += [f"# HELP {name} {_help(one['name'])}", f"# TYPE {name} gauge"]
        for key, value in samples:
            label = "" if key is None else f'{{{by}="{_label(key)}"}}'
            lines.append(f"{name}{label} {_float(Fraction(str(value)) * scale)}")
    at = datetime.fromisoformat(told["as_of"]).timestamp()
    name = "nongsan_figures_as_of_timestamp_seconds"
    lines += [f"# HELP {name} As of when the figures are.", f"# TYPE {name} gauge"]
    lines.append(f"{name} {_float(Fraction(at))}")
    return "\n".join(lines) + "\n"


def _help(name: str) -> str:
    said = f"{t('en', f'measure.{name}')}. {t('en', f'measure.{name}.formula')}"
    return said.replace("\\", "\\\\").replace("\n", "\\n")


def _label(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _float(value: Fraction) -> str:
    return str(int(value)) if value.denominator == 1 else repr(float(value))
