"""Indicators 23 and 24: how shops are read, and what consumers report."""

from sqlalchemy import func, select
from sqlmodel import col

from trace.records.job import Job, JobState
from trace.records.market_order import MarketOrder
from trace.records.problem_report import ProblemReport
from trace.records.shop import Shop
from trace.services.figures.counting import Quantile, Total
from trace.services.figures.fact import AT, SINCE, UNTIL
from trace.services.figures.facts.problems import PROBLEMS
from trace.services.figures.facts.sales import ORDERS
from trace.services.figures.facts.syncing import RUNS, SHOPS
from trace.services.figures.instants import seconds_between
from trace.services.figures.measure import Measure, Unit
from trace.services.figures.measures.people import CONNECTED
from trace.services.figures.measures.sales import of_shops
from trace.services.figures.measures.stamps import ALL_SCANS
from trace.services.shop_circuit import SYNC

_FAILED = (JobState.FAILED, JobState.DEAD)
_RUN = (col(Job.kind) == SYNC,)
_AGE = seconds_between(AT, func.coalesce(col(Shop.last_success_at), col(Shop.created_at)))
_FIRSTS = (
    select(func.min(col(MarketOrder.id)))
    .where(col(MarketOrder.day).between(SINCE, UNTIL))
    .group_by(
        col(MarketOrder.shop_id),
        col(MarketOrder.day),
        func.lower(func.trim(col(MarketOrder.ext_order_id))),
    )
)
"""The first order of each number: written with the same letters none can be stored twice."""

_TWICE = of_shops("twice", Total(fact=ORDERS, where=(col(MarketOrder.id).not_in(_FIRSTS),)))

_ANSWERED = (col(ProblemReport.answered_at).is_not(None),)
_ANSWER_TIME = seconds_between(col(ProblemReport.answered_at), col(ProblemReport.reported_at))

MEASURES = (
    Measure(
        23,
        "sync_age",
        1,
        Unit.SECONDS,
        Quantile(fact=SHOPS, where=(col(Shop.state).in_(CONNECTED),), amount=_AGE, share=1.0),
        better=-1,
    ),
    Measure(
        23,
        "sync_failed",
        1,
        Unit.SHARE,
        Total(fact=RUNS, where=(*_RUN, col(Job.state).in_(_FAILED))),
        Total(fact=RUNS, where=(*_RUN, col(Job.state).in_((*_FAILED, JobState.DONE)))),
        better=-1,
    ),
    Measure(23, "duplicate_orders", 1, Unit.COUNT, _TWICE, better=-1),
    Measure(24, "consumer_reports", 2, Unit.PER_10K, Total(fact=PROBLEMS), ALL_SCANS, better=-1),
    Measure(
        24,
        "report_answer_time",
        2,
        Unit.SECONDS,
        Quantile(fact=PROBLEMS, where=_ANSWERED, amount=_ANSWER_TIME, share=0.5),
        better=-1,
    ),
)
