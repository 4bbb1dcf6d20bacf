"""The web application of a test: built once a process, told anew what it is for each test."""

import functools
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from trace.app import configure, create_app
from trace.settings import Settings
from trace.web import checking, feed, open_data, problem_pages
from trace.web.office import board

TESTING: dict[str, Any] = {"TESTING": True, "WTF_CSRF_ENABLED": False, "PROPAGATE_EXCEPTIONS": False}


@functools.cache
def _built() -> Flask:
    """A route costs more to make than most pages to show."""
    return create_app(Settings(instance=Path("/unused"), public_url="http://localhost"))


def application(settings: Settings) -> Flask:
    """The application under these settings, over the database in use; tests of form marks switch them on.

    The one handed out before is the same and now tells these settings.
    """
    flask = _built()
    flask.extensions["scan_writer"].close()
    vars(flask).pop("wsgi_app", None)  # the proxies of the test before
    configure(flask, settings)
    for room in (checking, open_data, feed, problem_pages, board):  # what each remembers of who asked
        room.prepare(flask)
    flask.config.update(TESTING)
    return flask


def a_minute_later(client: FlaskClient) -> FlaskClient:
    """The office's page remembers a minute; what a test wrote past it shows after that."""
    client.application.extensions["season_page"].forget()
    return client
