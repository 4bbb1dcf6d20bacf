"""``nongsan org``: organisations."""

from typing import Any

import click

from trace.commands.terminal import actor_for, as_account, as_json, now, opened, say
from trace.db import reading, transaction
from trace.records.organisation import Organisation, OrgKind
from trace.services import organisation_ending, organisations
from trace.services.intake import read


@click.group()
def org() -> None:
    """Cooperatives, enterprises, packing houses, the office."""


@org.command()
@click.argument("name")
@click.option("--kind", type=click.Choice([kind.value for kind in OrgKind]), default="cooperative")
@click.option("--commune", default="", help="Code of the commune since July 2025, five digits.")
@click.option("--old-commune", default="", help="Code of the commune before July 2025.")
@click.option("--tax-code", default="", help="Tax code, 10 or 13 digits.")
@click.option("--gln", default="", help="GLN, 13 digits.")
@click.option("--phone", default="", help="Phone number shown to consumers.")
@click.option("--name-en", default="", help="Name in English.")
@as_account
@as_json
def add(name: str, login: str | None, *, as_json: bool, **given: Any) -> None:
    """Register the organisation NAME."""
    organisation = read(organisations.OrganisationIn, {"name": name, **given})
    with opened(), transaction() as session:
        row = organisations.add_organisation(session, actor_for(session, login), organisation, now())
    say(_row(row), as_json=as_json, lines=[_line(row)])


@org.command(name="list")
@click.argument("text", default="")
@as_account
@as_json
def list_organisations(text: str, login: str | None, *, as_json: bool) -> None:
    """Organisations whose name holds TEXT, marks or not."""
    with opened(), reading() as session:
        rows = organisations.organisations(session, actor_for(session, login), text, limit=10_000)
    say([_row(row) for row in rows], as_json=as_json, lines=[_line(row) for row in rows])


@org.command()
@click.argument("public_id")
@click.option("--reason", required=True, help="Why it ends; kept in the log.")
@as_account
@as_json
def end(public_id: str, reason: str, login: str | None, *, as_json: bool) -> None:
    """Switch an organisation off: nobody of it signs in, its shops rest; what it printed stands."""
    with opened(), transaction() as session:
        actor = actor_for(session, login)
        row = organisation_ending.end_organisation(session, actor, public_id, reason, now())
    say(_row(row), as_json=as_json, lines=[_line(row)])


@org.command()
@click.argument("public_id")
@as_account
@as_json
def resume(public_id: str, login: str | None, *, as_json: bool) -> None:
    """Switch an organisation on again."""
    with opened(), transaction() as session:
        row = organisation_ending.resume_organisation(session, actor_for(session, login), public_id, now())
    say(_row(row), as_json=as_json, lines=[_line(row)])


def _row(row: Organisation) -> dict[str, Any]:
    fields = ("public_id", "kind", "name", "tax_code", "gln", "commune_code", "old_commune_code", "is_active")
    return {name: getattr(row, name) for name in fields}


def _line(row: Organisation) -> str:
    ended = () if row.is_active else ("(ended)",)
    return "  ".join((row.public_id, row.kind, row.tax_code or "-", row.commune_code, row.name, *ended))
