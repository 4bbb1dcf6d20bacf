"""The demonstration: every answer is there, the figures are the shops', and removing it leaves nothing."""

import contextlib
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import distinct, func, select
from sqlmodel import col

from marketplaces.simulators.app import create_app as create_simulators
from tests.effort import effort
from trace.app import create_app
from trace.commands import demo_season
from trace.commands.demo import demo
from trace.commands.demo_season import folder
from trace.commands.demo_season.accounts import ACCOUNTS, new_password, read_accounts
from trace.commands.demo_season.days import Days
from trace.commands.demo_season.goods import FILE_SHOP, GOODS, SHOPS
from trace.commands.demo_season.market import Market
from trace.commands.demo_season.pictures import MOTIFS
from trace.commands.demo_season.places import COOPS
from trace.commands.demo_season.selling import RATE_SOURCE
from trace.commands.demo_season.telling import read_stamps
from trace.commands.founding import found_instance
from trace.commands.servers import Server, free_port
from trace.commands.serving_alone import serve_alone
from trace.db import Database, current_database, open_database, reading, use_database
from trace.errors import Refused
from trace.keyring import load_keyring, use_keyring
from trace.records.carrier import CarrierAccount
from trace.records.event import LogLeaf
from trace.records.exchange_rate import ExchangeRate
from trace.records.file_exchange import FileReport
from trace.records.household import Household
from trace.records.lot import Hold, Lot, LotKind
from trace.records.market_order import MarketOrder
from trace.records.organisation import Organisation
from trace.records.plot import Plot
from trace.records.product import OcopRating
from trace.records.recall import Recall
from trace.records.schema import metadata
from trace.records.shop import Listing, Shop
from trace.records.sums import SalesDay
from trace.records.training import TrainingAttendance
from trace.services import recounting
from trace.services.verdicts import State
from trace.settings import Settings, load_settings
from trace.standards.passwords import LEAST_ALONE
from trace.texts.catalogs import t

CODES = {plan.code: plan.name for plan in COOPS}

pytestmark = pytest.mark.timeout(1_800)  # the first test loads the season
SMALL = demo_season.Size(coops=5, households=2, order_days=12, orders=0.3, scans=1)


@dataclass
class Loaded:
    """A small season that was loaded once, and what was said meanwhile."""

    base: Settings
    settings: Settings
    port: int
    lines: list[str]
    said: str

    @property
    def folder(self) -> Path:
        return self.settings.instance

    @property
    def stamps(self) -> list[tuple[str, str]]:
        return read_stamps(self.folder)


def load(base: Settings, port: int) -> tuple[Settings, list[str], str]:
    settings, said = demo_season.settings_for(base, port), io.StringIO()
    with demo_season.making(base.instance), contextlib.redirect_stderr(said):
        demo_season.prepare(settings)
        simulators = Server(create_simulators(settings.instance / "simulators.sqlite3"), "127.0.0.1", port)
        simulators.start()
        try:
            found_instance(settings, is_demo=True)
            lines = demo_season.ensure(settings, port, SMALL)
        finally:
            simulators.stop()
            current_database().close()
            use_database(None)
            use_keyring(None)
    return settings, lines, said.getvalue()


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    base = load_settings({}, instance=tmp_path_factory.mktemp("instance"))
    port = free_port("127.0.0.1", 0)
    return Loaded(base, *_with_port(port, load(base, port)))


def _with_port(port: int, told: tuple[Settings, list[str], str]) -> tuple[Settings, int, list[str], str]:
    settings, lines, said = told
    return settings, port, lines, said


@pytest.fixture
def season(loaded: Loaded) -> Iterator[Database]:
    opened = open_database(loaded.settings.database)
    use_database(opened)
    use_keyring(load_keyring(loaded.settings.master_key))
    yield opened
    use_database(None)
    use_keyring(None)
    opened.close()


