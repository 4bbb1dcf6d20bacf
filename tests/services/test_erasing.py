"""Erasing a person: nothing that names them is left in any table, and the chain of the goods stays whole."""

import json
import runpy
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlmodel import SQLModel, col

from tests import world
from tests.audit.season import Season, season
from trace.db import Database, reading, transaction
from trace.errors import NotAllowed, NotFound, Refused
from trace.log_keys import verifier_keys
from trace.records.account import Account, ApiToken, LoginSession, Role
from trace.records.diary_entry import DiaryEntry
from trace.records.event import LogLeaf
from trace.records.household import Purpose
from trace.records.import_run import ImportUpload
from trace.records.log_tree import RowSalt
from trace.records.lot import Lot
from trace.records.plot import Plot
from trace.records.typed_text import TypedText
from trace.services import households, login_sessions, typed_texts
from trace.services.admission import Actor
from trace.services.auditing.proving import lot_proof
from trace.services.erasing import erase_household
from trace.services.importing import uploads
from trace.services.intake import read
from trace.services.personal_export import personal_export
from trace.standards.search_key import fold_vi

NAME, PHONE, CARD, WHY = "Lê Thị Vải Thiều", "0912345678", "030123456789", "Hộ xin xóa dữ liệu"
MARKS = (NAME, fold_vi(NAME), PHONE, CARD, "Bà Vải", "20.87654", "ba-vai", "zalo của bà")
CHECKER = runpy.run_path(str(Path(__file__).parents[2] / "docs" / "check_proof.py"))
OFFICER = Actor(None, Role.OFFICE)


@pytest.fixture
def made(database: Database, tmp_path: Path, now: datetime) -> Season:
    """A season in which one household's people stand wherever a person can."""
    found = season(tmp_path, now)
    coop = found.stamps.coop
    with transaction() as session:
        home = coop.household
        given = {"code": home.code, "name": NAME, "phone": PHONE, "id_number": CARD}
        households.edit_household(session, coop.boss, home.id, read(households.HouseholdIn, given), now)
        plot = session.get_one(Plot, coop.plot.id)
        plot.name, plot.search_key = "Vườn Bà Vải", fold_vi("Vườn Bà Vải")
        plot.latitude, plot.longitude = 20.87654, 106.41
        for lot in session.execute(select(Lot).where(col(Lot.household_id) == home.id)).scalars():
            lot.yield_reason = "Bà Vải trồng dày"
        values = {"org_id": coop.org.id, "household_id": home.id, "plot_id": plot.id, "kind": "spray"}
        values |= {"done_on": now.date(), "operator": NAME, "note": "gọi zalo của bà", "reason": NAME}
        session.add(DiaryEntry(**values, waiting_days=7, request_id="d", recorded_at=now))
        person = world.make_account(
            session, now, Role.FARMER, login="ba-vai", org_id=coop.org.id, household_id=home.id
        )
        person.name = NAME
        login_sessions.open_session(session, person, "Máy Bà Vải", now, 14)
        for purpose in (Purpose.PUBLIC_NAME, Purpose.CONTACT):
            consent = read(households.ConsentIn, {"purpose": purpose})
            households.give_consent(session, coop.boss, home.id, consent, now)
        uploads.keep(session, uploads.sealed(coop.boss, "farms", "ho.xlsx", NAME.encode(), now), now)
        households.personal_data(session, OFFICER, home.id, now, "Đơn khiếu nại của Bà Vải")
    found.seal()
    return found


def erase(made: Season, now: datetime, actor: Actor | None = None, why: str = WHY) -> None:
    with transaction() as session:
        coop = made.stamps.coop
        erase_household(session, actor or coop.boss, coop.household.id, why, now)


def still_named() -> set[str]:
    """Every column of every table in which one of the marks stands, whatever the column is for."""
    found = set()
    with reading() as session:
        for table in SQLModel.metadata.sorted_tables:
            for row in session.execute(select(table)).mappings():
                for name, value in row.items():
                    said = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                    if any(mark in said for mark in MARKS):
                        found.add(f"{table.name}.{name}")
    return found


