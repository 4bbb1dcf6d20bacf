"""One check as JSON for programs: the same answer as the page, by names that do not change."""

from typing import Any

from trace.services.stamp_facts import StampInfo
from trace.services.story import Place
from trace.services.verdicts import SHOWS_COOPERATIVE, SHOWS_LOT, VERDICT, State, public_name
from trace.standards.local_time import local_day
from trace.texts.catalogs import t
from trace.web.checking import Checked
from trace.web.link_notice import LinkClash, clash_of
from trace.web.verdict_words import (
    cooperative_name,
    does_not_prove,
    figures,
    org_place,
    place_said,
    product_name,
    proves,
    recall_reason,
)
from trace.web.visitor import settings


def as_json(checked: Checked, lang: str) -> dict[str, Any]:
    """The answer for a program; the lot, the goods and the cooperative only where the page tells them."""
    reading, info, story = checked.reading, checked.reading.info, checked.story
    shows_lot = reading.state in SHOWS_LOT and info is not None and story is not None
    stars = story.stars.stars if story is not None and story.stars is not None else None
    return {
        "code": reading.code,
        "state": public_name(reading.state),
        "verdict": VERDICT[reading.state],
        "recall": _recall_json(info, lang),
        "first_seen": _first_seen(checked) if shows_lot else None,
        "devices": reading.devices if shows_lot and reading.history else None,
        "product": _product_json(info, lang, stars) if shows_lot else None,
        "lot": _lot_json(info, lang, story.place) if shows_lot and story is not None else None,
        "link": _link_json(clash_of(checked, lang)),
        "cooperative": _cooperative_json(info, lang) if reading.state in SHOWS_COOPERATIVE else None,
        "proves": [t(lang, key, **figures(checked, lang)) for key in proves(reading)],
        "does_not_prove": [t(lang, key) for key in does_not_prove(reading)],
    }


def _link_json(clash: LinkClash | None) -> dict[str, Any] | None:
    """What the scanned Digital Link said otherwise than the stamp; None where it said nothing else."""
    if clash is None:
        return None
    return {"asked": clash.asked, "differs": list(clash.differs), "said": list(clash.sentences)}


def _recall_json(info: StampInfo | None, lang: str) -> dict[str, Any] | None:
    if info is None or not info.is_recalled:
        return None
    return {
        "number": info.recall_number,
        "reason": recall_reason(info, lang)[0],
        "since": local_day(info.recall_at).isoformat() if info.recall_at else None,
        "phone": info.recall_phone or settings().contact_phone,
    }


def _first_seen(checked: Checked) -> dict[str, Any] | None:
    reading, info = checked.reading, checked.reading.info
    if not reading.history:
        return None
    at = info.first_at if info is not None and info.first_at is not None else None
    if at is None and reading.state is State.FIRST:
        at = checked.at
    return {"date": local_day(at).isoformat(), "province": None} if at is not None else None


def _product_json(info: StampInfo | None, lang: str, stars: int | None) -> dict[str, Any] | None:
    if info is None or info.product_name is None:
        return None
    return {"name": product_name(info, lang), "gtin": info.gtin, "ocop_stars": stars}


def _lot_json(info: StampInfo | None, lang: str, place: Place) -> dict[str, Any] | None:
    if info is None:
        return None
    return {
        "public_id": info.lot_public_id,
        "url": f"/lo/{info.lot_public_id}",
        "harvested": info.harvested_on.isoformat() if info.harvested_on else None,
        "packed": info.packed_on.isoformat() if info.packed_on else None,
        "best_before": info.best_before.isoformat() if info.best_before else None,
        "commune": place_said(lang, place),
    }


def _cooperative_json(info: StampInfo | None, lang: str) -> dict[str, Any] | None:
    if info is None or info.org_name is None:
        return None
    return {
        "public_id": info.org_public_id,
        "name": cooperative_name(info, lang),
        "commune": org_place(info, lang),
        "phone": info.org_phone,
    }
