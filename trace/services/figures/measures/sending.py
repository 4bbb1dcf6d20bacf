"""Indicators 19, 20 and 22: goods sent abroad, how quickly goods are traced, how late things are written."""

from sqlmodel import col

from trace.records.consignment import Consignment, ConsignmentState
from trace.records.event import Event
from trace.records.recall import RecallDrill
from trace.services.consigning import HOME
from trace.services.drilling import GOAL
from trace.services.figures.counting import Quantile, Total
from trace.services.figures.facts.sending import CONSIGNMENTS, DRILLS, EVENTS
from trace.services.figures.instants import seconds_between
from trace.services.figures.measure import Measure, Unit

_LEFT = (ConsignmentState.DISPATCHED, ConsignmentState.RECEIVED)
_ABROAD = (col(Consignment.state).in_(_LEFT), col(Consignment.market) != HOME)
_SENT_G = Total(fact=CONSIGNMENTS, where=_ABROAD, amount=col(Consignment.weight_g))
_COMPLETE_G = Total(
    fact=CONSIGNMENTS, where=(*_ABROAD, col(Consignment.asked) > 0), amount=col(Consignment.weight_g)
)
_OVER = (col(RecallDrill.finished_at).is_not(None),)
_TOOK = seconds_between(col(RecallDrill.finished_at), col(RecallDrill.started_at))
_LAG = seconds_between(col(Event.recorded_at), col(Event.event_time))

MEASURES = (
    Measure(19, "export_complete", 1, Unit.SHARE, _COMPLETE_G, _SENT_G),
    Measure(19, "exported", 1, Unit.GRAMS, _SENT_G),
    Measure(19, "export_consignments", 1, Unit.COUNT, Total(fact=CONSIGNMENTS, where=_ABROAD)),
    Measure(
        20,
        "trace_time",
        1,
        Unit.MILLISECONDS,
        Quantile(fact=DRILLS, amount=col(RecallDrill.searched_ms), share=0.5),
        better=-1,
    ),
    Measure(
        20,
        "drill_time",
        1,
        Unit.SECONDS,
        Quantile(fact=DRILLS, where=_OVER, amount=_TOOK, share=0.5),
        better=-1,
    ),
    Measure(
        20,
        "drills_in_time",
        1,
        Unit.SHARE,
        Total(fact=DRILLS, where=(*_OVER, _TOOK.between(0, int(GOAL.total_seconds())))),
        Total(fact=DRILLS),
    ),
    Measure(22, "capture_lag", 1, Unit.SECONDS, Quantile(fact=EVENTS, amount=_LAG, share=0.5), better=-1),
)
