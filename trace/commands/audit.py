"""``nongsan audit``: whether anything was changed past the registry, and proofs for others."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from trace.commands.lot_lines import named
from trace.commands.terminal import actor_for, as_account, as_json, language, now, opened, say
from trace.db import reading, transaction
from trace.log_keys import verifier_keys
from trace.services import beginning_again, checkpoint_files, checkpoints, logging_acts, typed_texts
from trace.services.auditing.findings import Counts, Finding
from trace.services.auditing.proving import lot_proof
from trace.services.auditing.verifying import differences
from trace.services.checkpoint_files import NoteFile
from trace.services.checkpoints import SealPlaces
from trace.settings import Settings
from trace.texts.catalogs import t

BATCH = 5_000


@click.group()
def audit() -> None:
    """The log of what was done: verify it, sign where it stands, prove a lot."""


def seal_places(settings: Settings) -> SealPlaces:
    """Where key and checkpoints lie."""
    return SealPlaces(settings.log_key, settings.checkpoints)


@audit.command()
@as_json
def verify(*, as_json: bool) -> None:
    """Read the whole log and every row it holds; name each difference. Exit status 1 when there is one."""
    counts = Counts()
    with opened() as settings, reading() as session:
        told = _told(differences(session, seal_places(settings), counts), as_json=as_json)
    values = {"ok": not counts.findings, **asdict(counts), "differences": told}
    breaks = [t(language(), "audit.break", **one) for one in counts.breaks]
    say(values, as_json=as_json, lines=[*breaks, t(language(), "audit.said", **asdict(counts))])
    if counts.findings:
        sys.exit(1)


def _told(found: Iterator[Finding], *, as_json: bool) -> list[dict[str, Any]]:
    """Printed as they come; kept only where JSON was asked for."""
    kept = []
    for one in found:
        text = t(language(), one.key, **{name: _words(value) for name, value in one.place.items()})
        if as_json:
            kept.append({"kind": one.key.removeprefix("audit."), **one.place, "text": text})
        else:
            click.echo(text)
    return kept


def _words(value: Any) -> Any:
    return ", ".join(value) or "?" if isinstance(value, list) else value


@audit.command()
@as_json
def checkpoint(*, as_json: bool) -> None:
    """Sign where the log stands now, for the folder outside the database."""
    with opened() as settings:
        file = _sealed(seal_places(settings))
    say(
        {"file": str(file.path), "leaves": file.size, "number": file.number},
        as_json=as_json,
        lines=[f"{file.path}: {file.size}"],
    )


@audit.command(name="begin-again")
@click.option("--reason", required=True, help="What happened to the newer history; kept.")
@as_account
@as_json
def begin_again(reason: str, login: str | None, *, as_json: bool) -> None:
    """After an older database was put back: sign openly that history was lost, and go on from here."""
    with opened() as settings:
        places = seal_places(settings)
        _place_all()
        with transaction() as session:
            begins = beginning_again.break_of(session, places)
            beginning_again.declare_break(session, actor_for(session, login), begins, reason, now())
        _place_all()
        with reading() as session:
            checkpoint = beginning_again.beginning(session, begins)
        file = checkpoints.seal(checkpoint, places, now())
    said = {"file": str(file.path), "leaves": file.size, "after": begins[0], "lost": begins[1]}
    line = t(language(), "audit.break", file=file.path.name, after=begins[0], lost=begins[1])
    say(said, as_json=as_json, lines=[line])


def _place_all() -> None:
    placed = BATCH
    while placed == BATCH:
        with transaction() as session:
            placed = logging_acts.give_positions(session, BATCH)


def _sealed(places: SealPlaces) -> NoteFile:
    """Everything placed, and the checkpoint that holds all of it: the last one where nothing is new."""
    _place_all()
    with reading() as session:
        standing = checkpoints.checkpoint_now(session, places)
    files = checkpoint_files.note_files(places.notes)
    if files and files[-1].size == standing.size:
        return files[-1]
    return checkpoints.seal(standing, places, now())


@audit.command()
@click.argument("lot_name", metavar="LOT")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Default: LOT.proof.json.")
@click.option("--since", type=click.IntRange(1), help="Lead from the checkpoint of so many leaves too.")
@as_json
def proof(lot_name: str, out: Path | None, since: int | None, *, as_json: bool) -> None:
    """Write the proof of a lot into a file that docs/check_proof.py checks without this registry."""
    with opened() as settings:
        places = seal_places(settings)
        _sealed(places)
        with reading() as session:
            lot, _org = named(session, lot_name)
            notes = checkpoint_files.standing(checkpoint_files.note_files(places.notes))
            values = lot_proof(session, lot, notes, verifier_keys(places.key), since)
    path = out or Path(f"{lot.public_id}.proof.json")
    path.write_text(json.dumps(values, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    leaves, rows = len(values["leaves"]), len(values["rows"])
    say(
        {"file": str(path), "lot": lot.code, "leaves": leaves, "rows": rows, "size": notes[-1].size},
        as_json=as_json,
        lines=[f"{path}: {lot.code}, {rows} rows, {leaves} leaves of {notes[-1].size}"],
    )


@audit.command(name="empty-text")
@click.argument("text_id", type=int, metavar="NUMBER")
@as_account
@as_json
def empty_text(text_id: int, login: str | None, *, as_json: bool) -> None:
    """Empty the typed text a leaf names by NUMBER; the leaf still checks, and that it was emptied is one."""
    with opened(), transaction() as session:
        row = typed_texts.empty_text(session, actor_for(session, login), text_id, now())
    say({"text": row.id, "kind": row.kind}, as_json=as_json, lines=[f"{row.id}: {row.kind}"])


@audit.command()
@as_json
def key(*, as_json: bool) -> None:
    """The public keys that checkpoints are checked with, the newest last: for others to keep."""
    with opened() as settings:
        lines = verifier_keys(settings.log_key)
    say(lines, as_json=as_json, lines=lines)
