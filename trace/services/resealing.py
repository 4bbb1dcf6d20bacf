"""A new master key takes the old one's place: everything sealed is sealed anew, a batch a transaction.

What is sealed by the old key meanwhile still opens, because the file keeps both until nothing needs the
old one. Marks of devices follow the newest key: a device met before the change counts as a new one once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, SQLModel

from trace.keyring import Keyring
from trace.records.carrier import CarrierAccount
from trace.records.event_subscription import EventSubscription
from trace.records.household import Household
from trace.records.import_run import ImportRow, ImportRun, ImportUpload
from trace.records.mail import MailAddress
from trace.records.problem_report import ProblemReport
from trace.records.report import SigningCertificate
from trace.records.second_factor import SecondFactor
from trace.records.shop import Shop, ShopToken
from trace.records.stamp import StampKeyRow
from trace.services import stamp_keys
from trace.services.carrier_accounts import carrier_place
from trace.services.epcis.subscriptions import sealed_place
from trace.services.households import id_number_place, phone_place
from trace.services.importing.noting import key_place, was_place
from trace.services.importing.uploads import upload_place
from trace.services.mailing import addresses
from trace.services.office_reports.certificates import certificate_place
from trace.services.problem_reports import contact_place
from trace.services.second_factor import secret_place
from trace.services.shop_tokens import token_place

BATCH = 500
Place = Callable[[Session, Any], str]


@dataclass(frozen=True)
class SealedColumn:
    """A column of sealed values, the key its rows are walked by, and where each value belongs."""

    table: type[SQLModel]
    key: str
    column: str
    place: Place


def _token_place(which: str) -> Place:
    return lambda session, row: token_place(session.get_one(Shop, row.shop_id), which)


def _carrier_place(which: str) -> Place:
    return lambda _session, row: carrier_place(row, which)


def _mail_place(which: str) -> Place:
    return lambda _session, row: addresses.sealed_place(row.public_id, which)


COLUMNS = (
    SealedColumn(Household, "id", "phone_sealed", lambda _s, row: phone_place(row.org_id, row.code)),
    SealedColumn(Household, "id", "id_number_sealed", lambda _s, row: id_number_place(row.org_id, row.code)),
    SealedColumn(ShopToken, "shop_id", "access_sealed", _token_place("access")),
    SealedColumn(ShopToken, "shop_id", "refresh_sealed", _token_place("refresh")),
    SealedColumn(CarrierAccount, "id", "login_sealed", _carrier_place("login")),
    SealedColumn(CarrierAccount, "id", "token_sealed", _carrier_place("token")),
    SealedColumn(CarrierAccount, "id", "hook_sealed", _carrier_place("hook")),
    SealedColumn(EventSubscription, "id", "token_sealed", lambda _s, row: sealed_place(row.public_id)),
    SealedColumn(MailAddress, "id", "address_sealed", _mail_place("address")),
    SealedColumn(MailAddress, "id", "secret_sealed", _mail_place("secret")),
    SealedColumn(SigningCertificate, "id", "pkcs12_sealed", lambda _s, row: certificate_place(row.subject)),
    SealedColumn(ProblemReport, "id", "contact_sealed", lambda _s, row: contact_place(row)),
    SealedColumn(SecondFactor, "account_id", "secret_sealed", lambda _s, row: secret_place(row.account_id)),
    SealedColumn(ImportRun, "id", "key_sealed", lambda _s, row: key_place(row)),
    SealedColumn(ImportRow, "id", "was_sealed", lambda _s, row: was_place(row.run_id, row.thing, row.row_id)),
    SealedColumn(ImportUpload, "id", "sealed", lambda _s, row: upload_place(row.token)),
)
"""Every sealed column there is; a test compares them with the tables."""


def reseal(session: Session, ring: Keyring, what: SealedColumn, after: int | None) -> tuple[int | None, int]:
    """The next batch of a column: the key to go on after (None at the end), and how many were sealed anew.

    Raises:
        Unavailable: a value opens with none of the keys; nothing of the batch is written.
    """
    key, column = getattr(what.table, what.key), getattr(what.table, what.column)
    question = select(what.table).where(column.is_not(None)).order_by(key).limit(BATCH).with_for_update()
    rows = session.execute(question if after is None else question.where(key > after)).scalars().all()
    changed = 0
    for row in rows:
        old = getattr(row, what.column)
        new = ring.resealed(old, what.place(session, row))
        if new != old:
            setattr(row, what.column, new)
            changed += 1
    return (getattr(rows[-1], what.key) if len(rows) == BATCH else None), changed


def rewrap_stamp_keys(session: Session, ring: Keyring, folder: Path) -> int:
    """The stamp keys' material, in the registry and in the key folder; how many were wrapped anew."""
    changed = 0
    for row in session.execute(select(StampKeyRow).with_for_update()).scalars().all():
        new = ring.rewrapped_stamp_key(row.wrapped, row.kid)
        changed += new != row.wrapped
        row.wrapped = new
    return changed + stamp_keys.rewrap_folder(ring, folder)
