"""Files under check in the browser: kept sealed for a day, seen by the account that sent them."""

import hashlib
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select
from sqlmodel import Session, col

from trace.errors import NotFound
from trace.keyring import current_keyring
from trace.records.import_run import ImportUpload
from trace.services.admission import Actor, scope_of
from trace.services.importing.runs import NOUNS

KEPT = timedelta(days=1)


def sealed(actor: Actor, noun: str, file_name: str, data: bytes, now: datetime) -> ImportUpload:
    """A file as it will be stored: looked at before it is kept.

    Raises:
        NotFound: no such noun, or nobody is signed in.
    """
    if noun not in NOUNS or actor.account_id is None:
        raise NotFound()
    scope_of(actor, NOUNS[noun].act)
    token = secrets.token_hex(16)
    return ImportUpload(
        token=token,
        account_id=actor.account_id,
        noun=noun,
        file_name=Path(file_name).name[:160] or "?",
        file_sha256=hashlib.sha256(data).hexdigest(),
        sealed=current_keyring().seal(data, upload_place(token)),
        uploaded_at=now,
    )


def keep(session: Session, row: ImportUpload, now: datetime) -> ImportUpload:
    """Store a sealed file; yesterday's files go."""
    session.execute(delete(ImportUpload).where(col(ImportUpload.uploaded_at) < now - KEPT))
    session.add(row)
    session.flush()
    return row


def upload(session: Session, actor: Actor, token: str) -> ImportUpload:
    """A file under check.

    Raises:
        NotFound: gone, or another account's.
    """
    question = select(ImportUpload).where(
        col(ImportUpload.token) == token, col(ImportUpload.account_id) == actor.account_id
    )
    found: ImportUpload | None = session.execute(question).scalar_one_or_none()
    if found is None:
        raise NotFound("imp.gone")
    return found


@contextmanager
def as_file(row: ImportUpload) -> Iterator[Path]:
    """The file in clear, readable by us and our children, for as long as the block lasts.

    It has no name in any folder, so that nothing of it is left where the process is killed; a system without
    ``/proc`` has to give it one.
    """
    ours = Path(f"/proc/{os.getpid()}/fd")
    opened = tempfile.TemporaryFile if ours.is_dir() else tempfile.NamedTemporaryFile
    with opened(prefix="nongsan-import-", suffix=".upload") as file:
        file.write(current_keyring().unseal(row.sealed, upload_place(row.token)))
        file.flush()
        yield ours / str(file.fileno()) if ours.is_dir() else Path(file.name)


def upload_place(token: str) -> str:
    """Where a sealed file belongs."""
    return f"import_upload/{token}"
