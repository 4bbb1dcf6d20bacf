"""Shops that bring no orders any more, and days on which a marketplace had orders we had not."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Select, String, cast, func, select
from sqlmodel import col

from trace.records.job import Schedule
from trace.records.organisation import Organisation
from trace.records.scan import Alarm
from trace.records.shop import Shop, ShopState
from trace.records.work_decision import WorkKind
from trace.services.reconciling import SYNC_GAP
from trace.services.shop_circuit import SYNC
from trace.services.sync_health import Pulse, pulse_of
from trace.services.work_lists.item import Look, Source, Told, columns, marked
from trace.texts.catalogs import Term

LOOKED_BACK: Final = timedelta(days=7)
"""A difference that no comparison found again for so long was made good."""
TROUBLED: Final = (Pulse.BAD, Pulse.RELOGIN)


def _troubled(look: Look) -> dict[int, Pulse]:
    turn = (col(Schedule.shop_id) == col(Shop.id)) & (col(Schedule.kind) == SYNC)
    question = (
        select(Shop, Schedule)
        .join(Organisation, col(Organisation.id) == col(Shop.org_id))
        .outerjoin(Schedule, turn)
        .where(look.inside(), col(Shop.state).in_((ShopState.CONNECTED, ShopState.NEEDS_LOGIN)))
    )
    told = {shop.id: pulse_of(shop, turn, look.now) for shop, turn in look.session.execute(question)}
    return {number: pulse for number, pulse in told.items() if pulse in TROUBLED}


def _shops(look: Look) -> Select[Any]:
    troubled = look.judged(WorkKind.SHOP, _troubled)
    since = func.coalesce(col(Shop.last_success_at), col(Shop.created_at))
    said = marked(col(Shop.id), {number: pulse.value for number, pulse in troubled.items()})
    return (
        select(*columns(col(Shop.id), col(Shop.org_id), col(Organisation.commune_code), since, said))
        .join(Organisation, col(Organisation.id) == col(Shop.org_id))
        .where(look.inside(), col(Shop.id).in_(list(troubled)))
    )


def _told_shops(look: Look, keys: Sequence[int]) -> dict[int, Told]:
    troubled = look.judged(WorkKind.SHOP, _troubled)
    found = {}
    for shop in look.session.execute(select(Shop).where(col(Shop.id).in_(keys))).scalars():
        why = [Term(f"marketplace.{shop.marketplace}"), Term(f"sync.pulse.{troubled[shop.id].value}")]
        if shop.last_success_at is not None:
            why.append(Term("work.why.last_success", {"at": shop.last_success_at}))
        found[shop.id] = Told(shop.name, why, str(shop.id))
    return found


def _gaps(look: Look) -> Select[Any]:
    said = cast(col(Alarm.times), String)
    where = (
        look.inside(),
        col(Alarm.kind) == SYNC_GAP,
        col(Alarm.cleared_at).is_(None),
        col(Alarm.last_at) >= look.now - LOOKED_BACK,
    )
    return (
        select(
            *columns(
                col(Alarm.id), col(Alarm.org_id), col(Organisation.commune_code), col(Alarm.raised_at), said
            )
        )
        .join(Organisation, col(Organisation.id) == col(Alarm.org_id))
        .where(*where)
    )


def _told_gaps(look: Look, keys: Sequence[int]) -> dict[int, Told]:
    found = {}
    for alarm in look.session.execute(select(Alarm).where(col(Alarm.id).in_(keys))).scalars():
        shop = _shop_of(look, alarm)
        detail = json.loads(alarm.detail)
        kinds = ("missing", "outdated", "extra")
        figures = {kind: len(detail.get(kind, ())) for kind in kinds} | {"at": alarm.last_at}
        why = [Term(f"marketplace.{shop.marketplace}"), Term("work.why.gap", figures)]
        found[alarm.id] = Told(shop.name, why, str(shop.id))
    return found


def _shop_of(look: Look, alarm: Alarm) -> Shop:
    """The shop whose comparison raised the alarm."""
    _, marketplace, number = alarm.subject.split("/", 2)
    mine = col(Shop.marketplace) == marketplace, col(Shop.ext_shop_id).startswith(number, autoescape=True)
    question = select(Shop).where(*mine, col(Shop.org_id) == alarm.org_id)
    question = question.order_by(func.length(col(Shop.ext_shop_id)), col(Shop.id)).limit(1)
    shop: Shop = look.session.execute(question).scalar_one()
    return shop


SHOPS = Source(WorkKind.SHOP, _shops, _told_shops)
GAPS = Source(WorkKind.GAP, _gaps, _told_gaps)
