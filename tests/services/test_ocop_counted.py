"""How many products hold stars: each once, by the decision in force."""

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

from trace.services.ocop import RatedProduct, in_force, is_replaced

TODAY = date(2026, 6, 12)


def rated(product: int, since: int, until: int) -> RatedProduct:
    """A decision begun so many days before today, held until so many after it."""
    rating = SimpleNamespace(decided_on=TODAY - timedelta(days=since), valid_to=TODAY + timedelta(days=until))
    return RatedProduct(rating, SimpleNamespace(id=product), None)  # type: ignore[arg-type]


def test_a_product_decided_on_twice_counts_once_and_its_first_decision_is_replaced() -> None:
    first, second = rated(1, 400, 10), rated(1, 5, 900)
    over, to_come = rated(2, 1_200, -1), rated(3, -2, 900)
    every = [first, second, over, to_come]
    assert in_force(every, TODAY) == (1, 3)
    assert [is_replaced(one, every, TODAY) for one in every] == [True, False, False, False]
    later = replace(second, rating=SimpleNamespace(decided_on=TODAY + timedelta(days=1), valid_to=TODAY))
    assert not is_replaced(first, [first, later], TODAY)