@pytest.fixture
def site(loaded: Loaded, season: Database) -> Iterator[Flask]:
    flask = create_app(loaded.settings)
    flask.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    yield flask
    flask.extensions["scan_writer"].close()


def counts() -> dict[str, int]:
    with reading() as session:
        tables = metadata.sorted_tables
        return {
            table.name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for table in tables
        }


def test_a_stamp_of_every_state_answers_as_its_line_says(loaded: Loaded, site: Flask) -> None:
    told = {}
    for state, code in loaded.stamps:
        answer = site.test_client().get(f"/{code}", headers={"Accept": "application/json"})
        told.setdefault(state, set()).add(answer.get_json()["state"])
    assert told == {state: {state} for state in told}
    everything = {state.value for state in State} - {"MALFORMED", "THROTTLED", "UNAVAILABLE"}
    assert set(told) == everything - {"FORGED", "UNALLOCATED"} | {"NOT_FOUND"}


def test_every_page_says_that_it_is_a_demonstration(loaded: Loaded, site: Flask) -> None:
    code = dict(loaded.stamps)["SEEN"]
    assert t("vi", "demo.mark") in site.test_client().get(f"/{code}").text
    assert t("vi", "demo.band") in site.test_client().get("/dang-nhap").text


def test_every_account_signs_in_with_the_password_of_the_file(loaded: Loaded, site: Flask) -> None:
    passwords = read_accounts(loaded.folder)
    assert set(passwords) == {plan.login for plan in ACCOUNTS}
    for login, password in passwords.items():
        assert len(password) >= LEAST_ALONE
        answer = site.test_client().post("/dang-nhap", data={"login": login, "password": password})
        assert answer.status_code == 302, login
        assert any(login in line and password in line for line in loaded.lines)


def test_passwords_stand_in_one_private_file_and_in_no_log(loaded: Loaded) -> None:
    passwords = [password.encode() for password in read_accounts(loaded.folder).values()]
    files = [file for file in loaded.folder.rglob("*") if file.is_file() and file.name != "accounts.txt"]
    assert len(files) > 5
    for file in files:
        assert not any(password in file.read_bytes() for password in passwords), file.name
    assert not any(password.decode() in loaded.said for password in passwords)
    for name in ("accounts.txt", "stamps.txt", "master.key"):
        assert (loaded.folder / name).stat().st_mode & 0o777 == 0o600


def test_figures_are_those_of_the_shops(loaded: Loaded, season: Database) -> None:
    simulators = create_simulators(loaded.folder / "simulators.sqlite3").test_client()
    connected = {plan.number for plan in SHOPS if plan.is_connected}
    names = ("orders", "transactions", "quantity", "revenue_vnd")
    truth = {
        (row["listing"], row["day"]): tuple(row[name] for name in names)
        for marketplace in sorted({plan.marketplace for plan in SHOPS})
        for row in simulators.get(f"/control/{marketplace}/truth").get_json()
        if row["shop"] in connected
    }
    with reading() as session:
        rows = session.execute(
            select(SalesDay, Listing)
            .join(Listing, col(Listing.id) == col(SalesDay.listing_id))
            .join(Shop, col(Shop.id) == col(Listing.shop_id))
            .where(col(Shop.marketplace) != FILE_SHOP.marketplace)
        )
        ours = {  # a variant stands behind a slash; these listings have one at most
            (listing.ext_listing_id.partition("/")[0], row.day.isoformat()): tuple(
                getattr(row, name) for name in names
            )
            for row, listing in rows
        }
        assert recounting.recount(session, check=True) == []
    assert len(truth) > 20
    assert ours == truth


