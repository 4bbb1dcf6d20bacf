"""``nongsan lot``: lots from the command line."""

import secrets
from typing import Any

import click
from sqlmodel import Session, select

from trace.commands.lot_corrections import correct, withdraw
from trace.commands.lot_export import export
from trace.commands.lot_lines import answer, as_row, coded, line, named
from trace.commands.lot_pack import pack
from trace.commands.terminal import actor_for, as_account, as_json, language, now, opened, say
from trace.db import reading, transaction
from trace.errors import NotFound
from trace.records.organisation import Organisation
from trace.records.plot import Plot
from trace.records.product import Product
from trace.services import harvesting, holding, lot_pages, releasing
from trace.services.intake import read
from trace.services.lot_information import Answer, Item
from trace.standards import quantity
from trace.standards.local_time import local_day
from trace.texts.catalogs import shown
from trace.texts.formats import kilograms


@click.group()
def lot() -> None:
    """Lots: register, pack, list, show, release, correct, hold, lift a hold, write for others."""


for command in (export, correct, pack, withdraw):
    lot.add_command(command)


@lot.command()
@click.argument("plot_code")
@click.argument("weight")
@click.option("--org", "org_name", metavar="PUBLIC_ID", help="The cooperative, where plot codes repeat.")
@click.option("--date", "day", default="", help="Harvest day, day/month/year (default: today).")
@click.option("--product", default="", help="The product's SKU.")
@click.option("--crates", default="", help="Number of crates.")
@click.option("--reason", default="", help="Reason for a high yield.")
@click.option("--request-id", default="", help="Sending the same id again gives the same lot.")
@as_account
@as_json
def add(
    plot_code: str, weight: str, org_name: str | None, day: str, product: str, login: str | None, **more: Any
) -> None:
    """Register a harvest of PLOT_CODE; WEIGHT such as 1.500 or "1 tấn 5 tạ" is in kilograms."""
    at = now()
    with opened(), transaction() as session:
        plot, org = _plot(session, plot_code, org_name)
        grown = coded(session, Product.sku, org, product)
        values = {
            "plot_id": plot.id,
            "weight_g": weight,
            "harvested_on": quantity.day(day, local_day(at)) if day else local_day(at),
            "product": grown.public_id if grown else "",
            "crates": more["crates"],
            "yield_reason": more["reason"],
            "request_id": more["request_id"] or f"cli-{secrets.token_hex(8)}",
        }
        given = read(harvesting.LotIn, values)
        made = harvesting.register_lot(session, actor_for(session, login, org), given, at)
    answer(made, json=more["as_json"])


def _plot(session: Session, code: str, org_name: str | None) -> tuple[Plot, Organisation]:
    question = select(Plot, Organisation).where(Plot.org_id == Organisation.id, Plot.code == code)
    if org_name:
        question = question.where(Organisation.public_id == org_name)
    found = session.exec(question.limit(2)).all()
    if len(found) != 1:
        raise NotFound()
    return found[0]


@lot.command("list")
@click.option("--find", "q", default="", help="Code, plot or product; accents are not needed.")
@click.option("--state", default=None, help="draft, open, hold, released, recalled, consumed or destroyed.")
@click.option("--limit", default=50, show_default=True, help="How many.")
@as_account
@as_json
def list_lots(q: str, state: str | None, limit: int, login: str | None, *, as_json: bool) -> None:
    """List lots, the newest first."""
    wanted = read(lot_pages.LotFilter, {"q": q, "state": state, "limit": limit})
    with opened(), reading() as session:
        rows = [row.lot for row in lot_pages.lots(session, actor_for(session, login), wanted).rows]
    say([as_row(one) for one in rows], as_json=as_json, lines=[line(one) for one in rows])


@lot.command()
@click.argument("name")
@as_account
@as_json
def show(name: str, login: str | None, *, as_json: bool) -> None:
    """Show a lot by its public id or code: state, holds, what it must say, inputs and what became of it."""
    with opened(), reading() as session:
        found, _org = named(session, name)
        detail = lot_pages.lot_detail(session, actor_for(session, login), found.public_id)
        holds = [{"hold": one.id, "rule": one.rule, "reason": one.reason} for one in detail.holds]
    parents = [{"lot": one.code, "weight_g": grams} for one, grams in detail.parents]
    children = [{"lot": one.code, "weight_g": grams} for one, grams in detail.children]
    values = {**as_row(found), "holds": holds, "parents": parents, "children": children}
    values["information"] = [_information(one) for one in detail.information]
    lines = [line(found), *(f"  hold {one['hold']}: {one['reason']}" for one in holds)]
    for paper in ("tt02", "qd25"):
        if items := detail.items_of(paper):
            lines.append(f"  {paper}: {detail.in_order(items)}/{len(items)}")
            lines += [f"    {_missing(one)}" for one in items if one.answer is Answer.MISSING]
    lines += [f"  from {one.code}: {kilograms(grams)} kg" for one, grams in detail.parents]
    lines += [f"  into {one.code}: {kilograms(grams)} kg" for one, grams in detail.children]
    say(values | {"events": [one.act for one in detail.life]}, as_json=as_json, lines=lines)


def _information(one: Item) -> dict[str, Any]:
    return {
        "item": one.item,
        "name": shown(language(), one.name),
        "answer": str(one.answer),
        "found": shown(language(), one.found) if one.found is not None else None,
        "todo": shown(language(), one.todo) if one.answer is Answer.MISSING else None,
        "where": str(one.place),
    }


def _missing(one: Item) -> str:
    return f"{one.item} {shown(language(), one.name)}: {shown(language(), one.todo)}"


@lot.command()
@click.argument("name")
@as_account
@as_json
def release(name: str, login: str | None, *, as_json: bool) -> None:
    """Let a lot out (as the cooperative's manager)."""
    with opened(), transaction() as session:
        found, org = named(session, name)
        done = releasing.release_lot(session, actor_for(session, login, org), found.public_id, now())
    answer(done, json=as_json)


@lot.command()
@click.argument("name")
@click.option("--reason", required=True, help="Why the lot is stopped.")
@as_account
@as_json
def hold(name: str, reason: str, login: str | None, *, as_json: bool) -> None:
    """Stop a lot and everything made from it (as the office)."""
    given = read(holding.HoldIn, {"reason": reason})
    with opened(), transaction() as session:
        found, _org = named(session, name)
        holding.hold_lot(session, actor_for(session, login), found.public_id, given, now())
    answer(found, json=as_json)


@lot.command("lift-hold")
@click.argument("name")
@click.option("--result", required=True, help="Number of the laboratory paper or report.")
@click.option("--reason", required=True, help="Why the lot may go on.")
@as_account
@as_json
def lift_hold(name: str, result: str, reason: str, login: str | None, *, as_json: bool) -> None:
    """Lift all holds of a lot (as the office)."""
    given = read(holding.LiftIn, {"result": result, "reason": reason})
    with opened(), transaction() as session:
        found, _org = named(session, name)
        actor = actor_for(session, login)
        for one in holding.open_holds(session, found):
            holding.lift_hold(session, actor, one.id, given, now())
    answer(found, json=as_json)
