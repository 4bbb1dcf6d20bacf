"""Applying what a carrier pushed: codes into the histories of shipments. Nobody is called."""

from trace.db import reading
from trace.errors import NotFound
from trace.jobs.desk import Run
from trace.records.carrier import CarrierAccount
from trace.services import shipment_steps


def carrier_pushes(run: Run) -> None:
    """Until none is left of the account the job is for; a batch and its marks are one transaction."""
    apply_pushes(run, int(run.job.subject))


def apply_pushes(run: Run, account_id: int) -> None:
    """The same for any account."""
    with reading() as session:
        account = session.get(CarrierAccount, account_id)
    if account is None:
        raise NotFound()
    meant = run.desk.open_carrier(account.carrier, None).meaning
    while True:
        with run.writing() as session:
            batch = shipment_steps.waiting(session, account_id)
            if not batch:
                return
            run.add(pushes=len(batch), steps=shipment_steps.apply(session, batch, meant, run.desk.now()))
        run.pause_point()
