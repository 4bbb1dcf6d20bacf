"""What is known of the servers that reports are fetched from: which files are new, how the last look went.

A file is fetched when two looks found it with the same name, size and time; so is one that came again with
another size or time. What is no longer there is forgotten: should it come back, its content is known.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlmodel import Session, col

from marketplaces.by_file import is_by_file
from marketplaces.report_server.values import Entry, ReportServerError
from trace.records.file_exchange import RemoteFile, ReportServer
from trace.records.job import Schedule
from trace.records.shop import Shop
from trace.services import schedules
from trace.services.file_exchange.drops import QUIET_S
from trace.services.file_exchange.remote_names import Sorted
from trace.settings import Settings

KIND = "fetch_reports"
BETWEEN_LOOKS = timedelta(seconds=QUIET_S)
AT_ONCE = 500


@dataclass(frozen=True)
class Seen:
    """Files to fetch now, the oldest first, and files that were fetched and still lie there."""

    due: Sequence[Entry]
    fetched: Sequence[Entry]


def server_name(shop: Shop) -> str:
    """What the shop's server is called in the settings: as its folder is."""
    return f"{shop.marketplace}-{shop.id}"


def plan(session: Session, names: Collection[str], every_s: int, now: datetime) -> Sequence[str]:
    """Have a schedule for every shop whose server is named, and none for another; the names of no shop.

    Who changes the settings starts the program anew: a shop that was paused for a fault is tried at once.
    """
    every = select(col(Schedule.id)).where(col(Schedule.kind) == KIND)
    session.execute(every.order_by(col(Schedule.id)).with_for_update())  # as a clock takes them
    found = {server_name(shop): shop for shop in _named(session, names)}
    mine = [str(shop.id) for shop in found.values()]
    old = (col(Schedule.kind) == KIND, col(Schedule.subject).not_in(mine))
    session.execute(delete(Schedule).where(*old))
    for shop in found.values():
        schedules.ensure(session, KIND, str(shop.id), every_s, now, shop_id=shop.id, jitter_s=every_s // 10)
        known = session.get(ReportServer, shop.id)
        if known is not None and known.fault:
            shop.paused_until = None
    return sorted(set(names) - set(found))


def _named(session: Session, names: Collection[str]) -> Iterator[Shop]:
    numbers = [int(name.rpartition("-")[2]) for name in names]
    for shop in session.execute(select(Shop).where(col(Shop.id).in_(numbers))).scalars():
        if is_by_file(shop.marketplace) and server_name(shop) in names:
            yield shop


def note_look(session: Session, shop_id: int, found: Sorted, now: datetime) -> Seen:
    """Keep what lies there now; what of it is whole and not fetched yet, and what is."""
    table = RemoteFile
    columns = (col(one) for one in (table.name, table.id, table.size, table.modified))
    times = (col(table.seen_at), col(table.fetched_at))
    known = {row.name: row for row in session.execute(select(*columns, *times).where(_of(shop_id)))}
    _forget(session, [row.id for name, row in known.items() if name not in found.files])
    news, changed, due, fetched = [], [], [], []
    for name, entry in found.files.items():
        row = known.get(name)
        if row is None:
            news.append(_values(shop_id, entry, now))
        elif (row.size, row.modified) != (entry.size, entry.modified):
            changed.append({**_values(shop_id, entry, now), "id": row.id})
        elif row.fetched_at is not None:
            fetched.append(entry)
        elif now - row.seen_at >= BETWEEN_LOOKS:
            due.append(entry)
    for statement, rows in ((insert(RemoteFile), news), (update(RemoteFile), changed)):
        if rows:
            session.execute(statement, rows)
    _note_good_look(_server(session, shop_id), found, len(fetched), now)
    return Seen(sorted(due, key=lambda entry: (entry.modified, entry.name)), fetched)


def _forget(session: Session, ids: Sequence[int]) -> None:
    for start in range(0, len(ids), AT_ONCE):
        session.execute(delete(RemoteFile).where(col(RemoteFile.id).in_(ids[start : start + AT_ONCE])))


def _values(shop_id: int, entry: Entry, now: datetime) -> Mapping[str, object]:
    return {
        "shop_id": shop_id,
        "name": entry.name,
        "size": entry.size,
        "modified": entry.modified,
        "seen_at": now,
        "fetched_at": None,
    }


def _note_good_look(row: ReportServer, found: Sorted, fetched: int, now: datetime) -> None:
    row.looked_at, row.waiting = now, len(found.files) - fetched
    row.unfit, row.too_large = found.unfit, found.too_large
    row.fault, row.fault_at = "", None


def note_fetched(session: Session, shop_id: int, entry: Entry, now: datetime) -> None:
    """This file, as it was seen, is in the watched folder."""
    same = (
        col(RemoteFile.name) == entry.name,
        col(RemoteFile.size) == entry.size,
        col(RemoteFile.modified) == entry.modified,
    )
    session.execute(update(RemoteFile).where(_of(shop_id), *same).values(fetched_at=now))
    row = _server(session, shop_id)
    row.fetched_at, row.fetched, row.waiting = now, row.fetched + 1, max(0, row.waiting - 1)


def note_fault(session: Session, shop_id: int, error: ReportServerError, now: datetime) -> None:
    """Why nothing is fetched, for the shop's page."""
    row = _server(session, shop_id)
    figures = {name: value[:200] for name, value in error.figures.items()}
    row.fault = json.dumps(
        {"key": f"file.server.fault.{error.fault}", "figures": figures}, ensure_ascii=False
    )
    row.fault_at = now


@dataclass(frozen=True)
class Standing:
    """A shop's server for its page: where it is, how it answered; ``row`` is empty before the first look."""

    host: str
    row: ReportServer | None

    @property
    def fault(self) -> tuple[str, dict[str, str]] | None:
        """Why the last look failed: the text's key and its figures; None when it did not."""
        if self.row is None or not self.row.fault:
            return None
        kept = json.loads(self.row.fault)
        return kept["key"], kept["figures"]


def standing(session: Session, shop: Shop, settings: Settings) -> Standing | None:
    """How the shop's server does; None where the settings name none."""
    server = settings.report_servers.get(server_name(shop))
    return Standing(server.host, session.get(ReportServer, shop.id)) if server else None


def _server(session: Session, shop_id: int) -> ReportServer:
    row = session.get(ReportServer, shop_id)
    if row is None:
        row = ReportServer(shop_id=shop_id)
        session.add(row)
        session.flush()
    return row


def _of(shop_id: int) -> ColumnElement[bool]:
    rule: ColumnElement[bool] = col(RemoteFile.shop_id) == shop_id
    return rule
