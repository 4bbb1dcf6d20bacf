"""Every stall there is: a case that takes ``stall`` runs once at each marketplace."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.marketplaces.stalls import MARKETS, MemoryStall, SimulatedStall, Stall, serving


@pytest.fixture(scope="session")
def simulators() -> Iterator[str]:
    with serving() as address:
        yield address


def stall_at(simulators: str, market: str) -> Iterator[SimulatedStall]:
    stall = SimulatedStall(simulators, MARKETS[market])
    yield stall
    stall.fault("none")
    stall.do("clock", offset_s=0)


@pytest.fixture
def shopee(simulators: str) -> Iterator[SimulatedStall]:
    yield from stall_at(simulators, "shopee")


@pytest.fixture
def lazada(simulators: str) -> Iterator[SimulatedStall]:
    yield from stall_at(simulators, "lazada")


@pytest.fixture
def tiktok(simulators: str) -> Iterator[SimulatedStall]:
    yield from stall_at(simulators, "tiktok")


@pytest.fixture
def sendo(simulators: str) -> Iterator[SimulatedStall]:
    yield from stall_at(simulators, "sendo")


@pytest.fixture
def alibaba(simulators: str) -> Iterator[SimulatedStall]:
    yield from stall_at(simulators, "alibaba")


@pytest.fixture
def tiki(simulators: str) -> Iterator[SimulatedStall]:
    yield from stall_at(simulators, "tiki")


@pytest.fixture(params=sorted(MARKETS))
def simulated(request: pytest.FixtureRequest, simulators: str) -> Iterator[SimulatedStall]:
    yield from stall_at(simulators, request.param)


@pytest.fixture(params=["memory", *sorted(MARKETS)])
def stall(request: pytest.FixtureRequest, simulators: str) -> Iterator[Stall]:
    if request.param == "memory":
        yield MemoryStall()
    else:
        yield from stall_at(simulators, request.param)


@pytest.fixture
def stall_of(simulators: str) -> Iterator[Callable[[str], SimulatedStall]]:
    """Stalls by name, for cases that say themselves where they run."""
    with ExitStack() as opened:
        yield lambda market: opened.enter_context(contextmanager(stall_at)(simulators, market))