def test_the_shop_kept_by_files_counts_one_report_and_leaves_one_to_the_visitor(season: Database) -> None:
    with reading() as session:
        states = session.execute(select(col(FileReport.state)).order_by(col(FileReport.id))).scalars().all()
        counted, waits = session.execute(select(FileReport).order_by(col(FileReport.id))).scalars()
        lines = (
            select(func.count(), func.sum(SalesDay.revenue_vnd))
            .join(Listing, col(Listing.id) == col(SalesDay.listing_id))
            .join(Shop, col(Shop.id) == col(Listing.shop_id))
            .where(col(Shop.marketplace) == FILE_SHOP.marketplace, col(Listing.product_id).is_not(None))
        )
        days, revenue = session.execute(lines).one()
    assert states == ["taken", "checked"]
    assert (counted.held, counted.vanished) == (0, 0)
    assert counted.rows >= 3
    assert waits.rows >= 1
    assert days >= 2
    assert revenue > 0


def test_every_order_in_dollars_has_its_dong_by_a_rate_that_says_it_is_made_up(season: Database) -> None:
    with reading() as session:
        orders = (
            session.execute(select(MarketOrder).where(col(MarketOrder.currency) == "USD")).scalars().all()
        )
        sources = set(session.execute(select(col(ExchangeRate.source))).scalars())
        rated = col(Listing.price_rate_id).is_not(None)
        prices = session.execute(select(col(Listing.price_minor)).where(rated)).scalars().all()
    assert orders
    assert all(order.is_priced for order in orders)
    assert sources == {RATE_SOURCE}
    assert prices == [600]  # the one whose price is ours


def test_who_sells_can_send_parcels_by_the_simulated_carrier(loaded: Loaded, season: Database) -> None:
    with reading() as session:
        states = session.execute(select(col(CarrierAccount.state))).scalars().all()
    assert states
    assert set(states) == {"connected"}
    assert loaded.settings.carriers["viettelpost"].base_url.startswith("http://127.0.0.1:")


def test_orders_have_every_fate_and_some_listings_wait_for_their_product(season: Database) -> None:
    with reading() as session:
        statuses = set(session.execute(select(col(MarketOrder.status)).distinct()).scalars())
        unmapped = session.execute(select(Listing).where(col(Listing.product_id).is_(None))).scalars().all()
        shops = session.execute(select(Shop)).scalars().all()
    told = {(plan.marketplace, plan.number) for plan in SHOPS if plan.is_connected}
    told.add((FILE_SHOP.marketplace, FILE_SHOP.number))
    assert {(shop.marketplace, shop.ext_shop_id) for shop in shops} == told
    assert {shop.marketplace for shop in shops} == {"shopee", "lazada", "tiktok", "tiki", "alibaba", "voso"}
    assert {"placed", "completed", "cancelled"} <= statuses
    assert {row.ext_sku for row in unmapped} == {"QUA-TET", "CR-BABY"}


def test_one_lot_is_on_hold_one_recalled_and_yields_are_those_of_the_field(season: Database) -> None:
    with reading() as session:
        holds = session.execute(select(Hold)).scalars().all()
        assert [hold.rule for hold in holds] == ["gate.phi"]
        assert session.execute(select(func.count()).select_from(Recall)).scalar_one() == 1
        harvested = session.execute(
            select(func.sum(Lot.weight_g), func.max(Plot.area_m2), func.max(Lot.yield_reason))
            .join(Plot, col(Plot.id) == col(Lot.plot_id))
            .where(col(Lot.kind) == LotKind.HARVEST, col(Lot.crop) == "lychee")
            .group_by(col(Lot.plot_id), func.extract("year", col(Lot.harvested_on)))
        ).all()
    rates = [(weight_g / 100 / area_m2, reason) for weight_g, area_m2, reason in harvested]
    assert all(8 < rate < 18 for rate, _reason in rates)
    assert sum(bool(reason) for _rate, reason in rates) == 1
    assert all(bool(reason) == (rate > 17.2) for rate, reason in rates)


