"""The whole audit: checkpoints, leaves, rows; every difference with its place, and none held in memory."""

from collections.abc import Iterator

from sqlmodel import Session

from trace.services.auditing.findings import Counts, Finding, found
from trace.services.auditing.grown_tree import GrownTree, Sealed
from trace.services.auditing.leaf_pass import leaf_findings
from trace.services.auditing.newest import Newest
from trace.services.auditing.row_pass import row_findings
from trace.services.checkpoint_files import NoteFile, lost_numbers, note_files
from trace.services.checkpoints import SealPlaces, origin_of
from trace.standards import signed_note
from trace.standards.fault import Fault
from trace.standards.signed_note import Checkpoint


def differences(session: Session, places: SealPlaces, counts: Counts) -> Iterator[Finding]:
    """Every difference between log, rows and checkpoints, as they are met.

    Raises:
        Unavailable: the public keys are not there, or the instance was never founded.
    """
    sealed: list[Sealed] = []
    for finding in _all(session, places, sealed, counts):
        counts.findings += 1
        yield finding


def _all(session: Session, places: SealPlaces, sealed: list[Sealed], counts: Counts) -> Iterator[Finding]:
    yield from _checkpoints(session, places, sealed, counts)
    with Newest() as newest:
        yield from leaf_findings(session, GrownTree(session, sealed), newest, counts)
        yield from row_findings(session, newest, counts)


def _checkpoints(
    session: Session, places: SealPlaces, sealed: list[Sealed], counts: Counts
) -> Iterator[Finding]:
    """Each file beside its number, its name and its signature."""
    origin, keys, expected = origin_of(session), places.publics(), 1
    read: list[tuple[NoteFile, Checkpoint]] = []
    for file in note_files(places.notes):
        counts.checkpoints += 1
        if file.number != expected:
            yield found("note_missing", first=expected, last=file.number - 1, folder=str(places.notes))
        expected = file.number + 1
        try:
            one = signed_note.opened(file.text(), keys)
        except Fault as fault:
            yield found("note", file=file.path.name, why=fault.key)
            continue
        if one.origin != origin or one.size != file.size:
            yield found("note", file=file.path.name, why="standard.note_form")
            continue
        read.append((file, one))
        if one.begins:
            after, lost = one.begins
            counts.breaks.append({"file": file.path.name, "after": after, "lost": lost})
    lost_ones = lost_numbers(one.begins for _file, one in read)
    sealed += [
        Sealed(file.path.name, one.size, one.root) for file, one in read if file.number not in lost_ones
    ]
    counts.sealed = max((one.size for one in sealed), default=0)
