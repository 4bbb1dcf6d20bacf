"""Fetching a shop's new order reports from the SFTP server that the settings name, into its watched folder.

Nothing is read here: what was fetched lies in ``den`` as if somebody had dropped it (``read_drops``). A file
is noted as fetched after it lies there, so that a worker that dies in between fetches it once more.
"""

import time
from datetime import datetime
from pathlib import Path

from marketplaces.by_file import is_by_file
from marketplaces.report_server import sftp
from marketplaces.report_server.host_keys import read_host_key
from marketplaces.report_server.values import Address, Entry, NotWholeError, ReportServerError
from trace.crashpoint import crashpoint
from trace.db import reading
from trace.errors import NotFound
from trace.jobs.desk import Run
from trace.records.file_exchange import Direction
from trace.records.shop import Shop, ShopState
from trace.services import shop_circuit
from trace.services.file_exchange import arriving, drops, fetching, layouts
from trace.services.file_exchange.remote_names import sort_out
from trace.settings_outside import ReportServerSettings

MOST_AT_ONCE = 50
LONGEST_S = 600.0
"""After so long no further file is begun: the next run goes on where this one ended."""


def fetch_reports(run: Run) -> None:
    """Look at the server, and fetch what is new there.

    Raises:
        ReportServerError: after the shop's rows say so; the shop is paused when it goes on failing.
    """
    shop = _shop(run)
    server = run.desk.settings.report_servers.get(fetching.server_name(shop))
    reason = _why_not(shop, server, run.desk.now())
    if reason or server is None:
        run.stats["skipped"] = reason
        return
    try:
        with sftp.opened(_address(server), run.desk.server_bounds) as remote:
            _look(run, shop, server, remote)
    except ReportServerError as error:
        with run.writing() as session:
            shop_circuit.note_failure(session, shop.id, error, run.desk.now())
            fetching.note_fault(session, shop.id, error, run.desk.now())
        raise


def _shop(run: Run) -> Shop:
    if run.job.shop_id is None:
        raise NotFound("shop.unknown", got=run.job.subject, choices="–")
    with reading() as session:
        return session.get_one(Shop, run.job.shop_id)


def _why_not(shop: Shop, server: ReportServerSettings | None, now: datetime) -> str:
    """Why nothing is fetched; files are left where they are until somebody has said how to read them."""
    if server is None or not is_by_file(shop.marketplace):
        return "no server"
    if shop.state != ShopState.CONNECTED:
        return shop.state
    if shop.paused_until is not None and shop.paused_until > now:
        return "paused"
    with reading() as session:
        layout = layouts.layout_of(session, shop.id, Direction.REPORT)
    return "" if layout is not None and layout.is_ready else "no columns"


def _address(server: ReportServerSettings) -> Address:
    keys = [read_host_key(line) for line in server.host_keys]
    place = server.host, server.port, server.user, server.folder
    return Address(*place, keys, key_file=server.key_file, password=server.password)


def _look(run: Run, shop: Shop, server: ReportServerSettings, remote: sftp.ReportServer) -> None:
    most = run.desk.settings.upload_mb * 1024 * 1024
    found = sort_out(remote.entries(), server.names, most)
    with run.writing() as session:
        seen = fetching.note_look(session, shop.id, found, run.desk.now())
        shop_circuit.calm(session.get_one(Shop, shop.id))
    run.add(seen=len(found.files), unfit=found.unfit, too_large=found.too_large, fetched=0)
    if server.remove:  # what a run fetched that ended before it could remove it
        run.add(removed=sum(remote.is_removed(entry) for entry in seen.fetched[:MOST_AT_ONCE]))
    incoming, claimed = drops.folders_of(run.desk.settings.drops, shop.marketplace, shop.id)
    drops.make_folders(incoming, claimed, arriving.arriving_of(incoming))
    arriving.clear(arriving.arriving_of(incoming))
    until = time.monotonic() + LONGEST_S
    for entry in seen.due:
        run.pause_point()
        if run.stats["fetched"] >= MOST_AT_ONCE or time.monotonic() > until:
            break
        if _is_fetched(run, shop, entry, incoming, remote) and server.remove:
            run.add(removed=remote.is_removed(entry))


def _is_fetched(run: Run, shop: Shop, entry: Entry, incoming: Path, remote: sftp.ReportServer) -> bool:
    try:
        arriving.receive(remote.read(entry), entry.name, entry.modified, incoming, run.desk.now())
    except NotWholeError:
        run.add(not_whole=1)
        return False
    crashpoint("report fetched")
    with run.writing() as session:
        fetching.note_fetched(session, shop.id, entry, run.desk.now())
    run.add(fetched=1)
    return True
