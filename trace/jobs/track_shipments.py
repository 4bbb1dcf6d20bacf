"""Regular work on shipments: tokens, pushes left lying, bookings nobody knows of, parcels gone silent."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlmodel import col

from marketplaces.carriers.interface import Carrier
from marketplaces.interface import MarketplaceError
from trace.db import reading
from trace.jobs.carrier_pushes import apply_pushes
from trace.jobs.carrier_tokens import with_carrier
from trace.jobs.desk import Run
from trace.logbook import log
from trace.records.carrier import AccountState, CarrierAccount
from trace.records.shipment import Shipment
from trace.services import shipment_steps, shipping


def track_shipments(run: Run) -> None:
    """Each account in turn; one that cannot be called keeps no other waiting."""
    with reading() as session:
        connected = col(CarrierAccount.state) == AccountState.CONNECTED
        question = select(col(CarrierAccount.id)).where(connected).order_by(col(CarrierAccount.id))
        accounts = session.execute(question).scalars().all()
    for account_id in accounts:
        try:
            _tend(run, account_id)
        except MarketplaceError as error:
            run.add(failed=1)
            log.warning("carrier account", account=account_id, why=type(error).__name__, error=str(error))
        run.pause_point()


def _tend(run: Run, account_id: int) -> None:
    now = run.desk.now()
    apply_pushes(run, account_id)
    with run.writing() as session:
        left = shipment_steps.leave_behind(session, account_id, now - shipping.IN_FLIGHT)
        run.add(uncertain=left)
    with reading() as session:
        before = now - timedelta(hours=run.desk.settings.shipment_silent_h)
        silent = shipment_steps.silent(session, account_id, before)
        doubtful = shipment_steps.in_doubt(session, account_id, now - shipping.IN_FLIGHT)
    run.add(silent=len(silent), in_doubt=len(doubtful))
    with_carrier(run, account_id, lambda carrier: _ask(run, carrier, [*doubtful, *silent]))


def _ask(run: Run, carrier: Carrier, shipments: Sequence[Shipment]) -> None:
    """Ask for each where the carrier can be asked; that it knows none proves nothing."""
    for shipment in shipments if carrier.capabilities.tracks else ():
        event = carrier.track(shipment.ext_number or shipment.number)
        run.add(asked=1)
        if event is None or (event.number and event.number != shipment.number):
            continue
        with run.writing() as session:
            row = session.get_one(Shipment, shipment.id, with_for_update=True)
            told = [(event.ext_number, event.code, event.at)]
            shipment_steps.learn_events(session, row, told, carrier.meaning, run.desk.now())
        run.add(found=1)
        run.pause_point()
