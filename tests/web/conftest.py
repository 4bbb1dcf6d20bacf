"""What several tests of pages share: simulators on loopback, and a cooperative that sends parcels."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.marketplaces.carrier_stall import CarrierStall
from tests.marketplaces.stalls import serving
from tests.web.parcels import Office, open_office
from trace.db import Database


@pytest.fixture(scope="session")
def simulators() -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.fixture
def asked_office(database: Database, simulators: str, tmp_path: Path) -> Iterator[Office]:
    """One that is signed in at a carrier which can be asked, on each kind of database."""
    stall = CarrierStall(simulators)
    office = open_office(stall, tmp_path, lookup="getOrderInfoByOrderNumber")
    assert office.connect().status_code == 303
    yield office
    stall.do("fault", kind="none")
    stall.do("switch", name="lookup")
