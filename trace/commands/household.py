"""``nongsan household``: what is held of the people of a household, and erasing it."""

import json
from pathlib import Path

import click
from sqlmodel import Session, select

from trace.commands.terminal import actor_for, as_account, as_json, now, opened, say
from trace.db import transaction
from trace.errors import NotFound
from trace.records.household import Household
from trace.records.organisation import Organisation
from trace.services.admission import Actor
from trace.services.erasing import erase_household
from trace.services.personal_export import personal_export


@click.group()
def household() -> None:
    """A household's personal data: hand it out, erase it."""


def _named(session: Session, org_id: str, code: str, login: str | None) -> tuple[Actor, int]:
    """Who acts, and the household's number."""
    question = (
        select(Household, Organisation)
        .where(Household.org_id == Organisation.id)
        .where(Organisation.public_id == org_id, Household.code == code)
    )
    found = session.exec(question).one_or_none()
    if found is None:
        raise NotFound()
    return actor_for(session, login, found[1]), found[0].id


@household.command()
@click.argument("org")
@click.argument("code")
@click.option("--reason", default="", help="Why; needed from the office, and kept.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Default: CODE.household.json.")
@as_account
@as_json
def export(org: str, code: str, reason: str, out: Path | None, login: str | None, *, as_json: bool) -> None:
    """Write all that is held of household CODE of organisation ORG into a JSON file, phone included."""
    with opened(), transaction() as session:
        actor, number = _named(session, org, code, login)
        values = personal_export(session, actor, number, now(), reason)
    path = out or Path(f"{code}.household.json".replace("/", "-"))
    path.touch(mode=0o600)
    path.write_text(json.dumps(values, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    say({"file": str(path), "household": code}, as_json=as_json, lines=[f"{path}: {code}"])


@household.command()
@click.argument("org")
@click.argument("code")
@click.option("--reason", required=True, help="Why, without a person's name; kept.")
@as_account
@as_json
def erase(org: str, code: str, reason: str, login: str | None, *, as_json: bool) -> None:
    """Erase what names the people of household CODE of organisation ORG, for good. Codes and lots stay."""
    with opened(), transaction() as session:
        actor, number = _named(session, org, code, login)
        row = erase_household(session, actor, number, reason, now())
    said = {"household": row.code, "erased_at": row.erased_at}
    say(said, as_json=as_json, lines=[f"{row.code}  {row.erased_at:%Y-%m-%dT%H:%M:%SZ}"])
