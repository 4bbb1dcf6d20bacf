"""``nongsan lot pack``: one or many lots become another: pooled, packed or processed."""

import secrets
from typing import Any

import click
from sqlmodel import Session

from trace.commands.lot_lines import answer, coded, named
from trace.commands.terminal import actor_for, as_account, as_json, now, opened
from trace.db import transaction
from trace.records.lot import LotKind
from trace.records.plot import PackingHouse
from trace.records.product import Product
from trace.services import packing
from trace.services.intake import read
from trace.services.pack_inputs import PackIn
from trace.standards import quantity
from trace.standards.local_time import local_day

KINDS = (LotKind.POOL, LotKind.PACK, LotKind.PROCESSED)


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="LOT[=WEIGHT]...")
@click.option("--kind", type=click.Choice([str(kind) for kind in KINDS]), default="pack", show_default=True)
@click.option("--product", default="", help="The product's SKU (default: the first lot's).")
@click.option("--units", default="", help="How many boxes it makes.")
@click.option("--weight", "weight_g", default="", help="Or what it weighs, such as 1.480, in kilograms.")
@click.option("--date", "day", default="", help="Day of packing, day/month/year (default: today).")
@click.option("--house", "house_code", default="", help="The packing house, by its code.")
@click.option("--loss", "loss_reason", default="", help="Reason for a large loss.")
@click.option("--request-id", default="", help="Sending the same id again gives the same lot.")
@as_account
@as_json
def pack(inputs: tuple[str, ...], login: str | None, **more: Any) -> None:
    """Pool, pack or process lots of one crop; without a WEIGHT a lot gives all it still has."""
    at = now()
    with opened(), transaction() as session:
        draws = [_draw(session, text) for text in inputs]
        _lot, org = named(session, draws[0]["lot"])
        product = coded(session, Product.sku, org, more["product"])
        house = coded(session, PackingHouse.code, org, more["house_code"])
        values = {
            "parents": draws,
            "kind": more["kind"],
            "product": product.public_id if product else "",
            "units": more["units"],
            "weight_g": more["weight_g"] or None,
            "packed_on": quantity.day(more["day"], local_day(at)) if more["day"] else local_day(at),
            "packing_house_id": house.id if house else None,
            "loss_reason": more["loss_reason"],
            "request_id": more["request_id"] or f"cli-{secrets.token_hex(8)}",
        }
        made = packing.pack_lot(session, actor_for(session, login, org), read(PackIn, values), at)
    answer(made, json=more["as_json"])


def _draw(session: Session, text: str) -> dict[str, Any]:
    name, _, weight = text.partition("=")
    return {"lot": named(session, name)[0].public_id, "weight_g": weight or None}
