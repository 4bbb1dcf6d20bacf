"""Our own identifiers of lots, plots and buildings, as they stand in events."""

from collections.abc import Sequence
from typing import Protocol

from sqlmodel import Session

from trace.records.consignment import Consignment
from trace.records.logistic_unit import LogisticUnit
from trace.records.lot import Lot
from trace.records.organisation import Organisation
from trace.records.plot import PackingHouse, Plot
from trace.records.shipment import Shipment
from trace.services.instance_facts import id_host
from trace.standards import epcis


def lot_uri(session: Session, lot: Lot) -> str:
    """``https://<id host>/id/lot/<organisation>/<code>``."""
    return epcis.lot_id(id_host(session), _org(session, lot.org_id), lot.code)


class Named(Protocol):
    """What a lot is called by."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def org_id(self) -> int:
        """Whose it is."""

    @property
    def code(self) -> str:
        """Its name in its organisation."""


def lot_uris(session: Session, lots: Sequence[Named]) -> dict[int, str]:
    """Identifiers of many lots by number; host and organisations are asked for once."""
    host = id_host(session)
    orgs = {org_id: _org(session, org_id) for org_id in {lot.org_id for lot in lots}}
    return {lot.id: epcis.lot_id(host, orgs[lot.org_id], lot.code) for lot in lots}


def plot_uris(session: Session, plots: Sequence[Plot]) -> dict[int, str]:
    """Identifiers of plots by number: ``https://<id host>/id/plot/<organisation>-<code>``."""
    host = id_host(session)
    orgs = {org_id: _org(session, org_id) for org_id in {plot.org_id for plot in plots}}
    return {plot.id: epcis.plot_id(host, f"{orgs[plot.org_id]}-{plot.code}") for plot in plots}


def site_uri(session: Session, house: PackingHouse) -> str:
    """``https://<id host>/id/site/<organisation>-<code>``."""
    return epcis.site_id(id_host(session), f"{_org(session, house.org_id)}-{house.code}")


def unit_uris(session: Session, units: Sequence[LogisticUnit]) -> dict[int, str]:
    """Identifiers of boxes and pallets by number: ``https://<id host>/id/unit/<organisation>/<number>``.

    One with an SSCC is known by that instead, as a GS1 Digital Link.
    """
    host = id_host(session)
    orgs = {org_id: _org(session, org_id) for org_id in {unit.org_id for unit in units}}
    return {one.id: _sscc(one) or epcis.unit_id(host, orgs[one.org_id], one.number) for one in units}


def _sscc(unit: LogisticUnit) -> str | None:
    return f"https://id.gs1.org/00/{unit.sscc}" if unit.sscc else None


def party_uri(session: Session, org_id: int) -> str:
    """``https://<id host>/id/party/<organisation>``."""
    return epcis.party_id(id_host(session), _org(session, org_id))


def advice_uri(session: Session, one: Consignment, number: str = "") -> str:
    """The consignment's despatch advice; with ``number``, another paper of the sender."""
    return epcis.paper_id(id_host(session), _org(session, one.org_id), number or one.number)


def parcel_uri(session: Session, shipment: Shipment) -> str:
    """The despatch advice of a parcel, by the number we gave it."""
    return epcis.paper_id(id_host(session), _org(session, shipment.org_id), shipment.number)


def _org(session: Session, org_id: int) -> str:
    return session.get_one(Organisation, org_id).public_id
