"""One simulated marketplace a session, emptied for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jobs.mail_world import MailWorld, make_mail_world
from tests.jobs.market import Market, Stand, market_server, open_stand
from tests.mail_stand import MailStand
from tests.mail_stand import open_stand as open_stand_for_mail
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


@pytest.fixture
def post(tmp_path: Path) -> Iterator[MailStand]:
    """A mail server of its own for each test."""
    found = open_stand_for_mail(tmp_path)
    yield found
    found.close()


@pytest.fixture
def office(database: Database, database_url: str, post: MailStand, tmp_path: Path) -> MailWorld:
    """An office that sends mail, on each kind of database."""
    return make_mail_world(database_url, tmp_path, post)


@pytest.fixture
def lite_office(sqlite: Database, sqlite_url: str, post: MailStand, tmp_path: Path) -> MailWorld:
    """The same, for tests whose subject is not the database."""
    return make_mail_world(sqlite_url, tmp_path, post)
