"""Indicators 23 and 24: how shops are read, and what consumers report."""

from typing import Any

from sqlalchemy import exists, func
from sqlalchemy.orm import aliased
from sqlmodel import col

from trace.records.job import Job, JobState
from trace.records.market_order import MarketOrder
from trace.records.shop import Shop
from trace.services.figures.counting import Quantile, Total, Unrecorded
from trace.services.figures.fact import AT
from trace.services.figures.facts.sales import ORDERS
from trace.services.figures.facts.stamps import SCANS
from trace.services.figures.facts.syncing import RUNS, SHOPS
from trace.services.figures.instants import seconds_between
from trace.services.figures.measure import Measure, Unit
from trace.services.figures.measures.people import CONNECTED
from trace.services.shop_circuit import SYNC

_FAILED = (JobState.FAILED, JobState.DEAD)
_RUN = (col(Job.kind) == SYNC,)
_AGE = seconds_between(AT, func.coalesce(col(Shop.last_success_at), col(Shop.created_at)))
_First: Any = aliased(MarketOrder)
_TWICE = exists().where(
    _First.shop_id == MarketOrder.shop_id,
    _First.day == MarketOrder.day,
    _First.id < col(MarketOrder.id),
    func.lower(func.trim(_First.ext_order_id)) == func.lower(func.trim(col(MarketOrder.ext_order_id))),
)
"""The same number was there before: written with the same letters it can not be stored twice."""

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
    Measure(23, "duplicate_orders", 1, Unit.COUNT, Total(fact=ORDERS, where=(_TWICE,)), better=-1),
    Measure(24, "consumer_reports", 1, Unit.PER_10K, Unrecorded(), Total(fact=SCANS), better=-1),
    Measure(24, "report_answer_time", 1, Unit.SECONDS, Unrecorded(), better=-1),
)
