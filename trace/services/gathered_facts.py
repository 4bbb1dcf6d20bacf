"""What the gates ask about many lots or diary entries, asked at once."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from trace.records.diary_entry import DiaryEntry
from trace.records.lot import Lot
from trace.records.plot import GrowingArea, Plot, SiteStatusChange
from trace.records.rules import PesticideRule, YieldRule
from trace.services import rules
from trace.services.gate_facts import AREA, LOOK_BACK, PLOT, picked_in, sprays_of
from trace.services.gates import Stop
from trace.services.harvesting import HarvestFacts
from trace.services.lineage import portions
from trace.services.site_standing import stop_of


class GatheredFacts(HarvestFacts):
    """Answers for the plots, days and materials it was told of.

    Lots that are about to be written count with what was picked once they were told by ``count``.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._sprays: dict[int, list[DiaryEntry]] = {}
        self._pesticides: dict[tuple[str, str], list[PesticideRule]] = {}
        self._yields: Sequence[YieldRule] = ()
        self._areas: dict[int, GrowingArea] = {}
        self._standings: dict[int, list[SiteStatusChange]] = {}
        self._picked: Counter[tuple[str, int, int]] = Counter()

    def learn(self, plots: Collection[Plot], days: Collection[date], areas: Collection[int] = ()) -> None:
        """Ask what stops harvests of these plots on these days; ``areas`` are more growing areas."""
        if not plots or not days:
            return
        self._learn_sprays([plot.id for plot in plots], min(days), max(days))
        self.learn_materials({spray.material_key for some in self._sprays.values() for spray in some})
        own = {plot.growing_area_id for plot in plots if plot.growing_area_id is not None}
        self._learn_areas({*own, *areas})

    def learn_yields(self, plots: Collection[Plot], years: Collection[int]) -> None:
        """Ask how much these plots and their growing areas bore in these years, and may bear."""
        self._yields = rules.yield_rules(self.session, {plot.crop for plot in plots})
        areas = {plot.growing_area_id for plot in plots if plot.growing_area_id is not None}
        for year in years:
            self._learn_picked(PLOT, {plot.id for plot in plots}, year)
            self._learn_picked(AREA, areas, year)

    def _learn_sprays(self, plots: Collection[int], first: date, last: date) -> None:
        self._sprays = {}
        for some in portions(plots):
            for spray in self.session.execute(sprays_of(some, first - LOOK_BACK, last)).scalars():
                self._sprays.setdefault(spray.plot_id, []).append(spray)

    def learn_materials(self, materials: Collection[str]) -> None:
        """Ask for the rules of these materials."""
        self._pesticides = {}
        for some in portions(materials):
            for rule in rules.pesticide_rules_of(self.session, some):
                self._pesticides.setdefault((rule.search_key, rule.crop), []).append(rule)

    def _learn_areas(self, areas: Collection[int]) -> None:
        self._areas, self._standings = {}, {}
        of_area = col(SiteStatusChange.growing_area_id)
        order = (col(SiteStatusChange.since).desc(), col(SiteStatusChange.id).desc())
        for some in portions(areas):
            found = select(GrowingArea).where(col(GrowingArea.id).in_(some))
            self._areas |= {area.id: area for area in self.session.execute(found).scalars()}
            lines: Any = select(SiteStatusChange).where(of_area.in_(some)).order_by(*order)
            for line in self.session.execute(lines).scalars():
                self._standings.setdefault(line.growing_area_id, []).append(line)

    def _learn_picked(self, column: str, numbers: Collection[int], year: int) -> None:
        """What was asked before holds lots to be written already."""
        new = {number for number in numbers if (column, number, year) not in self._picked}
        self._picked.update({(column, number, year): 0 for number in new})
        for some in portions(new):
            for number, grams in self.session.execute(picked_in(column, some, year)):
                self._picked[column, number, year] = int(grams)

    def count(self, lot: Lot) -> None:
        """A lot to be written, which counts for those after it."""
        for column, number in ((PLOT, lot.plot_id), (AREA, lot.growing_area_id)):
            if number is not None:
                self._picked[column, number, lot.harvested_on.year] += lot.weight_g

    def sprays(self, plot_id: int, until: date) -> Sequence[DiaryEntry]:
        """As of every gate."""
        return [one for one in self._sprays.get(plot_id, ()) if until - LOOK_BACK <= one.done_on <= until]

    def pesticide_rules(self, material_key: str, crop: str) -> Sequence[PesticideRule]:
        """As of every gate."""
        return self._pesticides.get((material_key, crop), [])

    def yield_rule(self, crop: str, variety: str, day: date) -> YieldRule | None:
        """As of every gate."""
        return rules.yield_rule_among(self._yields, crop, variety, day)

    def growing_area(self, number: int) -> GrowingArea | None:
        """As of every gate."""
        return self._areas.get(number)

    def picked_g(self, column: str, number: int, year: int, without: int | None) -> int:
        """As of every gate; a lot to be written is not among what was asked."""
        return self._picked[column, number, year]

    def standing_stops(self, lot: Lot) -> list[Stop]:
        """As of every gate."""
        area = self._areas.get(lot.growing_area_id or 0)
        if area is None:
            return []
        known = (one for one in self._standings.get(area.id, ()) if one.since <= lot.harvested_on)
        found = stop_of(area, next(known, None), lot.harvested_on, lot.code)
        return [found] if found is not None else []
