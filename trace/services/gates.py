"""What a harvest lot must pass: waiting time (I7), allowed materials (I8), plausible yield (I6).

A gate answers with the catalog key of its refusal and the figures that clash; it changes nothing.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from trace.errors import Refused
from trace.records.plot import Plot
from trace.records.rules import PesticideRule
from trace.services import crops, rules
from trace.services.gate_facts import AREA, PLOT, GateFacts
from trace.texts.catalogs import Term
from trace.texts.formats import hectares, kilograms

CROPS = ("lychee", "carrot", "guava")
"""Crops the catalogs have a word for."""


@dataclass(frozen=True)
class Stop:
    """A gate's no: ``rule`` is the key of its refusal, ``figures`` what clashes."""

    rule: str
    figures: dict[str, object] = field(default_factory=dict)

    def refusal(self, **more: object) -> Refused:
        """The stop as an exception."""
        return Refused(self.rule, **{**self.figures, **more})


@dataclass(frozen=True)
class YieldFigures:
    """A season's weight against a plot's or growing area's limits (weights in grams, area in m²)."""

    name: str
    variety: str
    crop: str
    weight_g: int
    area_m2: int
    warn_t_ha: float
    block_t_ha: float

    @property
    def rate_t_ha(self) -> Decimal:
        """Tonnes a hectare."""
        return Decimal(self.weight_g) / 100 / self.area_m2

    @property
    def share(self) -> Decimal:
        """The part of the limit that is reached; one and more stops."""
        return Decimal(self.weight_g) / self.most_g

    @property
    def most_g(self) -> int:
        """The weight at which the gate stops."""
        return _grams(self.block_t_ha, self.area_m2)

    @property
    def usual_g(self) -> int:
        """The weight from which a reason is asked for."""
        return _grams(self.warn_t_ha, self.area_m2)

    @property
    def is_warned(self) -> bool:
        """Over the usual yield: a reason is needed."""
        return self.weight_g > self.usual_g

    @property
    def is_stopped(self) -> bool:
        """Over the limit: with a reason it is kept, on hold for the office."""
        return self.weight_g > self.most_g

    def stop(self) -> Stop:
        """``gate.yield`` with its figures."""
        figures: dict[str, object] = {
            "plot": self.name,
            "kg": kilograms(self.weight_g),
            "area": hectares(self.area_m2),
            "rate": round(self.rate_t_ha, 1),
            "variety": crop_word(self.crop, self.variety),
            "max": Decimal(str(self.block_t_ha)),
            "kg_max": kilograms(self.most_g),
            "kg_over": kilograms(self.weight_g - self.most_g),
        }
        return Stop("gate.yield", {name: _plain(value) for name, value in figures.items()})

    def warning(self) -> Stop:
        """``gate.yield.warn`` with its figures."""
        figures = {"rate": _plain(round(self.rate_t_ha, 1)), "max": self.warn_t_ha, "plot": self.name}
        return Stop("gate.yield.warn", figures)


def _grams(t_ha: float, area_m2: int) -> int:
    """Tonnes a hectare on so many square metres; one t/ha is 100 g on a square metre."""
    return int(Decimal(str(t_ha)) * 100 * area_m2)


def _plain(value: object) -> object:
    """Figures are kept as JSON with a hold."""
    return float(value) if isinstance(value, Decimal) else value


def crop_word(crop: str, variety: str = "") -> Term | str:
    """A crop or variety in the reader's words where the catalogs know it."""
    varieties = {"thieu", "u_hong", "u_trung_trang", "u_trung_gai", "tau_lai"}
    name = rules.variety_key(variety)
    if crop == "lychee" and name in varieties:
        return Term(f"variety.{name}")
    if variety:
        return variety
    return Term(f"crop.{crop}") if crop in crops.CROPS else crop


# --- Waiting time and allowed materials -----------------------------------------------------------


def waiting_stop(facts: GateFacts, plot: Plot, harvested_on: date, lot_code: str) -> Stop | None:
    """I7: harvest day >= spray day + waiting days, for every spray; the one that ends last is named."""
    waits = [
        (spray.done_on + timedelta(days=spray.waiting_days or 0), spray)
        for spray in facts.sprays(plot.id, harvested_on)
    ]
    clashes = [(free_on, spray) for free_on, spray in waits if harvested_on < free_on]
    if not clashes:
        return None
    free_on, spray = max(clashes, key=lambda clash: clash[0])
    return Stop(
        "gate.phi",
        {
            "plot": plot.name,
            "pesticide": spray.material,
            "date": spray.done_on,
            "min": spray.waiting_days,
            "date2": harvested_on,
            "days": (harvested_on - spray.done_on).days,
            "left": (free_on - harvested_on).days,
            "lot": lot_code,
        },
    )


def banned_stop(facts: GateFacts, plot: Plot, harvested_on: date, lot_code: str) -> Stop | None:
    """I8: every material sprayed in the season was allowed on that crop on its day."""
    for spray in facts.sprays(plot.id, harvested_on):
        until = banned_since(facts, spray.material_key, plot.crop, spray.done_on)
        if until is not None:
            figures = {"pesticide": spray.material, "crop": crop_word(plot.crop), "date": spray.done_on}
            return Stop("gate.banned", {**figures, "date2": until, "lot": lot_code})
    return None


def banned_since(facts: GateFacts, material_key: str, crop: str, day: date) -> date | None:
    """The last day a material was allowed on a crop, where ``day`` is after it; None where it is allowed
    or nothing is known of it."""
    found = facts.pesticide_rules(material_key, crop)
    if any(_allows(rule, day) for rule in found):
        return None
    ended = [rule.allowed_to for rule in found if rule.allowed_to is not None and rule.allowed_to < day]
    return max(ended, default=None)


def waiting_days(facts: GateFacts, material_key: str, crop: str, day: date) -> int | None:
    """Days to wait by the rule that holds on ``day``; where it ended, by the newest one that ended."""
    found = facts.pesticide_rules(material_key, crop)
    current = next((rule for rule in found if _allows(rule, day)), None)
    rule = current or next(iter(found), None)
    return rule.waiting_days if rule else None


def _allows(rule: PesticideRule, day: date) -> bool:
    return rule.allowed_from <= day and (rule.allowed_to is None or day <= rule.allowed_to)


# --- Yield ---------------------------------------------------------------------------------------


def season_yields(
    facts: GateFacts, plot: Plot, day: date, more_g: int, without: int | None = None
) -> list[YieldFigures]:
    """I6: the year's harvest of the plot, and of its growing area, with ``more_g`` grams more.

    ``without`` is a lot that is not to be counted. Crops without a rule have no figures.
    """
    rule = facts.yield_rule(plot.crop, plot.variety, day)
    if rule is None:
        return []
    places = [(plot.name, plot.area_m2, PLOT, plot.id)]
    area = facts.growing_area(plot.growing_area_id) if plot.growing_area_id else None
    if area is not None:
        places.append((area.code, area.area_m2, AREA, area.id))
    found = []
    for name, area_m2, column, number in places:
        weight_g = facts.picked_g(column, number, day.year, without) + more_g
        limits = (rule.warn_t_ha, rule.block_t_ha)
        found.append(YieldFigures(name, plot.variety, plot.crop, weight_g, area_m2, *limits))
    return found
