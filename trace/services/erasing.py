"""Erasing a person: everything that names them goes, the chain of goods stays under their household's code.

Leaves and events name households, plots and lots by number and code only, so nothing of them changes. The
rows the log holds (a lot's reason for a high yield, typed texts) get new digests, and the salts under which
the old texts stood are forgotten. Law 91/2025/QH15 on personal data; copies of the database made before are
the operator's to let go.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from trace.records.account import Account, ApiToken, LoginSession, RequestKey
from trace.records.diary_entry import DiaryEntry
from trace.records.field_photo import FieldPhoto
from trace.records.household import Consent, Household
from trace.records.import_run import ImportRow, ImportUpload
from trace.records.lot import Lot
from trace.records.plot import Plot
from trace.records.training import TrainingAttendance
from trace.services import openid, phone_sign_in, second_factor
from trace.services.admission import Act, Actor, fetch
from trace.services.households import household_key
from trace.services.logging_acts import append_leaf
from trace.services.plots import plot_key
from trace.services.typed_texts import keep_text, reason_of, texts_about

NO_PASSWORD = "!"  # noqa: S105 - no hash, so no word fits it
"""No hash of any password."""


def erase_household(
    session: Session, actor: Actor, household_id: int, reason: str, now: datetime
) -> Household:
    """Erase what names the people of a household; one that was erased is given back as it is.

    Code, commune, plots' codes and areas, lots and diary figures stay: they are the history of the goods.

    Raises:
        NotFound: not within the actor's reach.
        Refused: ``personal.erase_reason``: a reason of fewer than ten letters.
    """
    row = fetch(session, actor, Act.ERASE_PERSON, Household, id=household_id)
    said = reason_of(reason, "personal.erase_reason")
    if row.erased_at is not None:
        return row
    _overwrite_freed(session)
    row.name, row.search_key = row.code, household_key(row.code, row.code)
    row.phone_sealed = row.id_number_sealed = None
    row.erased_at = now
    session.execute(delete(TrainingAttendance).where(col(TrainingAttendance.household_id) == row.id))
    _empty_plots(session, row)
    _empty_diary(session, row)
    session.execute(delete(FieldPhoto).where(col(FieldPhoto.household_id) == row.id))
    _empty_logged(session, row)
    _end_consents(session, row, now)
    for account in _accounts(session, row):
        _empty_account(session, account, now)
    _drop_uploads(session, row)
    _drop_import_notes(session, row)
    text = keep_text(session, actor, "person_erased", said, now)
    record = {"household": row.id, "text": text, "by": actor.account_id}
    append_leaf(session, "person_erased", record, now)
    session.flush()
    return row


def _overwrite_freed(session: Session) -> None:
    """On SQLite what goes is overwritten with zeros in the file; PostgreSQL's vacuum is the operator's."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("PRAGMA secure_delete = ON")


def _empty_plots(session: Session, row: Household) -> None:
    for plot in session.execute(select(Plot).where(col(Plot.household_id) == row.id)).scalars():
        plot.name, plot.search_key = plot.code, plot_key(plot.code, plot.code)
        plot.latitude = plot.longitude = None


def _empty_diary(session: Session, row: Household) -> None:
    """Who did the work and what was noted; kind, day, input and dose stay."""
    mine = update(DiaryEntry).where(col(DiaryEntry.household_id) == row.id)
    session.execute(mine.values(operator="", note="", reason=""))


def _empty_logged(session: Session, row: Household) -> None:
    """Through the session, row by row: the log then holds them anew and forgets their salts."""
    question = select(Lot).where(col(Lot.household_id) == row.id, col(Lot.yield_reason) != "")
    for lot in session.execute(question).scalars():
        lot.yield_reason = ""
    for text in texts_about(session, row.id):
        text.text = ""


def _end_consents(session: Session, row: Household, now: datetime) -> None:
    standing = col(Consent.household_id) == row.id, col(Consent.withdrawn_at).is_(None)
    session.execute(update(Consent).where(*standing).values(withdrawn_at=now))


def _accounts(session: Session, row: Household) -> Sequence[Account]:
    return session.execute(select(Account).where(col(Account.household_id) == row.id)).scalars().all()


def _empty_account(session: Session, account: Account, now: datetime) -> None:
    """Nobody signs in by it again; what it did stays done by that number."""
    account.login, account.name = f"da-xoa-{account.id}", f"#{account.id}"
    account.password_hash, account.is_active = NO_PASSWORD, False
    session.execute(delete(LoginSession).where(col(LoginSession.account_id) == account.id))
    session.execute(delete(RequestKey).where(col(RequestKey.account_id) == account.id))
    second_factor.switch_off(session, account.id)
    openid.unlink(session, account.id)
    phone_sign_in.forget(session, account.id)
    mine = update(ApiToken).where(col(ApiToken.account_id) == account.id)
    session.execute(mine.values(name=""))
    session.execute(mine.where(col(ApiToken.revoked_at).is_(None)).values(revoked_at=now))


def _drop_uploads(session: Session, row: Household) -> None:
    """Files under check, sealed and a day old at most: they are not read for this, but sent again."""
    people = select(col(Account.id)).where(col(Account.org_id) == row.org_id)
    session.execute(delete(ImportUpload).where(col(ImportUpload.account_id).in_(people)))


def _drop_import_notes(session: Session, row: Household) -> None:
    """What imports changed of the household and its plots: it is not given back any more."""
    plots = select(col(Plot.id)).where(col(Plot.household_id) == row.id)
    for thing, rule in (
        ("household", col(ImportRow.row_id) == row.id),
        ("plot", col(ImportRow.row_id).in_(plots)),
    ):
        notes = update(ImportRow).where(col(ImportRow.thing) == thing, rule)
        session.execute(notes.values(was_sealed=None, mark=b""))