def test_every_cooperative_picked_the_year_before_and_not_quite_as_much(season: Database) -> None:
    """So that the page of the season does not tell of a growth that is none."""
    with reading() as session:
        year = func.extract("year", col(Lot.harvested_on)).label("year")
        found = session.execute(
            select(col(Lot.org_id), year, func.sum(Lot.weight_g))
            .where(col(Lot.kind) == LotKind.HARVEST)
            .group_by(col(Lot.org_id), year)
        ).all()
        old = col(Lot.harvested_on) < date(int(max(row.year for row in found)), 1, 1)
        waits = select(col(Organisation.name), func.count()).join(Lot, col(Lot.org_id) == Organisation.id)
        signed_in = {CODES[plan.coop] for plan in ACCOUNTS if plan.coop}
        of_theirs = col(Lot.state) == "open", old, col(Organisation.name).in_(signed_in)
        stock = session.execute(waits.where(*of_theirs).group_by(col(Organisation.name))).all()
    before, told = sorted({int(row.year) for row in found})
    sums = {(row[0], int(row.year)): row[2] for row in found}
    assert {org for org, year in sums if year == before} == {org for org, year in sums if year == told}
    whole = {year: sum(grams for (_, at), grams in sums.items() if at == year) for year in (before, told)}
    assert 0.02 < whole[told] / whole[before] - 1 < 0.35
    assert all(n <= 1 for _, n in stock)  # what was dried, and no fruit of last year


def test_two_thirds_of_the_first_households_were_trained(season: Database) -> None:
    with reading() as session:
        everyone = session.execute(select(func.count()).select_from(Household)).scalar_one()
        question = select(func.count(distinct(col(TrainingAttendance.household_id))))
        assert 0.5 < session.execute(question).scalar_one() / everyone < 0.9


def test_the_log_follows_the_days(season: Database) -> None:
    with reading() as session:
        moments = session.execute(select(col(LogLeaf.recorded_at)).order_by(col(LogLeaf.id))).scalars().all()
    # The founding and the shops are of today; between them lies the season, each act after the last.
    year = [at for at in moments if at < max(moments).replace(hour=0, minute=0)]
    assert len(year) > 300
    assert year == sorted(year)


def test_a_second_start_asks_what_it_tells_and_makes_nothing(loaded: Loaded, season: Database) -> None:
    before = (counts(), (loaded.folder / "accounts.txt").read_bytes(), loaded.stamps)
    with effort(season) as spent:
        lines = demo_season.ensure(loaded.settings, loaded.port, SMALL)
    fresh = sum(state == State.FIRST for state, _ in loaded.stamps)
    assert spent.statements <= 4 + 4 * fresh  # whether it is whole, and which stamp nobody has looked at
    assert (counts(), (loaded.folder / "accounts.txt").read_bytes(), loaded.stamps) == before
    assert [line for line in lines if "/htx" in line] == [line for line in loaded.lines if "/htx" in line]


def test_a_whole_demonstration_is_not_swept_and_an_interrupted_one_is(tmp_path: Path, loaded: Loaded) -> None:
    demo_season.prepare(loaded.settings)
    assert (loaded.folder / "accounts.txt").exists()

    settings = demo_season.settings_for(load_settings({}, instance=tmp_path), 1)
    demo_season.prepare(settings)
    found_instance(settings, is_demo=True)
    current_database().close()
    use_database(None)
    use_keyring(None)
    key = settings.master_key.read_text()
    demo_season.prepare(settings)
    assert not settings.master_key.exists(), key
    assert [file.name for file in settings.instance.iterdir()] == [folder.MARK]


def test_nothing_without_the_mark_is_removed(tmp_path: Path) -> None:
    own = tmp_path / "demo"
    own.mkdir()
    (own / "nongsan.sqlite3").write_bytes(b"somebody's own")
    with pytest.raises(Refused) as refused:
        demo_season.remove(own)
    assert refused.value.key == "demo.foreign"
    assert (own / "nongsan.sqlite3").read_bytes() == b"somebody's own"


