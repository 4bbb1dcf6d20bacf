"""What a shop's own words for a state mean: once one is explained, the reports that use it are told again."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import Session, col

from trace.records.file_exchange import FileReport, ReportState
from trace.records.market_order import MarketOrder
from trace.services import selling
from trace.services.file_exchange import cleaning, status_words, vanishing
from trace.services.file_exchange.reports import record
from trace.services.file_exchange.telling import tell, word_key


def learn(
    session: Session, shop_id: int, words: Iterable[tuple[str, str]], account_id: int | None, now: datetime
) -> int:
    """Say what words mean, and have every taken report that uses them told again; how many reports.

    Reports are told in the order in which they were made, so the newest telling of an order holds.

    Raises:
        Invalid: no such state.
    """
    news = {
        word_key(word)
        for word, status in words
        if status_words.explain(session, shop_id, word, status, account_id, now)
    }
    if not news:
        return 0
    selling.lock_shop(session, shop_id)
    rule = (col(FileReport.shop_id) == shop_id, col(FileReport.state) == ReportState.TAKEN)
    order = (col(FileReport.as_of), col(FileReport.id))
    reports = session.execute(select(FileReport).where(*rule).order_by(*order)).scalars().all()
    return sum(_tell_again(session, report, news, now) for report in reports)


def _tell_again(session: Session, report: FileReport, news: set[str], now: datetime) -> bool:
    rows = cleaning.unpack(report.content)
    codes = {row.code for row in rows if row.code and word_key(row.word) in news}
    codes &= _standing(session, report.shop_id, codes)
    if not codes:
        return False
    told = tell(rows, status_words.meanings(session, report.shop_id), report.as_of, codes)
    _forget_content(session, report.shop_id, codes)
    record(session, report, told.orders, [one for one in told.held if one.code], now)
    return True


def _standing(session: Session, shop_id: int, codes: set[str]) -> set[str]:
    """Those of the orders that have not vanished since."""
    gone = (col(MarketOrder.shop_id) == shop_id, col(MarketOrder.status_raw) == vanishing.VANISHED)
    return codes - set(session.execute(select(col(MarketOrder.ext_order_id)).where(*gone)).scalars())


def _forget_content(session: Session, shop_id: int, codes: set[str]) -> None:
    """The content is the same and its meaning is not: without its fingerprint it is applied once more."""
    listed = sorted(codes)
    for start in range(0, len(listed), 400):
        rule = (
            col(MarketOrder.shop_id) == shop_id,
            col(MarketOrder.ext_order_id).in_(listed[start : start + 400]),
        )
        session.execute(update(MarketOrder).where(*rule).values(payload_hash="reread"))
