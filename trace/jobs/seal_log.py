"""Signing where the log stands, for a place outside the database: every thousand leaves or hour."""

from trace.db import reading
from trace.jobs.desk import Run
from trace.jobs.sequence_log import sequence_log
from trace.services import checkpoint_files, checkpoints, log_tree
from trace.services.checkpoints import SealPlaces


def seal_log(run: Run) -> None:
    """Place what waits, then make a checkpoint when one is due."""
    sequence_log(run)
    settings = run.desk.settings
    places = SealPlaces(settings.log_key, settings.checkpoints)
    with reading() as session:
        size = log_tree.StoredTree(session).size()
    files = checkpoint_files.note_files(places.notes)
    if not checkpoints.is_due(files[-1] if files else None, size, run.desk.now()):
        return
    with reading() as session:
        checkpoint = checkpoints.checkpoint_now(session, places)
    checkpoints.seal(checkpoint, places, run.desk.now())
    run.add(checkpoints=1)
