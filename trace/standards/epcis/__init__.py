"""EPCIS 2.0 events: what happened to which goods, when, where and why.

``names``: vocabularies, our own namespace, and the identifiers that stand in events.
``events``: the events this registry appends, as plain JSON objects.
``checks``: whether an event, ours or captured, keeps the standard and the stricter rules beside it.

An event never carries a stamp's code: stamps appear as a count of their lot with a serial range.
"""

from trace.standards.epcis.checks import validate
from trace.standards.epcis.events import (
    Event,
    Quantity,
    Scene,
    Unweighed,
    aggregation_event,
    document,
    error_declaration,
    object_event,
    stamp_range,
    transformation_event,
)
from trace.standards.epcis.names import (
    CONTEXT,
    NAMESPACE,
    NAMESPACES,
    PREFIX,
    identifier,
    lot_id,
    paper_id,
    party_id,
    plot_id,
    site_id,
    unit_id,
)

__all__ = [
    "CONTEXT",
    "NAMESPACE",
    "NAMESPACES",
    "PREFIX",
    "Event",
    "Quantity",
    "Scene",
    "Unweighed",
    "aggregation_event",
    "document",
    "error_declaration",
    "identifier",
    "lot_id",
    "object_event",
    "paper_id",
    "party_id",
    "plot_id",
    "site_id",
    "stamp_range",
    "transformation_event",
    "unit_id",
    "validate",
]
