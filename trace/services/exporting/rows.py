"""A chain as the neutral tables: plain values by field, in the order of ``fields.TABLES``."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from trace.records.lot import LotKind
from trace.services.exporting.chains import Chain, acts
from trace.services.exporting.fields import TABLES
from trace.services.tracing.report import Node
from trace.standards.local_time import VN, local_day

Row = dict[str, Any]


def rows_of(table: str, chain: Chain) -> Iterator[Row]:
    """The rows of one table; every row has every field, empty ones are None."""
    of = chain.start.lot.public_id
    for values in _MAKERS[table](chain):
        yield {name: of if name == "of" else _plain(values.get(name)) for name in TABLES[table]}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(VN).isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else None if value == "" else value


def _lots(chain: Chain) -> Iterator[Row]:
    for node in chain.report.nodes:
        lot = node.lot
        named = {
            "lot": lot.public_id, "id": chain.ids[lot.id], "code": lot.code, "kind": lot.kind,
            "organisation": lot.org, "part_g": node.part_g, "step": node.layer, "partner": lot.is_partner,
        }  # fmt: skip
        if lot.is_partner:
            yield {**named, ("packed" if lot.packed_on else "harvested"): lot.day}
            continue
        told = {
            "state": node.standing, "product": lot.product, "gtin": chain.gtins.get(lot.id),
            "crop": lot.crop, "variety": lot.variety, "harvested": lot.harvested_on,
            "packed": lot.packed_on, "best_before": lot.best_before, "weight_g": lot.weight_g,
            "in_g": node.in_g, "loss_g": node.loss_g,
        }  # fmt: skip
        yield {**named, **told, **_where(chain, node)}


def _where(chain: Chain, node: Node) -> Row:
    commune, province = chain.place(node.lot)
    return {"commune_code": node.lot.commune, "commune": commune, "province": province}


def _links(chain: Chain) -> Iterator[Row]:
    names = {node.lot.id: node.lot.public_id for node in chain.report.nodes}
    for link in chain.report.links:
        yield {"from": names[link.parent], "to": names[link.child], "weight_g": link.grams}


def _households(chain: Chain) -> Iterator[Row]:
    """Each household once a commune, with what its harvests weigh and what of them is in the lot."""
    found: dict[tuple[str, str, str], Row] = {}
    for node in chain.own:
        lot = node.lot
        if not lot.household or lot.kind != LotKind.HARVEST:
            continue
        about = {"organisation": lot.org, "household": lot.household, **_where(chain, node)}
        row = found.setdefault((lot.org, lot.household, lot.commune), {**about, "lots": 0})
        row["lots"] += 1
        row["weight_g"] = row.get("weight_g", 0) + lot.weight_g
        row["part_g"] = row.get("part_g", 0) + node.part_g
    yield from found.values()


def _places(chain: Chain) -> Iterator[Row]:
    """Where goods grew or were packed, and on which day; a plot by its code, its name may be a person's."""
    for node in chain.own:
        lot = node.lot
        is_plot = lot.kind == LotKind.HARVEST
        if not is_plot and not lot.packed_on:
            continue
        yield {
            "lot": lot.public_id, "kind": "plot" if is_plot else "packing_house",
            "code": lot.plot if is_plot else lot.house, "growing_area": lot.area if is_plot else None,
            "crop": lot.crop, "harvested": lot.harvested_on if is_plot else None, "packed": lot.packed_on,
            "weight_g": lot.weight_g, "part_g": node.part_g, **_where(chain, node),
        }  # fmt: skip


def _stages(chain: Chain) -> Iterator[Row]:
    """What was done with which goods, when and where; no reason that somebody wrote."""
    names = {node.lot.id: node.lot.public_id for node in chain.own}
    for event in acts(chain):
        yield {
            "lot": names[event.subject_id], "product_id": chain.ids[event.subject_id], "act": event.act,
            "biz_step": event.biz_step, "time": event.event_time, "place": event.read_point,
            "event": event.event_id,
        }  # fmt: skip


def _stamps(chain: Chain) -> Iterator[Row]:
    """Serial ranges of live stamps, and the page that a lot's stamps lead to."""
    for node in chain.own:
        for one in node.stamps:
            yield {
                "lot": node.lot.public_id, "key": one.kid, "first": one.range.first, "last": one.range.last,
                "count": one.range.count, "activated": local_day(one.at),
                "lookup": f"{chain.asking.public_url}/lo/{node.lot.public_id}",
            }  # fmt: skip


_MAKERS: Mapping[str, Callable[[Chain], Iterator[Row]]] = {
    "lots": _lots,
    "links": _links,
    "households": _households,
    "places": _places,
    "stages": _stages,
    "stamps": _stamps,
}
