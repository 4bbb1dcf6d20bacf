"""Words of the Core Business Vocabulary 2.0, our namespace, and the identifiers in events."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from trace.standards.epc_uri import canonical
from trace.standards.fault import Fault

PREFIX: Final = "nongsan"
NAMESPACE: Final = "https://w3id.org/nongsan/epcis/"
"""Names our own fields in events; it is part of every event hash and therefore never changes."""

NAMESPACES: Final = {PREFIX: NAMESPACE}
CONTEXT: Final = (
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    NAMESPACES,
)


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set.

    >>> sorted(words("b a"))
    ['a', 'b']
    """
    return frozenset(text.split())


BIZ_STEPS: Final = words("""
    accepting arriving assembling collecting commissioning consigning creating_class_instance
    cycle_counting decommissioning departing destroying disassembling dispensing encoding
    entering_exiting holding inspecting installing killing loading other packing picking receiving
    removing repackaging repairing replacing reserving retail_selling sampling sensor_reporting
    shipping staging_outbound stock_taking stocking storing transporting unloading unpacking
    void_shipping""")
DISPOSITIONS: Final = words("""
    active available completeness_inferred completeness_verified conformant container_closed
    container_open damaged destroyed dispensed disposed encoded expired in_progress in_transit
    inactive mismatch_class mismatch_instance mismatch_quantity needs_replacement no_pedigree_match
    non_conformant non_sellable_other partially_dispensed recalled reserved retail_sold returned
    sellable_accessible sellable_not_accessible stolen unavailable unknown""")
TRANSACTION_TYPES: Final = words(
    "bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt"
)
PARTY_TYPES: Final = frozenset(("owning_party", "possessing_party", "location"))
ERROR_REASONS: Final = frozenset(("did_not_occur", "incorrect_data"))
ACTIONS: Final = frozenset(("ADD", "OBSERVE", "DELETE"))


def identifier(id_host: str, kind: str, *parts: str) -> str:
    """``https://<id host>/id/<kind>/<part>/...``: our own identifier where no GS1 number is owned.

    Raises ``epcis.identifier`` for an empty part, and where the address would read as a GS1
    Digital Link (an organisation "01" with a lot of 14 digits), which the event hash would rewrite.

    >>> identifier("id.example.vn", "box", "htx-3", "B 1")
    'https://id.example.vn/id/box/htx-3/B%201'
    """
    uri = f"https://{id_host}/id/{kind}/" + "/".join(quote(part, safe="") for part in parts)
    if not all(parts) or not re.fullmatch("[a-z0-9.:-]+", id_host) or canonical(uri) != uri:
        raise Fault("epcis.identifier", expected="https://{host}/id/{kind}/{id}", got=uri)
    return uri


def lot_id(id_host: str, org: str, lot: str) -> str:
    """The class of all goods of one lot; a lot's code is unique in its organisation.

    >>> lot_id("id.example.vn", "htx-3", "H260605-17")
    'https://id.example.vn/id/lot/htx-3/H260605-17'
    """
    return identifier(id_host, "lot", org, lot)


def plot_id(id_host: str, plot: str) -> str:
    """A plot, as a place where something happened."""
    return identifier(id_host, "plot", plot)


def site_id(id_host: str, site: str) -> str:
    """A packing house or another building."""
    return identifier(id_host, "site", site)


def unit_id(id_host: str, org: str, number: str) -> str:
    """A box or pallet; its number is unique in its organisation."""
    return identifier(id_host, "unit", org, number)


def party_id(id_host: str, org: str) -> str:
    """An organisation of the registry."""
    return identifier(id_host, "party", org)


def paper_id(id_host: str, org: str, number: str) -> str:
    """A paper that an organisation numbers itself, such as a despatch advice."""
    return identifier(id_host, "paper", org, number)