def test_a_running_demonstration_is_not_removed(tmp_path: Path) -> None:
    settings = demo_season.settings_for(load_settings({}, instance=tmp_path), 1)
    demo_season.prepare(settings)
    held = serve_alone(settings.instance, "http://127.0.0.1:8000")
    with pytest.raises(Refused) as refused:
        demo_season.remove(settings.instance)
    assert refused.value.key == "demo.in_use"
    who = (str(settings.instance), str(os.getpid()), "http://127.0.0.1:8000")
    assert tuple(str(refused.value.params[name]) for name in ("folder", "process", "address")) == who
    os.close(held)
    assert demo_season.remove(settings.instance)
    assert list(tmp_path.iterdir()) == []


def test_the_command_removes_only_the_demonstration(tmp_path: Path) -> None:
    (tmp_path / "master.key").write_text("the real one's")
    demo_season.prepare(demo_season.settings_for(load_settings({}, instance=tmp_path), 1))
    run = CliRunner(env={"NONGSAN_INSTANCE": str(tmp_path), "LANG": "vi"})
    assert run.invoke(demo, ["remove"], input="n\n").exit_code == 1
    assert (tmp_path / "demo").exists()
    assert run.invoke(demo, ["remove", "--yes"]).exit_code == 0
    assert [file.name for file in tmp_path.iterdir()] == ["master.key"]
    assert run.invoke(demo, ["remove", "--yes"]).exit_code == 0


def test_orders_of_the_simulator_outlive_its_restart(tmp_path: Path) -> None:
    path, port = tmp_path / "simulators.sqlite3", free_port("127.0.0.1", 0)
    server = Server(create_simulators(path), "127.0.0.1", port)
    server.start()
    market = Market(port)
    market.seed(SHOPS[0])
    line = {"listing": "VS-500", "quantity": 2}
    order = market.ask("order", shop=SHOPS[0].number, order="A1", lines=[line])["orders"][0]["order"]
    server.stop()
    again = create_simulators(path).test_client()
    told = again.post("/control/shopee", json={"do": "complete", "order": order})
    assert told.get_json()["orders"] == [{"order": "A1", "shop": SHOPS[0].number, "status": "COMPLETED"}]


def test_the_demonstration_never_takes_the_machines_own_database(tmp_path: Path) -> None:
    environ = {"DATABASE_URL": "postgresql+psycopg://x/real", "NONGSAN_MARKS_FILE": "/var/lib/marks"}
    own = demo_season.settings_for(load_settings(environ, instance=tmp_path), 1)
    inside = tmp_path / "demo"
    assert own.database == f"sqlite:///{inside / 'nongsan.sqlite3'}"
    assert {own.marks.parent, own.master_key.parent, own.key_folder.parent} == {inside}


@pytest.mark.parametrize(
    ("today", "year"),
    [("2026-05-31", 2025), ("2026-06-01", 2026), ("2026-11-23", 2026), ("2027-02-01", 2026)],
)
def test_the_season_told_is_the_last_one_with_fruit(today: str, year: int) -> None:
    noon = datetime.combine(date.fromisoformat(today), datetime.min.time(), UTC).replace(hour=5)
    assert Days(noon).year == year


def test_the_shelf_is_whole(loaded: Loaded, season: Database) -> None:
    skus = {good.sku for good in GOODS}
    assert {offer.product for plan in SHOPS for offer in plan.offers if offer.product} <= skus
    assert {good.motif for good in GOODS} == set(MOTIFS)
    assert sum(good.rating is not None for good in GOODS) >= 12
    with reading() as session:
        assert session.execute(select(func.count()).select_from(OcopRating)).scalar_one() >= 8


def test_passwords_differ_and_can_be_typed_anywhere() -> None:
    made = {new_password() for _ in range(50)}
    assert len(made) == 50
    assert all(password.isascii() and len(password) >= LEAST_ALONE for password in made)
