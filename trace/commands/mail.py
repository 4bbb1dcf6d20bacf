"""``nongsan mail``: whether the mail server takes us, and what the outbox holds."""

import sys

import click

from trace.commands.terminal import actor_for, as_account, as_json, language, opened, say
from trace.db import reading
from trace.errors import Refused
from trace.jobs import smtp
from trace.services.mailing import outbox
from trace.texts.catalogs import plain, t


@click.group()
def mail() -> None:
    """Mail that goes out."""


@mail.command()
@as_json
def check(*, as_json: bool) -> None:
    """Connect, encrypt and sign in at the mail server; nothing is sent. Exit status 1 when it fails."""
    with opened() as settings:
        if settings.mail is None:
            raise Refused("mail.off")
        found = smtp.check(settings.mail)
    words = plain(t(language(), found.problem)) if found.problem else "ok"
    line = f"{settings.mail.host}:{settings.mail.at_port} {words} {found.answer}".rstrip()
    say({"fate": found.fate, "problem": found.problem, "answer": found.answer}, as_json=as_json, lines=[line])
    if found.problem:
        sys.exit(1)


@mail.command("list")
@as_account
@as_json
def list_(login: str | None, *, as_json: bool) -> None:
    """Mail somebody should look at: refused, given up, tried in vain, or not known to have arrived."""
    with opened(), reading() as session:
        found = outbox.to_look_at(session, actor_for(session, login))
    names = ("public_id", "about", "state", "tries", "problem", "answer", "next_try_at", "done_at")
    values = [{name: getattr(one, name) for name in names} for one, _ in found]
    lines = [
        f"{one.public_id} {one.state:<8} {one.tries:>3} {one.about:<24} {one.problem} {one.answer}".rstrip()
        for one, _ in found
    ]
    say(values, as_json=as_json, lines=lines or ["nothing to look at"])
