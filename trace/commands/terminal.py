"""What commands share: opening the instance, saying refusals, JSON, the operator as actor."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import click
from sqlmodel import Session, select

from trace.app import start
from trace.db import current_database, use_database
from trace.errors import Invalid, NongsanError, NotFound
from trace.records.account import Account, Role
from trace.records.organisation import Organisation
from trace.services.admission import Actor, actor_of
from trace.settings import Settings, load_settings
from trace.standards.fault import Fault
from trace.texts.catalogs import t, title_and_text

as_json = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
as_account = click.option(
    "--as", "login", metavar="LOGIN", help="Act as this account (default: the machine's owner)."
)


def language() -> str:
    """The terminal's language: Vietnamese, unless LANG or LC_ALL says otherwise."""
    said = (os.environ.get("LC_ALL") or os.environ.get("LANG") or "vi").lower()
    return "vi" if said.startswith(("vi", "c", "posix")) else "en"


@contextmanager
def opened() -> Iterator[Settings]:
    """Open the instance's database and keys for one command."""
    settings = load_settings()
    start(settings)
    try:
        yield settings
    finally:
        current_database().close()
        use_database(None)


def now() -> datetime:
    """The clock of the command line."""
    return datetime.now(UTC)


def actor_for(session: Session, login: str | None, org: Organisation | None = None) -> Actor:
    """The account named, or the machine's owner acting as manager of the organisation at hand.

    Raises:
        NotFound: no such login.
    """
    if login is None:
        return Actor(None, Role.COOP_MANAGER if org else Role.OFFICE, org.id if org else None)
    account = session.exec(select(Account).where(Account.login == login.strip().lower())).one_or_none()
    if account is None:
        raise NotFound("account.unknown", login=login)
    return actor_of(account)


def say_refusal(refusal: NongsanError | Fault) -> None:
    """A refusal on standard error: title, sentences, one line a field."""
    lang = language()
    title, text = title_and_text(lang, refusal.key, **{"phone": "", **refusal.params})
    click.echo(f"nongsan: {title}. {text}".rstrip(), err=True)
    for problem in refusal.problems if isinstance(refusal, Invalid) else ():
        said = t(lang, problem.key, **{"got": problem.got, "value": problem.got, **problem.params})
        click.echo(f"  {problem.field}: {said}", err=True)


def say(values: Mapping[str, Any] | Sequence[Any], *, as_json: bool, lines: Sequence[str] = ()) -> None:
    """Answer: JSON when asked for, else the lines."""
    if as_json:
        click.echo(json.dumps(values, ensure_ascii=False, default=_plain))
        return
    for line in lines:
        click.echo(line)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")
