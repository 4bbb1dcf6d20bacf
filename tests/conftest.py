"""Fixtures every room shares: a database of each kind, keys, the web application."""

import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient

import nongsan  # puts the project's folder first on the path
from tests.databases import KINDS, PostgresTemplates, SqliteTemplates, opened, quick_folder
from tests.passwords import make_light
from trace.db import Database, use_database
from trace.keyring import Keyring, use_keyring
from trace.settings import Settings

assert nongsan.ROOT

# No test is judged by how long an example takes on a busy machine.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")

make_light()

# Every test that asks for it starts on the eve of the main lychee season.
SEASON = datetime(2026, 6, 12, 2, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def sqlite_templates(tmp_path_factory: pytest.TempPathFactory) -> SqliteTemplates:
    return SqliteTemplates(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_templates() -> Iterator[PostgresTemplates]:
    """One server a test run: its workers share it, and no other run's housekeeping removes its folder."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = quick_folder() / f"nongsan-test-{run[:12]}"
    templates = PostgresTemplates(folder)
    yield templates
    templates.close()


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a fresh, migrated database, once on each kind."""
    templates = request.getfixturevalue(f"{'sqlite' if request.param == 'sqlite' else 'postgres'}_templates")
    with templates.fresh() as url:
        yield url


@pytest.fixture
def sqlite_url(sqlite_templates: SqliteTemplates) -> Iterator[str]:
    """A fresh SQLite database, for tests whose subject is not the database."""
    with sqlite_templates.fresh() as url:
        yield url


def _opened(url: str) -> Iterator[Database]:
    database = opened(url)
    use_database(database)
    use_keyring(Keyring(secrets.token_bytes(32)))
    yield database
    use_database(None)
    use_keyring(None)
    database.close()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh database of each kind, in use, with a keyring."""
    yield from _opened(database_url)


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Database]:
    """A fresh SQLite database in use, with a keyring."""
    yield from _opened(sqlite_url)


@pytest.fixture
def now() -> datetime:
    return SEASON


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(instance=tmp_path, public_url="http://localhost")


@pytest.fixture
def app(sqlite: Database, settings: Settings) -> Iterator[Flask]:
    """The web application over a fresh SQLite database."""
    from tests.application import application

    flask = application(settings)
    yield flask
    flask.extensions["scan_writer"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
