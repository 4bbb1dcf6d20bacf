"""``nongsan user``: accounts and tokens of programs."""

import secrets
import sys

import click
from sqlmodel import Session

from trace.commands.terminal import as_json, now, opened, say
from trace.db import transaction
from trace.errors import FieldProblem, Invalid, NotFound, Refused
from trace.records.account import Role
from trace.services import accounts, api_tokens, openid, password_changing
from trace.services.organisations import organisation

_BOUND = {Role.FARMER, Role.COOP_STAFF, Role.COOP_MANAGER, Role.PACKING_HOUSE}
_PLACED = {Role.DIGITAL_TEAM, Role.COMMUNE_OFFICER}


@click.group()
def user() -> None:
    """Accounts: add, give another password, give a program a token, switch off."""


@user.command()
@click.argument("login")
@click.option("--name", default="", help="The person's name (default: the login).")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--org", "org_id", default="", metavar="PUBLIC_ID", help="The organisation of its staff.")
@click.option("--commune", default="", help="The commune of an officer or of the digital team.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@as_json
def add(
    login: str, name: str, role: str, org_id: str, commune: str, *, password_stdin: bool, as_json: bool
) -> None:
    """Make an account; without --password-stdin a password is made and printed once."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else ""
    chosen = password or secrets.token_urlsafe(15)
    with opened(), transaction() as session:
        new = accounts.NewAccount(
            login=login,
            name=name or login,
            password=chosen,
            role=Role(role),
            org_id=_org(session, Role(role), org_id),
            commune_code=_commune(Role(role), commune),
        )
        account = accounts.add_account(session, None, new, now())
    made: dict[str, str] = {} if password_stdin else {"password": chosen}
    lines = [account.login, *made.values()]
    say({"login": account.login, "role": role, **made}, as_json=as_json, lines=lines)


@user.command()
@click.argument("login")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--drop-factor", is_flag=True, help="Forget the second factor too: the telephone is gone.")
@as_json
def password(login: str, *, password_stdin: bool, drop_factor: bool, as_json: bool) -> None:
    """Give LOGIN another password, printed once unless it was read; every device of it is signed out."""
    given = sys.stdin.readline().rstrip("\r\n") if password_stdin else ""
    chosen = given or secrets.token_urlsafe(15)
    with opened(), transaction() as session:
        ended = password_changing.reset_password(session, login, chosen, drops_factor=drop_factor)
    made: dict[str, str] = {} if password_stdin else {"password": chosen}
    say({"login": login, "sessions_ended": ended, **made}, as_json=as_json, lines=[login, *made.values()])


@user.command()
@click.argument("login")
@click.argument("value", required=False)
@as_json
def link(login: str, value: str | None, *, as_json: bool) -> None:
    """Let the other service's account with VALUE in the chosen claim open LOGIN; without VALUE, none."""
    with opened() as settings, transaction() as session:
        account = accounts.account_named(session, login)
        if account is None:
            raise NotFound("account.unknown", login=login)
        if settings.openid is None:
            raise Refused("openid.none")
        openid.unlink(session, account.id)
        if value:
            who = openid.who_hash(settings.openid.issuer, settings.openid.claim, value)
            openid.link(session, account.id, who, now())
    say({"login": account.login, "is_linked": bool(value)}, as_json=as_json, lines=[account.login])


def _org(session: Session, role: Role, public_id: str) -> int | None:
    if public_id:
        return organisation(session, public_id).id
    if role in _BOUND:
        raise Invalid([FieldProblem("org", "error.empty", "")])
    return None


def _commune(role: Role, code: str) -> str | None:
    if role in _PLACED and not code:
        raise Invalid([FieldProblem("commune", "error.empty", "")])
    return code or None


@user.command()
@click.argument("login")
@click.option("--name", default="", help="What the token is for.")
@click.option("--days", type=click.IntRange(1, 3650), help="Days it holds (default: until revoked).")
@as_json
def token(login: str, name: str, days: int | None, *, as_json: bool) -> None:
    """Give a program a token that acts as LOGIN; it is printed once and kept as a hash."""
    with opened(), transaction() as session:
        row, secret = api_tokens.issue_token(session, login, name or "cli", now(), days)
    say({"token": secret, "expires_at": row.expires_at}, as_json=as_json, lines=[secret])


@user.command()
@click.argument("login")
@as_json
def disable(login: str, *, as_json: bool) -> None:
    """Switch an account off; its sessions and tokens end at once."""
    with opened(), transaction() as session:
        account = accounts.disable_account(session, login)
        tokens = api_tokens.revoke_tokens(session, account.id, now())
    answer = {"login": account.login, "is_active": False, "tokens_ended": tokens}
    say(answer, as_json=as_json, lines=[account.login])
