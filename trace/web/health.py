"""Whether the process lives (``/healthz``) and whether it can do its work (``/readyz``)."""

import shutil

from flask import Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from trace.db import current_database, is_reachable
from trace.db_upgrade import schema_head, schema_revision
from trace.errors import NongsanError
from trace.keyring import current_keyring
from trace.web.door import Door, Open
from trace.web.visitor import settings

door = Door("health", __name__)
LEAST_FREE_BYTES = 200 * 1024 * 1024


@door.page("/healthz", Open.PUBLIC)
def healthz() -> tuple[str, int, dict[str, str]]:
    """The process answers; nothing else is asked."""
    return "ok\n", 200, {"Content-Type": "text/plain"}


@door.page("/readyz", Open.PUBLIC)
def readyz() -> tuple[Response, int]:
    """Every dependency by name, without versions or places."""
    states = {
        "database": _database(),
        "schema": _schema(),
        "disk": shutil.disk_usage(settings().instance).free > LEAST_FREE_BYTES,
        "key": _key(),
    }
    return jsonify({name: "ok" if fine else "bad" for name, fine in states.items()}), (
        200 if all(states.values()) else 503
    )


def _database() -> bool:
    try:
        return is_reachable()
    except SQLAlchemyError:
        return False


def _schema() -> bool:
    try:
        return schema_revision(current_database()) == schema_head()
    except SQLAlchemyError:
        return False


def _key() -> bool:
    try:
        current_keyring()
    except NongsanError:
        return False
    return True
