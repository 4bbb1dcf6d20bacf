"""Writing what goes out by itself: the log's newest checkpoint each day, papers that run out each week."""

from trace.jobs.desk import Run
from trace.services import checkpoint_files
from trace.services.mailing import notices


def plan_notices(run: Run) -> None:
    """Write to whoever gets them and was not written to yet; not at night, and not where mail is off."""
    settings, now = run.desk.settings, run.desk.now()
    if settings.mail is None or not notices.is_day(now):
        run.stats["skipped"] = "mail is off" if settings.mail is None else "night"
        return
    files = checkpoint_files.note_files(settings.checkpoints)
    if files:
        note = files[-1].text()
        with run.writing() as session:
            run.add(checkpoints=notices.write_checkpoint(session, files[-1], note, now))
    with run.writing() as session:
        run.add(reminders=notices.write_reminders(session, now))
