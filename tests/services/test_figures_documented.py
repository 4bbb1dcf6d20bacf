"""The catalogue, its words and its page in the docs say the same."""

import re
from pathlib import Path

import pytest
from sqlalchemy import literal

from trace.services.crops import CROPS
from trace.services.figures.asking import Dimension
from trace.services.figures.catalogue import BY_NAME, MEASURES
from trace.services.figures.fact import Cell
from trace.services.figures.measure import Measure, Unit
from trace.services.figures.tables import told
from trace.services.gates import crop_word
from trace.services.verdicts import IN_BLOCK, State
from trace.texts.catalogs import shown, t
from trace.texts.files import catalog
from trace.web.office.figure_asking import FILTERS

PAGE = Path(__file__).parents[2] / "docs" / "figures.md"


def test_every_indicator_is_measured_and_no_name_comes_twice() -> None:
    assert {measure.number for measure in MEASURES} == set(range(1, 25))
    assert len(BY_NAME) == len(MEASURES)


def test_the_page_has_a_row_of_each_figure_with_its_version_and_formula() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if re.match(r"\| \d", line)]  # the page has another table, of sums
    formulas = {one.name: t("en", f"measure.{one.name}.formula") for one in MEASURES}
    assert rows == [
        f"| {one.number} | `{one.name}` | {one.version} | {one.unit.value} | {formulas[one.name]} |"
        for one in MEASURES
    ]


def test_the_page_names_every_cut() -> None:
    said = PAGE.read_text(encoding="utf-8")
    assert all(f"`{one.value}`" in said for one in Dimension)


@pytest.mark.parametrize("measure", MEASURES, ids=lambda one: one.name)
def test_every_figure_and_cell_has_its_words_in_both_languages(measure: Measure) -> None:
    keys = {f"measure.{measure.name}", f"measure.{measure.name}.formula"}
    keys |= (
        {f"measure.{measure.name}.unit"} if measure.unit is Unit.COUNT else {f"figures.unit.{measure.unit}"}
    )
    keys |= {f"figures.by.{one.value}" for one in measure.dimensions}
    for count in measure.counts:
        for rows in count.behind(None):
            keys |= {f"figures.of.{rows.fact.name}"}
            keys |= {f"figures.cell.{cell.name}" for cell in rows.fact.cells}
    assert keys <= catalog("vi").keys()
    assert keys <= catalog("en").keys()


def test_everything_but_time_can_be_filtered_by() -> None:
    assert set(Dimension) - set(FILTERS) == {Dimension.DAY, Dimension.MONTH, Dimension.SEASON}
    assert len(set(FILTERS.values())) == len(FILTERS)


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("state", sorted(IN_BLOCK))
def test_rows_say_what_a_scan_was_told_in_words(state: State, lang: str) -> None:
    cells = (Cell("verdict", "verdict", literal("")), Cell("variety", "variety", literal("")))
    ((verdict, variety, _),) = told(cells, [(state.value, "thieu", 1)], lang)
    assert verdict == t(lang, f"verdict.{state.value.lower()}.headline")
    assert variety == t(lang, "variety.thieu")


def test_rows_show_a_variety_nobody_knows_as_it_was_written() -> None:
    cell = Cell("variety", "variety", literal(""))
    assert list(told((cell,), [("vai nha ba Tu", 1)], "vi")) == [["vai nha ba Tu", 1]]


def test_every_crop_is_said_in_words() -> None:
    words = [t("vi", f"crop.{crop}") for crop in CROPS]
    assert [str(shown("vi", crop_word(crop))) for crop in CROPS] == words
    assert crop_word("dragon_fruit") == "dragon_fruit"
