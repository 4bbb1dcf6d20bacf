"""The table of labels holds together, and so must a stock that somebody measured."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labels.errors import BadJob
from labels.stock import STOCKS, Stock, checked_stock, roll, sheet

USER_MADE = {
    "round 25": replace(roll(25, 25), name="round-25", is_oval=True),
    "oval 30 x 20": replace(roll(30, 20), name="oval-30x20", is_oval=True),
    "fruit sheet": sheet("fruit-a4", (7, 10), (25, 25), 28),
}


@pytest.mark.parametrize("stock", [*STOCKS.values(), *USER_MADE.values()], ids=[*STOCKS, *USER_MADE])
def test_every_label_lies_on_its_page_and_touches_no_other(stock: Stock) -> None:
    assert checked_stock(stock) is stock
    assert_sound(stock)


def assert_sound(stock: Stock) -> None:
    corners = [stock.corner_mm(cell) for cell in range(1, stock.cells + 1)]
    for left, top in corners:
        assert left >= 0
        assert left + stock.label_width_mm <= stock.page_width_mm + 1e-5
        assert top >= 0
        assert top + stock.label_height_mm <= stock.page_height_mm + 1e-5
    for number, (left, top) in enumerate(corners):
        for other_left, other_top in corners[number + 1 :]:
            apart = abs(left - other_left) >= stock.label_width_mm - 1e-5
            assert apart or abs(top - other_top) >= stock.label_height_mm - 1e-5


def test_tomy_145_is_five_by_thirteen_on_a4() -> None:
    stock = STOCKS["tomy-145"]
    assert (stock.cells, stock.columns, stock.page_width_mm, stock.page_height_mm) == (65, 5, 210, 297)
    assert stock.corner_mm(6) == pytest.approx((stock.left_mm, stock.top_mm + 21.2))


@pytest.mark.parametrize("cell", [0, -1, 66])
def test_a_cell_the_page_lacks_is_refused(cell: int) -> None:
    with pytest.raises(BadJob) as refusal:
        STOCKS["tomy-145"].corner_mm(cell)
    assert refusal.value.params == {"field": "start_cell", "value": cell, "max": 65}


A4 = STOCKS["tomy-145"]


@pytest.mark.parametrize(
    ("changes", "field", "most"),
    [
        ({"label_width_mm": 42.0}, "pitch_x_mm", ">= 42"),
        ({"pitch_x_mm": 44.0}, "pitch_x_mm", 41.78),
        ({"pitch_y_mm": 24.0}, "pitch_y_mm", 22.09),
        ({"left_mm": 11.0}, "pitch_x_mm", 40.22),
        ({"left_mm": -0.1}, "left_mm", ">= 0"),
        ({"top_mm": 280.0}, "top_mm", 275.8),
        ({"label_height_mm": 9.0}, "label_height_mm", ">= 10"),
        ({"label_width_mm": 211.0, "columns": 1}, "label_width_mm", 210),
        ({"columns": 0}, "columns", ">= 1"),
        ({"columns": 40, "rows": 40}, "cells", 1000),
        ({"form": "roll"}, "rows", 1),
        ({"form": "reel"}, "form", "sheet, roll"),
        ({"name": "tem nhỏ"}, "name", "[A-Za-z0-9][A-Za-z0-9._-]{0,31}"),
        ({"page_width_mm": 1300.0}, "page_width_mm", 1200),
        ({"page_height_mm": math.nan}, "page_height_mm", ">= 10"),
        ({"left_mm": math.inf}, "left_mm", ">= 0"),
    ],
)
def test_a_stock_that_cannot_be_is_refused_by_its_first_wrong_figure(
    changes: dict[str, object], field: str, most: object
) -> None:
    with pytest.raises(BadJob) as refusal:
        checked_stock(replace(A4, **changes))  # type: ignore[arg-type]
    assert refusal.value.params["field"] == field
    assert refusal.value.params["max"] == most


MM = st.floats(-5, 320).map(lambda value: round(value, 2))


@given(
    columns=st.integers(-1, 12),
    rows=st.integers(-1, 20),
    label=st.tuples(MM, MM),
    pitch=st.tuples(MM, MM),
    corner=st.tuples(MM, MM),
    form=st.sampled_from(["sheet", "roll"]),
)
def test_whatever_is_accepted_lies_on_its_page(columns, rows, label, pitch, corner, form) -> None:
    stock = Stock("mine", form, columns, rows, *label, *pitch, *corner, 210, 297, False)
    try:
        checked_stock(stock)
    except BadJob as problem:
        refused = problem.params["field"]
    else:
        refused = None
        assert_sound(stock)
    assert refused in {None, *vars(stock), "cells"}
