"""``nongsan init``: make the real instance."""

import secrets

import click

from trace.commands.founding import found_instance
from trace.commands.terminal import as_json, now, say
from trace.db import transaction
from trace.records.account import Role
from trace.services.accounts import NewAccount, add_account
from trace.settings import load_settings


@click.command()
@click.option("--admin", default="admin", show_default=True, help="Login of the first administrator.")
@as_json
def init(admin: str, *, as_json: bool) -> None:
    """Make the instance folder, keys, tables and the first administrator.

    Running it again changes nothing. The administrator's password is shown once, here.
    """
    settings = load_settings()
    if not found_instance(settings):
        say(
            {"instance": str(settings.instance), "new": False},
            as_json=as_json,
            lines=[f"{settings.instance}: already made; nothing was changed."],
        )
        return
    password = secrets.token_urlsafe(15)
    with transaction() as session:
        add_account(session, None, NewAccount(admin, "Quản trị", password, Role.ADMIN), now())
    say(
        {"instance": str(settings.instance), "new": True, "login": admin, "password": password},
        as_json=as_json,
        lines=[
            f"Instance: {settings.instance}",
            f"Keep a copy of {settings.master_key} away from the database's backups.",
            f"Administrator: {admin}   password: {password}   (shown once)",
        ],
    )
