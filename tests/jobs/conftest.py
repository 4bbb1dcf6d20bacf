"""One simulated marketplace a session, emptied for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jobs.market import Market, Stand, market_server, open_stand
from tests.marketplaces.stalls import MARKETS
from trace.db import Database


@pytest.fixture(scope="session")
def market_of_session() -> Iterator[Market]:
    with market_server() as market:
        yield market


@pytest.fixture
def market(market_of_session: Market) -> Market:
    market_of_session.control("reset")
    return market_of_session


@pytest.fixture
def stand(database: Database, market: Market, tmp_path: Path) -> Stand:
    """A connected shop, on each kind of database."""
    return open_stand(market, tmp_path)


@pytest.fixture(params=sorted(MARKETS))
def any_market(request: pytest.FixtureRequest, market_of_session: Market) -> Market:
    """Each simulated marketplace in turn, emptied."""
    market = Market(market_of_session.root, MARKETS[request.param])
    market.control("reset")
    return market


@pytest.fixture
def lite(sqlite: Database, market: Market, tmp_path: Path) -> Stand:
    """A connected shop, for tests whose subject is not the database."""
    return open_stand(market, tmp_path)
