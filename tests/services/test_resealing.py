"""Another master key takes the old one's place, and nothing sealed is lost or left behind."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select, text
from sqlmodel import col

from marketplaces.values import Credentials
from tests import world
from tests.marketplaces.carrier_stall import SECRET
from tests.services import shipment_world
from trace.db import Database, reading, transaction
from trace.errors import Unavailable
from trace.keyring import Keyring, _derive, current_keyring, use_keyring
from trace.records.carrier import CarrierAccount
from trace.records.household import Household
from trace.records.schema import metadata
from trace.records.shop import Shop, ShopToken
from trace.services import carrier_accounts, carrier_secrets, resealing, shop_tokens, stamp_keys
from trace.services.households import phone_place

OLD, NEW = bytes(32), bytes(range(32))


def test_what_an_older_key_sealed_opens_and_new_things_are_the_new_keys() -> None:
    ring = Keyring(NEW, OLD)
    assert ring.unseal(Keyring(OLD).seal(b"0912", "a"), "a") == b"0912"
    assert Keyring(NEW).unseal(ring.seal(b"0912", "a"), "a") == b"0912"
    with pytest.raises(Unavailable):
        Keyring(OLD).unseal(ring.seal(b"0912", "a"), "a")


def test_values_sealed_before_keys_were_named_still_open() -> None:
    cipher = AESGCM(_derive(OLD, b"nongsan/field"))
    nonce = os.urandom(12)
    sealed = b"\x01" + nonce + cipher.encrypt(nonce, b"0912", b"a")
    assert Keyring(NEW, OLD).unseal(sealed, "a") == b"0912"
    assert Keyring(NEW).unseal(Keyring(NEW, OLD).resealed(sealed, "a"), "a") == b"0912"


def test_a_value_moved_elsewhere_or_changed_is_not_sealed_anew() -> None:
    sealed = Keyring(OLD).seal(b"0912", "household/1")
    for wrong in (sealed[:-1] + b"\0", b"", b"\x02", sealed[:9]):
        with pytest.raises(Unavailable):
            Keyring(NEW, OLD).resealed(wrong, "household/1")
    with pytest.raises(Unavailable):
        Keyring(NEW, OLD).resealed(sealed, "household/2")


def test_every_sealed_column_is_known() -> None:
    sealed = {
        (table.name, column.name)
        for table in metadata.tables.values()
        for column in table.columns
        if "sealed" in column.name
    }
    assert sealed == {(what.table.__tablename__, what.column) for what in resealing.COLUMNS}


def fill(now: datetime, households: int) -> world.Coop:
    ring = Keyring(OLD)
    use_keyring(ring)
    with transaction() as session:
        coop = world.make_coop(session, now)
        for number in range(households):
            code = f"H{number}"
            phone = ring.seal(f"09{number:08d}".encode(), phone_place(coop.org.id, code))
            world.make_household(session, now, coop.org, code=code, phone_sealed=phone)
        shop = Shop(org_id=coop.org.id, marketplace="shopee", ext_shop_id="7", name="G", created_at=now)
        world.add(session, shop)
        pair = Credentials("access-7", "refresh-7", now + timedelta(hours=4), None, "7")
        shop_tokens.store_tokens(session, shop, pair, now)
        shipment_world.connect_account(session, coop, now)
        return coop


def reseal_all(ring: Keyring) -> int:
    changed = 0
    for what in resealing.COLUMNS:
        after: int | None = -1
        while after is not None:
            with transaction() as session:
                after, count = resealing.reseal(session, ring, what, after)
            changed += count
    return changed


def test_all_of_it_is_sealed_anew_batch_by_batch_and_a_second_time_changes_nothing(
    database: Database, now: datetime
) -> None:
    count = 2 * resealing.BATCH + 7
    fill(now, count)
    assert reseal_all(Keyring(NEW, OLD)) == count + 5
    assert reseal_all(Keyring(NEW, OLD)) == 0
    use_keyring(Keyring(NEW))
    with reading() as session:
        rows = session.execute(select(Household).where(col(Household.phone_sealed).is_not(None))).scalars()
        ring = current_keyring()
        phones = {ring.unseal(row.phone_sealed, phone_place(row.org_id, row.code)) for row in rows}
        assert len(phones) == count
        shop = session.execute(select(Shop)).scalar_one()
        assert shop_tokens.read_tokens(session, shop.id).credentials.refresh_token == "refresh-7"
        account = session.execute(select(CarrierAccount)).scalar_one()
        assert carrier_accounts.access(session, account.id, now).login == shipment_world.LOGIN
        assert carrier_secrets.hook_secret(account) == SECRET


def test_a_token_copied_to_another_shop_opens_nowhere(database: Database, now: datetime) -> None:
    coop = fill(now, 0)
    with transaction() as session:
        values = {"org_id": coop.org.id, "marketplace": "shopee", "ext_shop_id": "8", "name": "H"}
        other = world.add(session, Shop(**values, created_at=now))
        mine = session.execute(select(ShopToken)).scalar_one()
        shop_tokens.store_tokens(session, other, Credentials("x", "y", now, None, "8"), now)
        theirs = session.get_one(ShopToken, other.id)
        theirs.access_sealed, theirs.refresh_sealed = mine.access_sealed, mine.refresh_sealed
        session.flush()
        with pytest.raises(Unavailable):
            shop_tokens.read_tokens(session, other.id)


def test_one_value_that_opens_with_no_key_stops_it_and_keeps_the_batch(
    database: Database, now: datetime
) -> None:
    fill(now, 3)
    with transaction() as session:
        session.connection().execute(
            text("UPDATE household SET phone_sealed = :junk WHERE code = 'H1'"), {"junk": b"\x02junk"}
        )
    with pytest.raises(Unavailable):
        reseal_all(Keyring(NEW, OLD))
    with reading() as session:
        first = session.execute(select(Household).where(col(Household.code) == "H0")).scalar_one()
        assert Keyring(OLD).unseal(first.phone_sealed, phone_place(first.org_id, "H0"))


def test_stamp_keys_follow_in_the_registry_and_in_their_folder(
    database: Database, now: datetime, tmp_path: Path
) -> None:
    use_keyring(Keyring(OLD))
    with transaction() as session:
        kid = stamp_keys.ensure_key(session, tmp_path, now).kid
    with transaction() as session:
        assert resealing.rewrap_stamp_keys(session, Keyring(NEW, OLD), tmp_path) == 2
        assert resealing.rewrap_stamp_keys(session, Keyring(NEW, OLD), tmp_path) == 0
    use_keyring(Keyring(NEW))
    wrapped = bytes.fromhex((tmp_path / f"{kid:02d}.key").read_text())
    with reading() as session:
        assert stamp_keys.key_for(session, kid) is not None
    assert len(Keyring(NEW).unwrap_stamp_key(wrapped, kid)) == 64
    assert [file.name for file in tmp_path.iterdir()] == [f"{kid:02d}.key"]
