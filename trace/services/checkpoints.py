"""Making checkpoints: what the log is at a moment, signed, for a place outside the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session

from trace.errors import Refused
from trace.log_keys import signing_key, verifier_keys
from trace.services import checkpoint_files
from trace.services.checkpoint_files import NoteFile
from trace.services.instance_facts import id_host
from trace.services.log_tree import StoredTree
from trace.standards import signed_note
from trace.standards.signed_note import Checkpoint

MOST_LEAVES = 1_000
LONGEST = timedelta(hours=1)


@dataclass(frozen=True)
class SealPlaces:
    """Where the signing key and the checkpoints lie, outside the database."""

    key: Path
    notes: Path

    def publics(self) -> list[bytes]:
        """Every public key that ever signed.

        Raises:
            Unavailable: as ``verifier_keys``.
        """
        return [signed_note.public_of(line) for line in verifier_keys(self.key)]


def origin_of(session: Session) -> str:
    """The log's name in its checkpoints: the host of event identifiers, which is fixed at ``init``."""
    return f"{id_host(session)}/nongsan-log"


def is_due(last: NoteFile | None, size: int, now: datetime) -> bool:
    """Whether a thousand leaves are new, any and the last checkpoint is an hour old, or leaves were lost:
    then whoever makes it finds out."""
    if last is None:
        return size > 0
    new = size - last.size
    return new < 0 or new >= MOST_LEAVES or (new > 0 and now - last.made_at >= LONGEST)


def checkpoint_now(session: Session, places: SealPlaces) -> Checkpoint:
    """The log as it stands, after a look whether it still continues the last checkpoint.

    Raises:
        Refused: ``audit.not_continued``: the log is shorter than what was signed, or another one.
        Fault: the last note can not be read.
    """
    tree = StoredTree(session)
    size = tree.size()
    last = last_checkpoint(places)
    if last and (last.size > size or tree.root(last.size) != last.root):
        raise Refused("audit.not_continued", expected=last.size, got=size, path=str(places.notes))
    return Checkpoint(origin_of(session), size, tree.root(size))


def last_checkpoint(places: SealPlaces) -> Checkpoint | None:
    """The newest checkpoint of the folder, its signature checked.

    Raises:
        Fault: as ``signed_note.opened``.
    """
    files = checkpoint_files.note_files(places.notes)
    return signed_note.opened(files[-1].text(), places.publics()) if files else None


def seal(checkpoint: Checkpoint, places: SealPlaces, now: datetime) -> NoteFile:
    """Sign a checkpoint and put it into the folder."""
    note = signed_note.signed(checkpoint, signing_key(places.key))
    return checkpoint_files.keep(places.notes, checkpoint.size, note, now)


def covering(files: Sequence[NoteFile], position: int) -> NoteFile | None:
    """The first checkpoint that holds a leaf; None where none does yet."""
    return next((one for one in files if one.size > position), None)
