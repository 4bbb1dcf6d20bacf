"""A cooperative's shop kept by files, and the steps people take with it, in one line each."""

import itertools
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import select
from sqlmodel import SQLModel, col

from marketplaces.simulators.files.centre import Centre
from marketplaces.simulators.files.dialects import IS_FULL, WORDS, drop
from tests import world
from trace.db import reading, transaction
from trace.records.file_exchange import FileReport, HeldOrder
from trace.records.shop import Listing, Shop
from trace.records.sums import SalesDay, ShopDay
from trace.services import recounting
from trace.services.file_exchange import cleaning, layouts, learning, reports
from trace.services.file_exchange.headings import REPORT_WORDS, guess
from trace.services.importing.reading import opened

_numbers = itertools.count(1)
NOW = datetime(2026, 7, 1, tzinfo=UTC)
"""After everything the simulated centre does in June."""


@dataclass
class Booth:
    """One shop at ``postmart`` and a folder for its files."""

    coop: world.Coop
    shop: Shop
    folder: Path

    def map_columns(self, path: Path, *, is_full: bool) -> None:
        """Believe every guess."""
        choices = layouts.ReportChoices(is_full=is_full)
        with opened(path, path.name) as book:
            head = layouts.find_head(book, REPORT_WORDS, path.name)
        with transaction() as session:
            layout = layouts.start_report_layout(session, self.shop.id, head, path.name, None, NOW)
            columns = guess(head.headings, REPORT_WORDS)
            layouts.confirm_report_layout(session, layout, columns, choices, None, NOW)

    def learn(self, words: dict[str, str]) -> int:
        with transaction() as session:
            return learning.learn(session, self.shop.id, list(words.items()), None, NOW)

    def speak(self, dialect: str, path: Path) -> None:
        """Columns and words of a dialect."""
        self.map_columns(path, is_full=IS_FULL[dialect])
        self.learn({word: state for state, word in WORDS[dialect].items()})

    def check(self, path: Path, now: datetime = NOW, **said: object) -> FileReport:
        with reading() as session:
            layout = reports.ready_layout(session, self.shop.id)
        cleaned = cleaning.clean(path, path.name, layout)
        arrived = reports.Arrived(reports.digest(path), path.name, "upload", **said)
        with transaction() as session:
            return reports.keep(session, layout, arrived, cleaned, None, now)

    def take(self, path: Path, now: datetime = NOW, **said: object) -> FileReport:
        report = self.check(path, now, **said)
        with transaction() as session:
            return reports.take(session, session.get_one(FileReport, report.id), None, now)

    def csv(self, *lines: str, name: str = "") -> Path:
        path = self.folder / (name or f"bao-cao-{next(_numbers)}.csv")
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    def report(self, dialect: str, centre: Centre, since: date, until: date) -> Path:
        return drop(self.folder, f"{dialect}-{next(_numbers)}", dialect, centre, since, until)

    def figures(self, *, by_name: bool = False) -> dict[tuple[str, date], tuple[int, int, int, int]]:
        """What the day tables say of each listing, days without a sale left out."""
        name = col(Listing.ext_name if by_name else Listing.ext_sku)
        question = select(name, SalesDay).join(Listing, col(Listing.id) == col(SalesDay.listing_id))
        with reading() as session:
            found = session.execute(question.where(col(Listing.shop_id) == self.shop.id)).all()
        return {
            (said, row.day): (row.orders, row.transactions, row.quantity, row.revenue_vnd)
            for said, row in found
        }

    def held(self) -> dict[str, str]:
        """Held orders and why."""
        rule = (col(HeldOrder.shop_id) == self.shop.id, col(HeldOrder.resolved_at).is_(None))
        with reading() as session:
            return {
                row.ext_order_id: row.reason
                for row in session.execute(select(HeldOrder).where(*rule)).scalars()
            }


def open_booth(now: datetime, folder: Path, marketplace: str = "postmart") -> Booth:
    with transaction() as session:
        coop = world.make_coop(session, now)
        number = f"gian-{next(_numbers)}"
        row = Shop(
            org_id=coop.org.id, marketplace=marketplace, ext_shop_id=number, name="Gian tệp", created_at=now
        )
        row.state = "connected"
        return Booth(coop, world.add(session, row), folder)


def faults() -> list[object]:
    """Day figures that their facts do not bear out."""
    with reading() as session:
        return list(recounting.recount(session, check=True))


def shop_day(shop: Shop, day: date) -> tuple[int, int, int, int] | None:
    with reading() as session:
        row = session.get(ShopDay, (shop.id, day))
        return (row.orders, row.transactions, row.quantity, row.revenue_vnd) if row else None


def everything_written() -> str:
    """Every value of every table as text, blobs unpacked where they are packed rows."""
    import zlib
    from contextlib import suppress

    said = []
    with reading() as session:
        for table in SQLModel.metadata.sorted_tables:
            if table.name.startswith("admin_unit"):
                continue  # places have names that people have too
            for row in session.connection().execute(table.select()).all():
                said += [str(value) for value in row]
                for value in row:
                    if isinstance(value, bytes) and value[:1] == b"\x78":
                        with suppress(zlib.error):  # a seal or salt may begin as packed rows do, by chance
                            said.append(zlib.decompress(value).decode("utf-8", "replace"))
    return "\n".join(said)
