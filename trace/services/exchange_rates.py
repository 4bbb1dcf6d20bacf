"""The book of exchange rates: entering them, and giving orders their đồng when a rate comes.

An order without a rate counts as an order; its revenue is unknown until a rate of its day is entered.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import func, select
from sqlmodel import Session, col

from marketplaces.money import DECIMALS
from trace.errors import FieldProblem, Invalid
from trace.records.exchange_rate import ExchangeRate
from trace.records.market_order import Caution, MarketOrder
from trace.records.shop import Shop
from trace.services import order_figures
from trace.services.admission import Act, Actor, scope_of
from trace.services.exchanging import HOME, Rates, dong_of, lines_of
from trace.services.logging_acts import append_leaf
from trace.services.order_kept import Key
from trace.services.rate_input import RateIn
from trace.standards.local_time import local_day

EVER = (date.min, date.max)
MOST_APART = 3
"""So many times the rate entered last: more is a point gone astray, until somebody is sure."""


def all_rates(session: Session, actor: Actor) -> Sequence[ExchangeRate]:
    """Every rate, the newest day first.

    Raises:
        NotAllowed: the role enters no rates.
    """
    scope_of(actor, Act.EDIT_RULES)
    order = (col(ExchangeRate.day).desc(), col(ExchangeRate.currency), col(ExchangeRate.id).desc())
    return list(session.execute(select(ExchangeRate).order_by(*order)).scalars())


def waiting_days(session: Session) -> Sequence[tuple[str, date, int]]:
    """Currencies and days whose orders wait for a rate, and how many wait.

    An order whose lines are not known has no revenue either, but no rate would change that.
    """
    question = (
        select(col(MarketOrder.currency), col(MarketOrder.day), func.count())
        .where(col(MarketOrder.is_priced).is_(False), col(MarketOrder.rate_id).is_(None))
        .where(col(MarketOrder.currency).not_in((HOME, "")))
        .group_by(col(MarketOrder.currency), col(MarketOrder.day))
        .order_by(col(MarketOrder.day).desc())
    )
    return [(currency, day, int(count)) for currency, day, count in session.execute(question)]


def declare(
    session: Session,
    actor: Actor,
    given: Sequence[RateIn],
    holds_days: int,
    now: datetime,
    *,
    is_sure: bool = False,
) -> tuple[int, int]:
    """Enter rates, each for its day and ``holds_days`` more; how many are new, how many orders they reached.

    A rate that stands already as given is not entered again.

    Raises:
        Invalid: a currency nobody has decimals for, đồng itself, or a day to come; a rate far from the one
            entered last, unless somebody ``is_sure``.
    """
    scope_of(actor, Act.EDIT_RULES)
    _refuse_unfit(given, local_day(now))
    if not is_sure:
        _refuse_unlikely(session, given)
    # Readings of orders wait here, so that no order slips in between without the new rate.
    session.execute(select(col(Shop.id)).order_by(col(Shop.id)).with_for_update()).all()
    new = [one for one in given if not _stands(session, one)]
    for one in new:
        row = ExchangeRate(
            currency=one.currency,
            day=one.day,
            last_day=one.day + timedelta(days=holds_days),
            dong_e4=one.dong,
            source=one.source,
            entered_by=actor.account_id,
            entered_at=now,
        )
        session.add(row)
        session.flush()
        told = {"currency": row.currency, "day": row.day.isoformat(), "dong_e4": row.dong_e4}
        append_leaf(session, "rate_entered", {**told, "source": row.source, "by": actor.account_id}, now)
    if not new:
        return 0, 0
    return len(new), settle(session, _span(session, {one.day for one in new}))


def _span(session: Session, days: set[date]) -> tuple[date, date]:
    """All days that rates of these days serve or, corrected since, have served."""
    last = select(func.max(col(ExchangeRate.last_day))).where(col(ExchangeRate.day).in_(days))
    return min(days), session.execute(last).scalar_one()


def _refuse_unfit(given: Sequence[RateIn], today: date) -> None:
    known = ", ".join(sorted(DECIMALS.keys() - {HOME}))
    problems = [
        FieldProblem("currency", "error.value", one.currency, {"expected": known})
        for one in given
        if one.currency not in DECIMALS or one.currency == HOME
    ]
    problems += [
        FieldProblem("day", "rates.ahead", one.day, {"today": today}) for one in given if one.day > today
    ]
    if problems:
        raise Invalid(problems)


def _refuse_unlikely(session: Session, given: Sequence[RateIn]) -> None:
    problems = []
    for one in given:
        newest = select(ExchangeRate).where(col(ExchangeRate.currency) == one.currency)
        known = session.execute(newest.order_by(col(ExchangeRate.id).desc()).limit(1)).scalar_one_or_none()
        if known is None or known.dong_e4 / MOST_APART <= one.dong <= known.dong_e4 * MOST_APART:
            continue
        got = Decimal(one.dong).scaleb(-4).normalize()
        figures = {"currency": one.currency, "known": known.dong, "day": known.day}
        problems.append(FieldProblem("is_sure", "rates.unlikely", got, figures))
    if problems:
        raise Invalid(problems)


def _stands(session: Session, one: RateIn) -> bool:
    """Whether the row of this day that counts says the same already."""
    question = (
        select(ExchangeRate)
        .where(col(ExchangeRate.currency) == one.currency, col(ExchangeRate.day) == one.day)
        .order_by(col(ExchangeRate.id).desc())
        .limit(1)
    )
    found = session.execute(question).scalar_one_or_none()
    return found is not None and (found.dong_e4, found.source) == (one.dong, one.source)


def settle(session: Session, span: tuple[date, date] = EVER, *, check: bool = False) -> int:
    """Give foreign orders the rates of their days, and these days their sums; how many had another rate.

    With ``check`` they are only counted.
    """
    rates, listing_days, shop_days = Rates(session), set[Key](), set[Key]()
    wrong = [(order, rate) for order, rate in _foreign(session, rates, span) if order.rate_id != _id(rate)]
    for order, rate in wrong if not check else ():
        lines = lines_of(session, order)
        is_told = bool(lines) or order.caution != Caution.NO_DETAIL
        order.rate_id, order.is_priced = _id(rate), rate is not None and is_told
        for line in lines:
            line.unit_price_vnd = dong_of(line.unit_price_minor or 0, rate)
            line.revenue_vnd = dong_of(line.revenue_minor or 0, rate)
            listing_days.add((line.listing_id, order.day))
        shop_days.add((order.shop_id, order.day))
    if shop_days:
        order_figures.recompute(session, listing_days, shop_days)
    return len(wrong)


def _foreign(
    session: Session, rates: Rates, span: tuple[date, date]
) -> list[tuple[MarketOrder, ExchangeRate | None]]:
    """Orders in another currency, each with the rate of its day."""
    rule = (col(MarketOrder.currency).not_in((HOME, "")), col(MarketOrder.day).between(*span))
    orders = session.execute(select(MarketOrder).where(*rule).order_by(col(MarketOrder.id))).scalars()
    return [(order, rates.on(order.currency, order.day)) for order in orders]


def _id(rate: ExchangeRate | None) -> int | None:
    return rate.id if rate else None
