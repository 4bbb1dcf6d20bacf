"""The table of labels holds together."""

import pytest

from labels.errors import BadJob
from labels.stock import STOCKS, Stock


@pytest.mark.parametrize("stock", STOCKS.values(), ids=STOCKS)
def test_every_label_lies_on_its_page_and_touches_no_other(stock: Stock) -> None:
    corners = [stock.corner_mm(cell) for cell in range(1, stock.cells + 1)]
    for left, top in corners:
        assert left >= 0
        assert left + stock.label_width_mm <= stock.page_width_mm + 1e-9
        assert top >= 0
        assert top + stock.label_height_mm <= stock.page_height_mm + 1e-9
    for number, (left, top) in enumerate(corners):
        for other_left, other_top in corners[number + 1 :]:
            apart = abs(left - other_left) >= stock.label_width_mm - 1e-9
            assert apart or abs(top - other_top) >= stock.label_height_mm - 1e-9


def test_tomy_145_is_five_by_thirteen_on_a4() -> None:
    stock = STOCKS["tomy-145"]
    assert (stock.cells, stock.columns, stock.page_width_mm, stock.page_height_mm) == (65, 5, 210, 297)
    assert stock.corner_mm(6) == pytest.approx((stock.left_mm, stock.top_mm + 21.2))


@pytest.mark.parametrize("cell", [0, -1, 66])
def test_a_cell_the_page_lacks_is_refused(cell: int) -> None:
    with pytest.raises(BadJob) as refusal:
        STOCKS["tomy-145"].corner_mm(cell)
    assert refusal.value.params == {"field": "start_cell", "value": cell, "max": 65}
