"""Writing what goes out by itself: alarms of stamps, the newest checkpoint each day, papers that run out."""

from trace.db import reading
from trace.jobs.desk import Run
from trace.services import checkpoint_files
from trace.services.mailing import notices
from trace.services.work_lists.alarm_mail import write_alarms


def plan_notices(run: Run) -> None:
    """Write to whoever gets them and was not written to yet; at night of alarms alone."""
    settings, now = run.desk.settings, run.desk.now()
    if settings.mail is None:
        run.stats["skipped"] = "mail is off"
        return
    with run.writing() as session:
        run.add(alarms=write_alarms(session, now))
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
