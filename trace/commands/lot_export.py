"""``nongsan lot export``: lots with all that went into them, for programs outside."""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import click
from sqlmodel import Session, select

from trace.commands.terminal import actor_for, as_account, as_json, now, opened, say
from trace.db import reading
from trace.errors import NotFound
from trace.records.lot import Lot
from trace.records.organisation import Organisation
from trace.services.admission import Act, visible
from trace.services.exporting.chains import Asking, Chain, chains, released
from trace.services.exporting.port import EXPORTERS, Exporter, Workplace
from trace.services.lot_names import lot_called
from trace.standards import quantity
from trace.standards.local_time import local_day

OUT = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command()
@click.argument("name", required=False)
@click.option("--format", "form", type=click.Choice(list(EXPORTERS)), required=True, help="Which exporter.")
@click.option("--out", type=OUT, required=True, help="The file to write.")
@click.option("--from", "first", default="", help="First day of release, day/month/year, in place of NAME.")
@click.option("--to", "last", default="", help="Last day of release (default: today).")
@click.option("--org", "org_name", metavar="PUBLIC_ID", help="Only lots of this organisation.")
@as_account
@as_json
def export(
    name: str | None, form: str, out: Path, first: str, last: str, org_name: str | None, login: str | None,
    *, as_json: bool,
) -> None:  # fmt: skip
    """Write lot NAME, or all lots released between two days, with everything that went into them."""
    if bool(name) == bool(first) or (name and last):
        raise click.UsageError("either NAME or --from DAY, with --to DAY where it is not today")
    days = _days(first, last) if first else None
    with opened() as settings, reading() as session:
        made = EXPORTERS[form](Workplace(settings.instance, now()))
        asking = Asking(session, actor_for(session, login), settings.public_url)
        found = released(asking, days, _organisation(session, org_name)) if days else _one(asking, name or "")
        count = _written(made, found, out)
    told = {"file": str(out), "format": made.name, "version": made.version, "lots": count}
    say(told, as_json=as_json, lines=[f"{out}  {made.name} {made.version}  {count}"])


def _days(first: str, last: str) -> tuple[date, date]:
    today = local_day(now())
    days = quantity.day(first, today), quantity.day(last, today) if last else today
    if days[0] > days[1]:
        raise click.UsageError(f"--from {days[0]} is after --to {days[1]}")
    return days


def _organisation(session: Session, name: str | None) -> Organisation | None:
    if not name:
        return None
    found = session.exec(select(Organisation).where(Organisation.public_id == name)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def _one(asking: Asking, name: str) -> Iterator[Chain]:
    """A lot in sight."""
    found = lot_called(asking.session, visible(asking.actor, Act.TRACE, Lot), name)
    return chains(asking, [found.id])


def _written(made: Exporter, found: Iterable[Chain], out: Path) -> int:
    """The file is there whole or not at all."""
    counted = _Counted(found)
    part = out.with_name(f"{out.name}.part")
    try:
        with part.open("wb") as file:
            made.write(counted, file)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return counted.count


class _Counted:
    def __init__(self, found: Iterable[Chain]) -> None:
        self.found, self.count = found, 0

    def __iter__(self) -> Iterator[Chain]:
        for one in self.found:
            self.count += 1
            yield one
