"""``nongsan reports``: what is mailed when, and the certificate it is signed with."""

from pathlib import Path

import click

from trace.commands.terminal import actor_for, as_account, as_json, now, opened, say
from trace.db import reading, transaction
from trace.records.account import Role
from trace.services.admission import Actor
from trace.services.office_reports import certificates, plans

OPERATOR = Actor(None, Role.ADMIN)


@click.group()
def reports() -> None:
    """Reports of figures by mail, and their signature."""


@reports.command("list")
@as_account
@as_json
def list_(login: str | None, *, as_json: bool) -> None:
    """Every report with when it is due next."""
    with opened(), reading() as session:
        found = plans.reports(session, actor_for(session, login))
    names = ("public_id", "title", "state", "span", "rhythm", "day", "hour", "next_due_at")
    values = [{name: getattr(one, name) for name in names} for one in found]
    lines = [f"{one.public_id} {one.state:<7} {one.next_due_at:%Y-%m-%d %H:%M}Z {one.title}" for one in found]
    say(values, as_json=as_json, lines=lines or ["no reports"])


@reports.command("sign-with")
@click.argument("file", metavar="PKCS12", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--password", prompt=True, hide_input=True, help="Of the file; asked for when left out.")
@as_json
def sign_with(file: Path, password: str, *, as_json: bool) -> None:
    """Sign PDF reports with this certificate from now on; the one of before is forgotten."""
    with opened(), transaction() as session:
        row = certificates.keep_certificate(session, OPERATOR, file.read_bytes(), password, now())
        values = {name: getattr(row, name) for name in ("subject", "issuer", "not_before", "not_after")}
    line = f"signed by {values['subject']} ({values['issuer']}), until {values['not_after']:%Y-%m-%d}"
    say(values, as_json=as_json, lines=[line])


@reports.command("sign-no-more")
@as_json
def sign_no_more(*, as_json: bool) -> None:
    """Forget the certificate: reports go out unsigned and say so."""
    with opened(), transaction() as session:
        count = certificates.end_certificate(session, OPERATOR, now())
    say({"forgotten": count}, as_json=as_json, lines=[f"{count} forgotten"])