def test_before_and_after_no_table_no_leaf_and_no_event_names_an_erased_person(
    made: Season, now: datetime
) -> None:
    before = still_named()
    assert before >= {"household.name", "household.search_key", "plot.name", "plot.latitude", "account.login"}
    assert before >= {"lot.yield_reason", "diary_entry.operator", "login_session.device", "typed_text.text"}
    assert not {one for one in before if one.startswith(("log_leaf.", "event.", "event_term."))}
    erase(made, now)
    assert still_named() == set()


def test_the_chain_stays_whole_and_every_lots_proof_still_checks(made: Season, now: datetime) -> None:
    erase(made, now)
    made.seal()
    assert made.differences() == []
    with reading() as session:
        lots = session.execute(select(Lot)).scalars().all()
        proofs = [lot_proof(session, lot, made.notes(), verifier_keys(made.places.key)) for lot in lots]
    assert len(proofs) > 5
    for proof in proofs:
        assert NAME not in json.dumps(proof, ensure_ascii=False)
        assert list(CHECKER["check"](proof, verifier_keys(made.places.key), []))


def test_the_salts_of_what_was_erased_are_gone_and_the_erasing_is_a_leaf(made: Season, now: datetime) -> None:
    def salts() -> dict[tuple[str, int], bytes]:
        with reading() as session:
            rows = session.execute(select(RowSalt)).scalars()
            return {(row.table_name, row.row_id): row.salt for row in rows}

    with reading() as session:
        mine = col(Lot.household_id) == made.stamps.coop.household.id
        lots = {("lot", number) for number in session.execute(select(col(Lot.id)).where(mine)).scalars()}
        of_them = select(col(TypedText.id)).where(
            col(TypedText.household_id) == made.stamps.coop.household.id
        )
        texts = {("typed_text", number) for number in session.execute(of_them).scalars()}
    assert lots | texts <= set(salts())
    erase(made, now)
    assert not (lots | texts) & set(salts())
    with reading() as session:
        leaf = session.execute(select(LogLeaf).where(col(LogLeaf.kind) == "person_erased")).scalar_one()
        body = json.loads(leaf.body)
        assert session.get_one(TypedText, body["text"]).text == WHY
    assert body["household"] == made.stamps.coop.household.id
    assert WHY not in leaf.body


def test_nobody_signs_in_as_the_erased_person_and_files_under_check_are_gone(
    made: Season, now: datetime
) -> None:
    erase(made, now)
    with reading() as session:
        person = session.execute(select(Account).where(col(Account.role) == Role.FARMER)).scalar_one()
        assert (person.is_active, person.login) == (False, f"da-xoa-{person.id}")
        assert not session.execute(select(ImportUpload)).all()
        assert not session.execute(select(LoginSession)).all()
        assert not session.execute(select(ApiToken).where(col(ApiToken.revoked_at).is_(None))).all()


def test_the_pseudonym_stays_and_takes_no_person_back(made: Season, now: datetime) -> None:
    coop = made.stamps.coop
    erase(made, now)
    given = {"code": coop.household.code, "name": NAME}
    with transaction() as session:
        row = session.merge(coop.household, load=True)
        session.refresh(row)
        assert row.name == row.code == coop.household.code
        with pytest.raises(Refused, match=r"household\.erased"):
            households.edit_household(session, coop.boss, row.id, read(households.HouseholdIn, given), now)
        consent = read(households.ConsentIn, {"purpose": Purpose.PUBLIC_NAME})
        with pytest.raises(Refused, match=r"household\.erased"):
            households.give_consent(session, coop.boss, row.id, consent, now)
        assert not households.agrees_to(session, row.id, Purpose.PUBLIC_NAME)


