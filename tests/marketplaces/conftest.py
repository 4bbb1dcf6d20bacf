"""Every stall there is: a case that takes ``stall`` runs once at each marketplace."""

from collections.abc import Iterator

import pytest

from tests.marketplaces.stalls import MemoryStall, ShopeeStall, Stall, serving


@pytest.fixture(scope="session")
def simulators() -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.fixture
def shopee(simulators: str) -> Iterator[ShopeeStall]:
    stall = ShopeeStall(simulators)
    yield stall
    stall.fault("none")
    stall.do("clock", offset_s=0)


@pytest.fixture(params=["memory", "shopee"])
def stall(request: pytest.FixtureRequest) -> Stall:
    made: Stall = MemoryStall() if request.param == "memory" else request.getfixturevalue("shopee")
    return made
