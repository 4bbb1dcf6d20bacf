"""Two cooperatives with a program each, on both databases."""

from dataclasses import dataclass
from datetime import datetime

import pytest
from flask import Flask

from tests import world
from tests.epcis.client import Program, token_of
from trace.db import Database, transaction
from trace.services import instance_facts
from trace.settings import Settings

HOST = "localhost"


@dataclass
class Two:
    """A cooperative and its neighbour, each with its program; the office's; and nobody's."""

    app: Flask
    coop: world.Coop
    other: world.Coop
    mine: Program
    theirs: Program
    office: Program
    nobody: Program


def two_on(app: Flask, now: datetime) -> Two:
    with transaction() as session:
        instance_facts.found(session, public_url=f"http://{HOST}", is_demo=False)
        coop, other = world.make_coop(session, now), world.make_coop(session, now)
        office = world.make_office(session, now)
        tokens = [token_of(session, account, now) for account in (coop.manager, other.manager, office)]
    programs = [Program(app, token) for token in (*tokens, "")]
    return Two(app, coop, other, *programs)


@pytest.fixture
def two(database: Database, settings: Settings, now: datetime) -> Two:
    from trace.app import create_app

    app = create_app(settings)
    app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False)
    return two_on(app, now)
