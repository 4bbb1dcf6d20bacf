"""``nongsan lot correct`` and ``nongsan lot withdraw``: what was written down wrongly."""

from typing import Any

import click
from sqlmodel import Session

from trace.commands.lot_lines import answer, coded, named
from trace.commands.terminal import actor_for, as_account, as_json, now, opened
from trace.db import transaction
from trace.records.plot import PackingHouse, Plot
from trace.services.correcting.given import CorrectIn, WithdrawIn
from trace.services.correcting.lots import correct_lot
from trace.services.correcting.withdrawing import withdraw_lot
from trace.services.intake import read
from trace.standards import quantity
from trace.standards.local_time import local_day


@click.command()
@click.argument("name")
@click.option("--weight", "weight_g", default="", help="The right weight, such as 1.480, in kilograms.")
@click.option("--units", default="", help="The right number of boxes of a packed lot.")
@click.option("--date", "day", default="", help="The right harvest or packing day, day/month/year.")
@click.option("--plot", "plot_code", default="", help="The right plot of a harvest lot, by its code.")
@click.option("--house", "house_code", default="", help="The right packing house, by its code.")
@click.option("--input", "inputs", multiple=True, metavar="LOT=WEIGHT", help="What was taken from an input.")
@click.option("--reason", default="", help="Why; asked for once goods of the lot went out.")
@as_account
@as_json
def correct(name: str, login: str | None, inputs: tuple[str, ...], **more: Any) -> None:
    """Correct a lot; what was told before stays, declared wrong (as the cooperative)."""
    at = now()
    with opened(), transaction() as session:
        found, org = named(session, name)
        plot = coded(session, Plot.code, org, more["plot_code"])
        house = coded(session, PackingHouse.code, org, more["house_code"])
        values = {
            "weight_g": more["weight_g"] or None,
            "units": more["units"],
            "made_on": quantity.day(more["day"], local_day(at)) if more["day"] else None,
            "plot_id": plot.id if plot else None,
            "packing_house_id": house.id if house else None,
            "parents": [_drawn(session, text) for text in inputs],
            "reason": more["reason"],
        }
        given = read(CorrectIn, values)
        correct_lot(session, actor_for(session, login, org), found.public_id, given, at)
    answer(found, json=more["as_json"])


def _drawn(session: Session, text: str) -> dict[str, str]:
    name, _, weight = text.partition("=")
    return {"lot": named(session, name)[0].public_id, "weight_g": weight}


@click.command()
@click.argument("name")
@click.option("--reason", required=True, help="Why it was written down by mistake.")
@as_account
@as_json
def withdraw(name: str, reason: str, login: str | None, *, as_json: bool) -> None:
    """Withdraw a lot that never was, while nothing hangs on it (as the cooperative)."""
    given = read(WithdrawIn, {"reason": reason})
    with opened(), transaction() as session:
        found, org = named(session, name)
        withdraw_lot(session, actor_for(session, login, org), found.public_id, given, now())
    answer(found, json=as_json)
