"""One lychee lot from tree to recall, as this registry tells it in events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from trace.standards.epcis import (
    Event,
    Quantity,
    Scene,
    aggregation_event,
    identifier,
    lot_id,
    object_event,
    plot_id,
    site_id,
    stamp_range,
    transformation_event,
)

HOST = "id.example.vn"
MORNING = datetime(2026, 6, 4, 22, 30, 0, 250_000, tzinfo=UTC)
SITE = site_id(HOST, "PH-7")
HARVESTED = lot_id(HOST, "htx-3", "H260605-17")
NEIGHBOURS = lot_id(HOST, "htx-3", "H260605-18")
PACKED = lot_id(HOST, "htx-3", "K260605-03")
BOX = identifier(HOST, "box", "htx-3", "B-981")


def story() -> dict[str, Event]:
    """Every kind of event, by the act it tells of."""

    def at(hours: int, biz_step: str, **more: object) -> Scene:
        return Scene(MORNING + timedelta(hours=hours), biz_step, read_point=SITE, **more)  # type: ignore[arg-type]

    packed = Quantity(PACKED, weight_g=680_000)
    return {
        "harvest": object_event(
            Scene(
                MORNING,
                "commissioning",
                "active",
                plot_id(HOST, "P-123"),
                certificates=(identifier(HOST, "certificate", "VG-1"),),
            ),
            "ADD",
            [Quantity(HARVESTED, weight_g=420_500)],
            ilmd={"variety": "u hồng", "cbvmda:lotNumber": "H260605-17", "growingArea": "VN-HDOR-0012"},
        ),
        "pack": transformation_event(
            at(4, "commissioning", disposition="active", biz_location=SITE),
            [Quantity(HARVESTED, weight_g=420_500), Quantity(NEIGHBOURS, weight_g=300_000)],
            [packed],
            loss_g=40_500,
            ilmd={"packDate": "2026-06-05"},
        ),
        "activate": object_event(
            at(5, "commissioning", disposition="active", extra=stamp_range(7, 1000, 340)),
            "ADD",
            [Quantity(PACKED, pieces=340)],
        ),
        "release": object_event(at(5, "accepting", disposition="sellable_accessible"), "OBSERVE", [packed]),
        "box": aggregation_event(
            at(6, "packing", disposition="in_progress"), "ADD", BOX, [Quantity(PACKED, weight_g=4_000)]
        ),
        "empty the box": aggregation_event(at(7, "unpacking"), "DELETE", BOX),
        "ship": object_event(
            at(
                8,
                "shipping",
                disposition="in_transit",
                transactions=[
                    ("po", identifier(HOST, "order", "77")),
                    ("desadv", identifier(HOST, "shipment", "S-12")),
                ],
                sources={"possessing_party": identifier(HOST, "org", "htx-3")},
                destinations={"possessing_party": identifier(HOST, "org", "buyer-44")},
            ),
            "OBSERVE",
            epcs=[BOX],
        ),
        "sell": object_event(
            at(30, "retail_selling", disposition="retail_sold"), "OBSERVE", [Quantity(PACKED, pieces=2)]
        ),
        "hold": object_event(at(31, "holding", disposition="sellable_not_accessible"), "OBSERVE", [packed]),
        "recall": object_event(
            at(32, "holding", extra={"reason": "residue"}), "OBSERVE", [packed], becomes=["recalled"]
        ),
    }
