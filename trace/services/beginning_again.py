"""After an older database was put back: saying openly that history was lost, and going on from there.

The checkpoints of the lost history stay in their folder, and every audit names the break. Who finds the lost
history should put it back instead.
"""

from datetime import datetime

from sqlmodel import Session

from trace.errors import Refused
from trace.services import checkpoint_files
from trace.services.admission import Actor
from trace.services.checkpoints import SealPlaces, last_checkpoint, origin_of
from trace.services.log_tree import StoredTree
from trace.services.logging_acts import append_leaf
from trace.services.typed_texts import keep_text, reason_of
from trace.standards import signed_note
from trace.standards.signed_note import Checkpoint


def break_of(session: Session, places: SealPlaces) -> tuple[int, int]:
    """The numbers of the last checkpoint the log continues (0 for none), and of the last one there is.

    Raises:
        Refused: ``audit.not_broken``: the log continues the last checkpoint, so nothing was lost.
        Fault: a note can not be read, or is signed by an unknown key.
    """
    files, tree = checkpoint_files.standing(checkpoint_files.note_files(places.notes)), StoredTree(session)
    last = last_checkpoint(places)
    if last is None or _continues(tree, last):
        raise Refused("audit.not_broken", got=tree.size(), path=str(places.notes))
    for file in reversed(files):
        if _continues(tree, signed_note.opened(file.text(), places.publics())):
            return file.number, files[-1].number
    return 0, files[-1].number


def _continues(tree: StoredTree, one: Checkpoint) -> bool:
    return one.size <= tree.size() and tree.root(one.size) == one.root


def declare_break(
    session: Session, actor: Actor, begins: tuple[int, int], reason: str, now: datetime
) -> None:
    """The leaf that says why; the checkpoint over it says it outside the database.

    Raises:
        Refused: ``audit.begin_reason``: a reason of fewer than ten letters.
    """
    text = keep_text(session, actor, "log_begins_again", reason_of(reason, "audit.begin_reason"), now)
    record = {"after": begins[0], "lost": begins[1], "text": text, "by": actor.account_id}
    append_leaf(session, "log_begins_again", record, now)


def beginning(session: Session, begins: tuple[int, int]) -> Checkpoint:
    """The checkpoint of the new beginning, over the log as it stands."""
    tree = StoredTree(session)
    return Checkpoint(origin_of(session), tree.size(), tree.root(tree.size()), begins)
