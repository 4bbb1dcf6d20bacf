"""``nongsan keys``: the stamp keys of this instance, for who runs the machine."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
from sqlmodel import Session

from trace.commands.terminal import actor_for, as_account, as_json, now, opened, say
from trace.db import reading, transaction
from trace.errors import Refused
from trace.keyring import Keyring, keep_masters, put_new_master, read_masters, use_keyring
from trace.records.account import Role
from trace.services import resealing, stamp_keys
from trace.services.admission import Actor
from trace.services.log_key_changes import rotate_log_key
from trace.services.stamp_marks import Places
from trace.standards.local_time import VN


class Moment(click.ParamType[datetime]):
    """A moment in ISO 8601; without a zone it is Vietnam's."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The aware moment."""
        try:
            said = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no time; expected 2026-06-05T14:30:00+07:00", param, ctx)
        return said if said.tzinfo else said.replace(tzinfo=VN)


def _actor(session: Session, login: str | None) -> Actor:
    return actor_for(session, login) if login else Actor(None, Role.ADMIN)


@click.group()
def keys() -> None:
    """Stamp keys: list, rotate, mark as compromised; and the master key they are wrapped by."""


@keys.command("list")
@as_account
@as_json
def list_(login: str | None, *, as_json: bool) -> None:
    """All keys with their state; never their material."""
    with opened(), reading() as session:
        found = stamp_keys.list_keys(session, _actor(session, login))
    lines = [
        f"{key.key_id:>2}  {key.state:<11}  since {key.valid_from:%Y-%m-%d}: "
        f"{key.issued} serials in {key.blocks} blocks"
        for key in found
    ]
    say([asdict(key) for key in found], as_json=as_json, lines=lines)


@keys.command()
@as_account
@as_json
def rotate(login: str | None, *, as_json: bool) -> None:
    """Make a new active key; the old one goes on opening its stamps."""
    with opened() as settings, transaction() as session:
        places = Places(settings.key_folder, settings.marks)
        key = stamp_keys.rotate(session, _actor(session, login), places, now())
    say({"key_id": key.kid, "state": key.state}, as_json=as_json, lines=[f"Key {key.kid} is active now."])


@keys.command("rotate-master")
@click.option("--finish", is_flag=True, help="Drop the old key, once every process was started anew.")
@as_json
def rotate_master(*, finish: bool, as_json: bool) -> None:
    """Seal everything under a new master key; the old one opens until --finish drops it."""
    with opened() as settings:
        path = settings.master_key
        masters = read_masters(path)
        if finish != (len(masters) > 1):
            raise Refused("key.not_rotating" if finish else "key.rotating", path=str(path))
        ring = Keyring(*masters) if finish else put_new_master(path)
        use_keyring(ring)
        changed = _reseal_all(ring, settings.key_folder)
        if finish:
            keep_masters(path, masters[:1])
    done = "The old key is gone." if finish else "Start every process anew, then run it with --finish."
    say(
        {"sealed_anew": changed, "finished": finish},
        as_json=as_json,
        lines=[f"{changed} sealed anew. {done}"],
    )


@keys.command("rotate-log")
@as_account
@as_json
def rotate_log(login: str | None, *, as_json: bool) -> None:
    """A new key signs the log's checkpoints; hand its public half out anew."""
    with opened() as settings, transaction() as session:
        verifier = rotate_log_key(session, _actor(session, login), settings.log_key, now())
    say({"key": verifier}, as_json=as_json, lines=[verifier])


def _reseal_all(ring: Keyring, key_folder: Path) -> int:
    with transaction() as session:
        changed = resealing.rewrap_stamp_keys(session, ring, key_folder)
    for what in resealing.COLUMNS:
        after, begun = None, False
        while after is not None or not begun:
            with transaction() as session:
                after, count = resealing.reseal(session, ring, what, after)
            changed, begun = changed + count, True
    return changed


@keys.command()
@click.argument("key_id", metavar="K", type=click.IntRange(0, 30))
@click.option("--at", "since", type=Moment(), required=True, help="Since when the secret may be known.")
@as_account
@as_json
def compromise(key_id: int, since: datetime, login: str | None, *, as_json: bool) -> None:
    """Key K got out: its stamps not activated before that time read CAUTION."""
    with opened() as settings, transaction() as session:
        places, actor = Places(settings.key_folder, settings.marks), _actor(session, login)
        key = stamp_keys.compromise(session, actor, key_id, since, places, now())
        active = stamp_keys.active_key(session)
    values = {"key_id": key.kid, "state": key.state, "compromised_at": key.compromised_at}
    lines = [f"Key {key.kid} is compromised since {since.isoformat()}; key {active.kid} is active."]
    say({**values, "active": active.kid}, as_json=as_json, lines=lines)
