"""Reading what was dropped into the folders of shops kept by files.

A file is claimed, read in a confined process with no transaction open, kept as clean rows in one, and then
removed. A worker that dies in between leaves it claimed: the next one reads it again and finds either
nothing of it or all of it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select
from sqlmodel import col

from marketplaces.by_file import BY_FILE
from trace.crashpoint import crashpoint
from trace.db import reading
from trace.errors import Refused
from trace.jobs.desk import Run
from trace.logbook import log
from trace.records.file_exchange import Direction, FileLayout, ReportState
from trace.records.shop import Shop, ShopState
from trace.services.file_exchange import cleaning, drops, layouts, reports
from trace.services.file_exchange.reports import Arrived


def read_drops(run: Run) -> None:
    """Every connected shop's folder; one, or a file, that cannot be read keeps no other waiting."""
    with reading() as session:
        rule = (col(Shop.marketplace).in_(BY_FILE), col(Shop.state) == ShopState.CONNECTED)
        shops = session.execute(select(Shop).where(*rule).order_by(col(Shop.id))).scalars().all()
    for shop in shops:
        with _going_on(run, shop, "folders_failed"):
            _read_folder(run, shop)


@contextmanager
def _going_on(run: Run, shop: Shop, what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        run.add(**{what: 1})
        log.warning("drop folder", shop=shop.id, what=what, why=error.strerror)


def _read_folder(run: Run, shop: Shop) -> None:
    incoming, claimed = drops.folders_of(run.desk.settings.drops, shop.marketplace, shop.id)
    drops.make_folders(incoming, claimed)
    with reading() as session:
        layout = layouts.layout_of(session, shop.id, Direction.REPORT)
    if layout is None or not layout.is_ready:
        return  # nobody has said how to read them: they stay where they are
    for place in drops.left_behind(claimed):
        with _going_on(run, shop, "files_failed"):
            _read(run, layout, place, incoming)
    most = run.desk.settings.upload_mb * 1024 * 1024
    for path in drops.waiting(incoming, run.desk.now(), most):
        run.pause_point()
        with _going_on(run, shop, "files_failed"):
            own = None if _is_refused(layout, path) else drops.claim(path, claimed)
            if own is not None:
                _read(run, layout, own, incoming)


def _is_refused(layout: FileLayout, path: Path) -> bool:
    """Whether this very file was looked at since the columns were named, and could not be read."""
    with reading() as session:
        report = reports.known(session, layout.shop_id, reports.digest(path))
    return report is not None and report.state == ReportState.REFUSED


def _read(run: Run, layout: FileLayout, place: Path, incoming: Path) -> None:
    arrived = Arrived(reports.digest(place), place.name, "folder", written_at=drops.written_at(place))
    with reading() as session:
        known = reports.known(session, layout.shop_id, arrived.sha256)
    if known is not None and known.state != ReportState.REFUSED:
        drops.done_with(place)
        run.add(repeated=1)
        return
    try:
        cleaned = cleaning.clean(place, cleaning.safe_name(place.name), layout)
    except Refused as refusal:
        with run.writing() as session:
            reports.note_refusal(session, layout, arrived, refusal, run.desk.now())
        drops.give_back(place, incoming)
        run.add(refused=1)
        return
    _keep(run, layout, arrived, cleaned)
    crashpoint("drop kept")
    drops.done_with(place)
    run.add(read=1)


def _keep(run: Run, layout: FileLayout, arrived: Arrived, cleaned: cleaning.Cleaned) -> None:
    now = run.desk.now()
    with run.writing() as session:
        report = reports.keep(session, layout, arrived, cleaned, None, now)
        if layouts.choices_of(layout).takes_alone:
            reports.take(session, report, None, now)
