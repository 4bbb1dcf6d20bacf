"""A report as plain values for programs: names, grams and days, nothing about a buyer or a person."""

from typing import Any

from trace.services.tracing.goods import Parcel, Sale, Sent, StampRange
from trace.services.tracing.report import Node, Report
from trace.services.tracing.starts import Start


def as_values(start: Start, report: Report) -> dict[str, Any]:
    """The whole report; lots by their public id."""
    names = {node.lot.id: node.lot.public_id for node in report.nodes}
    return {
        "start": {"kind": start.kind, "name": start.name},
        "direction": report.way.value,
        "weight_g": report.weight_g,
        "cut": report.is_cut,
        "lots": [_node(node) for node in report.nodes],
        "links": [
            {"from": names[one.parent], "to": names[one.child], "weight_g": one.grams} for one in report.links
        ],
        "sources": [names[node.lot.id] for node in report.sources],
        "worst": [{"lot": node.lot.public_id, "state": node.standing} for node in report.worst],
    }


def _node(node: Node) -> dict[str, Any]:
    lot = node.lot
    if lot.is_partner:
        whose = {"public_id": lot.public_id, "code": lot.code, "kind": lot.kind, "organisation": lot.org}
        return {**whose, "day": lot.day, "part_g": node.part_g, "partner": True}
    names = ("public_id", "code", "kind", "state", "product", "crop", "variety", "plot", "household")
    values = {name: getattr(lot, name) for name in names}
    return {
        **values,
        "growing_area": lot.area,
        "packing_house": lot.house,
        "organisation": lot.org,
        "harvested": lot.harvested_on,
        "packed": lot.packed_on,
        "step": node.layer,
        "part_g": node.part_g,
        "in_g": node.in_g,
        "weight_g": lot.weight_g,
        "loss_g": node.loss_g,
        "packed_on_g": node.drawn_g,
        "sold_g": node.sold_g,
        "boxed_g": node.boxed_g,
        "left_g": node.left_g,
        "stamps": [_stamps(one) for one in node.stamps],
        "orders": [_sale(one) for one in node.sales],
        "parcels": [_parcel(one) for one in node.parcels],
        "consignments": [_sent(one) for one in node.sent],
        "received_in": [{"number": one.number, "sender": one.sender, "at": one.at} for one in node.came],
        "holds": [one.since for one in node.stops],
        "recalls": [one.number for one in node.recalls],
        "partner": False,
    }


def _stamps(one: StampRange) -> dict[str, Any]:
    return {"key": one.kid, "first": one.range.first, "last": one.range.last, "activated": one.at}


def _sale(one: Sale) -> dict[str, Any]:
    order = {"marketplace": one.marketplace, "shop": one.shop, "number": one.number, "status": one.status}
    return {**order, "ordered": one.ordered_at, "pieces": one.pieces, "weight_g": one.grams}


def _parcel(one: Parcel) -> dict[str, Any]:
    parcel = {"carrier": one.carrier, "number": one.number, "state": one.state, "order": one.order}
    return {**parcel, "day": one.at, "pieces": one.pieces, "weight_g": one.weight_g}


def _sent(one: Sent) -> dict[str, Any]:
    told = {"number": one.number, "receiver": one.receiver, "market": one.market, "state": one.state}
    return {**told, "day": one.day, "boxes": one.boxes, "weight_g": one.grams}
