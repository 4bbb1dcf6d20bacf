"""Telling what happened: notices in the inbox, and by mail those, alarms, the day's checkpoint, papers."""

from trace.db import reading
from trace.jobs.desk import Run
from trace.services import checkpoint_files
from trace.services.mailing import notices
from trace.services.notices import letters, noting
from trace.services.work_lists.alarm_mail import write_alarms


def plan_notices(run: Run) -> None:
    """Note what happened, then write to whoever gets mail and was not written to yet; at night of what cannot
    wait alone.
    """
    settings, now = run.desk.settings, run.desk.now()
    with run.writing() as session:
        run.add(notices=noting.write_notices(session, now))
    if settings.mail is None:
        run.stats["skipped"] = "mail is off"
        return
    with run.writing() as session:
        run.add(alarms=write_alarms(session, now))
    with run.writing() as session:
        run.add(letters=letters.write_letters(session, now, is_day=notices.is_day(now)))
    if not notices.is_day(now):
        run.stats["skipped"] = "night"
        return
    files = checkpoint_files.note_files(settings.checkpoints)
    if files:
        with reading() as session:
            chosen = notices.note_of_day(session, files, now)
        note = chosen.text()
        with run.writing() as session:
            run.add(checkpoints=notices.write_checkpoint(session, chosen, note, now))
    with run.writing() as session:
        run.add(reminders=notices.write_reminders(session, now))