def test_only_the_own_manager_and_the_office_erase_and_both_say_why(made: Season, now: datetime) -> None:
    coop = made.stamps.coop
    with transaction() as session:
        other = world.make_coop(session, now)
    for actor, error in ((other.boss, NotFound), (coop.hand, NotAllowed)):
        with pytest.raises(error):
            erase(made, now, actor)
    with pytest.raises(Refused, match=r"personal\.erase_reason"):
        erase(made, now, why="xóa")
    assert "household.name" in still_named()
    erase(made, now, OFFICER)
    erase(made, now, OFFICER)
    assert still_named() == set()


def test_the_file_itself_holds_no_erased_word(sqlite: Database, tmp_path: Path, now: datetime) -> None:
    made = begun_with_a_name(tmp_path, now)
    sqlite.writer.dispose()
    event.listen(sqlite.writer, "connect", lambda raw, _record: raw.execute("PRAGMA secure_delete = OFF"))
    path = sqlite.writer.url.database
    assert path is not None

    def raw() -> bytes:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return Path(path).read_bytes()

    assert NAME.encode() in raw()
    erase(made, now)
    assert NAME.encode() not in raw()


def begun_with_a_name(folder: Path, now: datetime) -> Season:
    made = season(folder, now)
    coop = made.stamps.coop
    with transaction() as session:
        given = read(households.HouseholdIn, {"code": coop.household.code, "name": NAME, "phone": PHONE})
        households.edit_household(session, coop.boss, coop.household.id, given, now)
        for number in range(30):
            values = {"org_id": coop.org.id, "household_id": coop.household.id, "plot_id": coop.plot.id}
            values |= {"kind": "other", "done_on": now.date(), "note": f"{NAME} " * (5 + number)}
            session.add(DiaryEntry(**values, request_id=f"d{number}", recorded_at=now))
    return made


def test_what_is_handed_out_is_all_that_is_held(made: Season, now: datetime) -> None:
    coop = made.stamps.coop
    with transaction() as session:
        said: dict[str, Any] = personal_export(session, coop.boss, coop.household.id, now)
        json.dumps(said)
    assert said["made_at"].endswith("+07:00")
    assert said["household"]["created_at"].endswith("+07:00")
    home = said["household"]
    assert (home["name"], home["phone"], home["id_number"]) == (NAME, PHONE, CARD)
    assert [one["name"] for one in said["plots"]] == ["Vườn Bà Vải"]
    assert said["diary"][-1]["operator"] == NAME
    assert said["accounts"][0]["login"] == "ba-vai"
    assert "password" not in json.dumps(said)
    assert said["looked_at_by_the_office"][0]["reason"] == "Đơn khiếu nại của Bà Vải"
    with transaction() as session, pytest.raises(Refused, match=r"personal\.reason"):
        personal_export(session, OFFICER, coop.household.id, now)
    with transaction() as session, pytest.raises(NotFound):
        personal_export(session, world.make_coop(session, now).boss, coop.household.id, now)


def test_a_text_with_a_name_in_it_is_emptied_and_the_log_stays_whole(made: Season, now: datetime) -> None:
    with reading() as session:
        number = session.execute(select(col(TypedText.id)).limit(1)).scalar_one()
    with transaction() as session:
        with pytest.raises(NotAllowed):
            typed_texts.empty_text(session, made.stamps.coop.boss, number, now)
        typed_texts.empty_text(session, OFFICER, number, now)
    with reading() as session:
        assert session.get_one(TypedText, number).text == ""
    made.seal()
    assert made.differences() == []


def test_reasons_of_voids_stand_in_no_leaf(made: Season) -> None:
    with reading() as session:
        leaf = session.execute(select(LogLeaf).where(col(LogLeaf.kind) == "stamp_void")).scalars().first()
    assert leaf is not None
    assert "reason" not in json.loads(leaf.body)
    assert json.loads(leaf.body)["void"]


def test_a_typed_text_changed_past_the_registry_is_found(made: Season, database: Database) -> None:
    with database.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE typed_text SET text = 'khác'")
    assert {one.place["table"] for one in made.differences()} == {"typed_text"}
