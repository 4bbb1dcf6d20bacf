"""What a verdict costs beside an empty Flask answer, and beside a page that walks its rows by the ORM."""

import secrets
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from jinja2 import Environment
from sqlmodel import col, select

from tests import stamped, world
from tests.bench.ruler import Bar
from trace.app import create_app
from trace.db import open_database, reading, transaction, use_database
from trace.db_upgrade import upgrade_database
from trace.keyring import Keyring, use_keyring
from trace.records.lot import Lot
from trace.records.organisation import Organisation
from trace.records.product import OcopRating, Product
from trace.records.stamp import StampActivation, StampBlock
from trace.services.admin_units import load_units
from trace.settings import Settings

PAGES = 60


@cache
def _served() -> tuple[FlaskClient, FlaskClient, list[str], Callable[[int], str]]:
    """Our application and an empty one over a small database; codes seen before; the ORM page."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    now = datetime.now(UTC) - timedelta(hours=1)
    database = open_database(f"sqlite:///{folder / 'bench.sqlite3'}")
    upgrade_database(database)
    use_database(database)
    use_keyring(Keyring(secrets.token_bytes(32)))
    with transaction() as session:
        load_units(session)
        coop = world.make_coop(session, now)
        lot = world.make_lot(
            session, now, coop.plot, coop.product, packed_on=now.date(), harvested_on=now.date()
        )
        block = stamped.make_block(session, now, coop, folder / "keys", PAGES)
        stamped.activate(session, now, block, lot)
        codes = [stamped.code_of(session, block.kid, serial) for serial in range(PAGES)]
    ours = create_app(Settings(instance=folder)).test_client()
    for code in codes:
        ours.get(f"/{code}")
    return ours, _hello().test_client(), codes, _orm_page


def _hello() -> Flask:
    app = Flask("hello")
    app.add_url_rule("/", "hello", lambda: "hello")
    return app


_TEMPLATE = Environment(autoescape=True).from_string(
    "<h1>{{ product.name }}</h1><p>{{ org.name }}</p><p>{{ lot.code }} {{ lot.harvested_on }}</p>"
    "{% for one in stars %}<p>{{ one.stars }}</p>{% endfor %}"
)


def _orm_page(serial: int) -> str:
    """The page a tutorial gives: one object after the other, each by its own question."""
    with reading() as session:
        block = session.exec(select(StampBlock).where(col(StampBlock.first) <= serial)).first()
        active = session.exec(
            select(StampActivation).where(col(StampActivation.block_id) == block.id)
        ).first()
        lot = session.get(Lot, active.lot_id)
        product, org = session.get(Product, lot.product_id), session.get(Organisation, lot.org_id)
        stars = session.exec(select(OcopRating).where(col(OcopRating.product_id) == product.id)).all()
        return _TEMPLATE.render(product=product, org=org, lot=lot, stars=stars)


def _verdicts() -> int:
    ours, _hello_client, codes, _page = _served()
    for code in codes:
        assert ours.get(f"/{code}").status_code == 200
    return len(codes)


def _hellos() -> int:
    _ours, hello, codes, _page = _served()
    for _code in codes:
        assert hello.get("/").status_code == 200
    return len(codes)


def _orm_pages() -> int:
    _ours, _hello_client, codes, page = _served()
    for serial, _code in enumerate(codes):
        assert page(serial)
    return len(codes)


def bars() -> list[Bar]:
    """A whole verdict within so many empty answers, and at least level with the bare rows by the ORM."""
    return [
        Bar("verdict page beside an empty answer", "page", _verdicts, _hellos, "Flask hello", 0.02),
        Bar("verdict page beside an ORM walk", "page", _verdicts, _orm_pages, "SQLModel and Jinja", 0.3),
    ]
