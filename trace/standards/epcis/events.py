"""The events this registry appends, as plain JSON objects, at +07:00 and without an event id.

``event_hash.identify`` gives the id. Weights are integers in grams here and kilograms in events.
Which call tells what: harvest and packing ``object_event(ADD, commissioning)`` or
``transformation_event``; stamps activated ``object_event(ADD, commissioning)`` with ``stamp_range``;
release ``accepting``, hold and recall ``holding``, dispatch ``shipping``, sale ``retail_selling``, all
OBSERVE; boxing ``aggregation_event``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from trace.standards.epcis.names import CONTEXT, PREFIX
from trace.standards.fault import Fault
from trace.standards.local_time import VN, require_aware

Event = dict[str, object]
Parties = Mapping[str, str]
"""From ``owning_party``, ``possessing_party`` or ``location`` to an identifier."""

_NOTHING: Final[Mapping[str, object]] = {}


@dataclass(frozen=True)
class Quantity:
    """So much of a class: a weight in grams, or a number of pieces; exactly one of the two.

    Raises ``epcis.quantity`` otherwise, and for a negative one.
    """

    epc_class: str
    weight_g: int | None = None
    pieces: int | None = None

    def __post_init__(self) -> None:
        amounts = [amount for amount in (self.weight_g, self.pieces) if amount is not None]
        if len(amounts) != 1 or amounts[0] < 0:
            raise Fault("epcis.quantity", expected=">= 0", got=(self.weight_g, self.pieces))

    def as_json(self) -> dict[str, object]:
        """A quantity element.

        >>> Quantity("urn:x:lot", weight_g=420_500).as_json()
        {'epcClass': 'urn:x:lot', 'quantity': 420.5, 'uom': 'KGM'}
        """
        if self.weight_g is None:
            return {"epcClass": self.epc_class, "quantity": self.pieces}
        whole, grams = divmod(self.weight_g, 1000)
        kilograms = self.weight_g / 1000 if grams else whole
        return {"epcClass": self.epc_class, "quantity": kilograms, "uom": "KGM"}


@dataclass(frozen=True)
class Unweighed:
    """Some of a class, how much is not known."""

    epc_class: str

    def as_json(self) -> dict[str, object]:
        """A quantity element without a quantity.

        >>> Unweighed("urn:x:lot").as_json()
        {'epcClass': 'urn:x:lot'}
        """
        return {"epcClass": self.epc_class}


@dataclass(frozen=True)
class Scene:
    """When, where and why: what all events share.

    ``at`` is aware; places, certificates and transactions are identifiers. ``transactions`` are
    pairs of a type (``desadv``, ``po``, ``testres`` ...) and an identifier. ``extra`` are fields of
    our own, without prefix.
    """

    at: datetime
    biz_step: str
    disposition: str | None = None
    read_point: str | None = None
    biz_location: str | None = None
    transactions: Sequence[tuple[str, str]] = ()
    sources: Parties | None = None
    destinations: Parties | None = None
    certificates: Sequence[str] = ()
    extra: Mapping[str, object] | None = None

    def as_json(self) -> Event:
        """The shared fields; what is not known is left out. Raises ``standard.naive_time``."""
        local = require_aware(self.at).astimezone(VN)
        return {
            "eventTime": local.isoformat(timespec="milliseconds"),
            "eventTimeZoneOffset": local.isoformat()[-6:],
            "bizStep": self.biz_step,
            **_known(
                certificationInfo=list(self.certificates),
                disposition=self.disposition,
                readPoint=_place(self.read_point),
                bizLocation=_place(self.biz_location),
                bizTransactionList=[{"type": t, "bizTransaction": id_} for t, id_ in self.transactions],
                sourceList=[{"type": t, "source": id_} for t, id_ in (self.sources or {}).items()],
                destinationList=[
                    {"type": t, "destination": id_} for t, id_ in (self.destinations or {}).items()
                ],
            ),
            **_own(self.extra or _NOTHING),
        }


def object_event(
    scene: Scene,
    action: str,
    quantities: Iterable[Quantity | Unweighed] = (),
    *,
    epcs: Iterable[str] = (),
    ilmd: Mapping[str, object] | None = None,
    becomes: Sequence[str] = (),
    ceases: Sequence[str] = (),
) -> Event:
    """Something happened to these goods: ADD makes them, OBSERVE sees them, DELETE ends them.

    ``ilmd`` describes goods that ADD makes; its fields are our own, without prefix. ``becomes`` and
    ``ceases`` are lasting dispositions, such as ``recalled``.
    """
    what = _known(epcList=list(epcs), quantityList=_elements(quantities))
    lasting = _known(set=list(becomes), unset=list(ceases))
    return {
        "type": "ObjectEvent",
        "action": action,
        **scene.as_json(),
        **what,
        **_known(persistentDisposition=lasting, ilmd=_own(ilmd or _NOTHING)),
    }


def transformation_event(
    scene: Scene,
    inputs: Iterable[Quantity],
    outputs: Iterable[Quantity],
    *,
    loss_g: int = 0,
    ilmd: Mapping[str, object] | None = None,
) -> Event:
    """Goods became other goods (pooling, grading, packing, processing); ``ilmd`` tells of the outputs.

    ``loss_g`` is the weight sorted out, part of the mass balance and of the hash.
    """
    return {
        "type": "TransformationEvent",
        **scene.as_json(),
        "inputQuantityList": _elements(inputs),
        "outputQuantityList": _elements(outputs),
        **_known(ilmd=_own(ilmd or _NOTHING)),
        **_own({"lossGrams": loss_g}),
    }


def aggregation_event(
    scene: Scene,
    action: str,
    parent: str,
    children: Iterable[Quantity] = (),
    *,
    child_epcs: Iterable[str] = (),
) -> Event:
    """Goods were put into a box or taken out of it; DELETE without children empties the box."""
    return {
        "type": "AggregationEvent",
        "action": action,
        "parentID": parent,
        **scene.as_json(),
        **_known(childEPCs=list(child_epcs), childQuantityList=_elements(children)),
    }


def stamp_range(key_id: int, first: int, count: int) -> dict[str, object]:
    """The extra field that says which stamps an activation is about: serials, never codes.

    >>> stamp_range(7, 1000, 500)
    {'stamps': {'nongsan:keyId': 7, 'nongsan:firstSerial': 1000, 'nongsan:count': 500}}
    """
    return {"stamps": _own({"keyId": key_id, "firstSerial": first, "count": count})}


def error_declaration(
    event: Mapping[str, object],
    declared_at: datetime,
    reason: str,
    corrective_ids: Sequence[str] = (),
    *,
    note: str = "",
) -> Event:
    """The event once more, declared wrong: ``did_not_occur`` or ``incorrect_data``.

    Everything else, its id too, stays as it was (EPCIS 2.0 section 7.4.1.4); what is right is told
    by other events, named in ``corrective_ids``. ``note`` is why, as a person wrote it.
    """
    declaration = {
        "declarationTime": require_aware(declared_at).astimezone(VN).isoformat(timespec="milliseconds"),
        "reason": reason,
        **_known(correctiveEventIDs=list(corrective_ids)),
        **_own({"note": note} if note else _NOTHING),
    }
    return {**event, "errorDeclaration": declaration}


def document(events: Iterable[Mapping[str, object]], created_at: datetime) -> dict[str, object]:
    """An EPCISDocument 2.0 around events, with the context that explains our own fields."""
    return {
        "@context": list(CONTEXT),
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": require_aware(created_at).astimezone(VN).isoformat(timespec="milliseconds"),
        "epcisBody": {"eventList": [dict(event) for event in events]},
    }


def _elements(quantities: Iterable[Quantity | Unweighed]) -> list[dict[str, object]]:
    return [quantity.as_json() for quantity in quantities]


def _place(uri: str | None) -> dict[str, str]:
    return {"id": uri} if uri else {}


def _known(**fields: object) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value}


def _own(fields: Mapping[str, object]) -> dict[str, object]:
    return {name if ":" in name else f"{PREFIX}:{name}": value for name, value in fields.items()}
