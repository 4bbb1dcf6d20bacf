"""Drawing one print: a process of its own draws, this thread notes how far it is and puts the file in place.

A worker or drawing process that dies at any point leaves a hidden file, or a whole one that no row calls
ready yet; whoever claims the job again draws the same bytes.
"""

import time
from pathlib import Path
from typing import Any

from trace.crashpoint import crashpoint
from trace.db import reading
from trace.jobs.desk import Run
from trace.records.stamp import PrintRun
from trace.services import print_files, print_making
from trace.services.print_drawing import Drawer, drawer, drawing_order

LOOK_EVERY_S = 0.5
NOTE_EVERY_S = 2.0


def print_stamps(run: Run) -> None:
    """Draw the print the job names, unless it was cancelled or is ready already."""
    with run.writing() as session:
        printed = print_making.begin(session, run.job.subject)
    if printed is None:
        return
    folder = run.desk.settings.prints
    part = print_files.new_part(folder, printed)
    try:
        told = _drawn(run, printed, part)
        if told is None:
            run.add(cancelled=1)
        elif "fault" in told:
            with run.writing() as session:
                print_making.note_failed(session, printed.public_id, told["fault"], run.desk.now())
            run.add(failed=1)
        else:
            _keep(run, printed, part, told["sha256"], told["size"])
    finally:
        part.unlink(missing_ok=True)


def _drawn(run: Run, printed: PrintRun, part: Path) -> dict[str, Any] | None:
    """What the drawing process said last; None when the print was cancelled meanwhile."""
    with reading() as session:
        order = drawing_order(session, printed, part)
    with drawer(order) as drawing:
        crashpoint("print drawing")
        return _watched(run, printed.public_id, drawing)


def _watched(run: Run, public_id: str, drawing: Drawer) -> dict[str, Any] | None:
    done, noted = 0, time.monotonic()
    while True:
        told = drawing.next(LOOK_EVERY_S)
        if told is not None and "done" not in told:
            return told
        run.pause_point()
        done = told["done"] if told else done
        with reading() as session:
            wanted = print_making.is_wanted(session, public_id)
        if wanted and time.monotonic() - noted > NOTE_EVERY_S:
            noted = time.monotonic()
            with run.writing() as session:
                wanted = print_making.note_progress(session, public_id, done)
            crashpoint("print progress")
        if not wanted:
            return None


def _keep(run: Run, printed: PrintRun, part: Path, sha256: str, size: int) -> None:
    """Under its name first, then noted: a row never calls ready what is not there."""
    with run.writing():
        pass  # nobody else has the job: a late rename would only bring equal bytes, but let it be ours
    place = print_files.place_of(run.desk.settings.prints, printed)
    print_files.put_in_place(part, place)
    with run.writing() as session:
        ready = print_making.note_ready(session, printed.public_id, sha256, size, run.desk.now())
    crashpoint("print noted")
    if not ready:
        place.unlink(missing_ok=True)
    run.add(stamps=printed.total, bytes=size) if ready else run.add(cancelled=1)
