"""Stamps to look at: those scanned as copies are, rolls scanned before they are used, codes nobody issued."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Select, String, and_, cast, func, or_, select
from sqlmodel import col

from trace.records.organisation import Organisation
from trace.records.scan import Alarm
from trace.records.stamp import StampBlock
from trace.records.work_decision import WorkKind
from trace.services.clone_rules import CLONE_SUSPECT
from trace.services.scan_notes import NOT_ACTIVATED
from trace.services.scanning import LEAKED_KEY
from trace.services.work_lists.item import Look, Source, Told, columns
from trace.texts.catalogs import Term

SEEN_WITHIN: Final = timedelta(days=90)
"""An alarm nobody scanned into again for so long is over."""
EARLY_LOOKS: Final = 3
"""A stamp scanned once before its use was most likely tried by whoever stuck it on."""


def _rows(look: Look) -> Select[Any]:
    early = and_(col(Alarm.kind) == NOT_ACTIVATED, col(Alarm.times) >= EARLY_LOOKS)
    where = (
        look.inside(),
        or_(col(Alarm.kind).in_((CLONE_SUSPECT, LEAKED_KEY)), early),
        col(Alarm.cleared_at).is_(None),
        col(Alarm.last_at) >= look.now - SEEN_WITHIN,
    )
    # Ten times as many scans are a new fact; each single one is not.
    said = cast(func.length(cast(col(Alarm.times), String)), String)
    place, since = col(Organisation.commune_code), col(Alarm.raised_at)
    return (
        select(*columns(col(Alarm.id), col(Alarm.org_id), place, since, said))
        .outerjoin(Organisation, col(Organisation.id) == col(Alarm.org_id))
        .where(*where)
    )


def _told(look: Look, keys: Sequence[int]) -> dict[int, Told]:
    alarms = look.session.execute(select(Alarm).where(col(Alarm.id).in_(keys))).scalars()
    return {alarm.id: _said(look, alarm) for alarm in alarms}


def _said(look: Look, alarm: Alarm) -> Told:
    kid, *serial = (int(part) for part in alarm.subject.split("/")[1:])
    figures = {"n": alarm.times, "at": alarm.last_at}
    why: list[Term | str] = [Term(f"work.why.{alarm.kind}", figures)]
    if not serial:
        return Told(f"K{kid}", why)
    subject = _block(look, kid, serial[0])
    if alarm.kind == CLONE_SUSPECT:
        found = json.loads(alarm.detail)
        why.insert(0, Term(f"work.why.{found['rule']}", {"n": found["devices"]}))
        subject = f"{subject}/{serial[0]}" if subject else ""
    return Told(f"K{kid}-{serial[0]}", why, subject)


def _block(look: Look, kid: int, serial: int) -> str:
    """The public id of the block a stamp is of."""
    inside = col(StampBlock.first) <= serial, col(StampBlock.first) + col(StampBlock.count) > serial
    question = select(col(StampBlock.public_id)).where(col(StampBlock.kid) == kid, *inside)
    return look.session.execute(question.limit(1)).scalar() or ""


STAMPS = Source(WorkKind.STAMP, _rows, _told)
