"""Work lists and what was done about them as tables, as their files carry them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from trace.records.work_decision import WorkDecision
from trace.services.tables import Column
from trace.services.work_lists.history import Deed
from trace.services.work_lists.item import Item
from trace.standards.local_time import local_day
from trace.texts.catalogs import shown, t
from trace.web.row_files import Listed

ITEM_COLUMNS = (
    ("kind", "text"),
    ("key", "text"),
    ("name", "text"),
    ("cooperative", "text"),
    ("commune", "text"),
    ("since", "day"),
    ("why", "text"),
    ("state", "text"),
    ("until", "day"),
    ("assignee", "text"),
    ("last", "text"),
    ("by", "text"),
    ("at", "text"),
)
DEED_COLUMNS = (
    ("at", "text"),
    ("by", "text"),
    ("act", "text"),
    ("kind", "text"),
    ("key", "text"),
    ("name", "text"),
    ("cooperative", "text"),
    ("until", "day"),
    ("assignee", "text"),
    ("note", "text"),
)


def item_table(items: Iterable[Item], title: str, lang: str) -> Listed:
    """A row an item, with what was done about it last."""
    return Listed(title, _columns(ITEM_COLUMNS, lang), (_item(one, lang) for one in items), tuple)


def deed_table(deeds: Iterable[Deed], lang: str) -> Listed:
    """A row an act."""
    rows = (_deed(one, lang) for one in deeds)
    return Listed(t(lang, "work.journal"), _columns(DEED_COLUMNS, lang), rows, tuple)


def _columns(named: Iterable[tuple[str, str]], lang: str) -> list[Column]:
    return [Column(name, t(lang, f"work.col.{name}"), kind) for name, kind in named]


def _item(item: Item, lang: str) -> list[Any]:
    stood = item.standing
    return [
        t(lang, f"work.kind.{item.kind}"),
        f"{item.kind}/{item.key}",
        item.told.name,
        item.org or None,
        item.commune_code,
        as_day(item.at),
        "; ".join(shown(lang, why) for why in item.told.why),
        t(lang, f"work.state.{stood.state}"),
        stood.until,
        stood.assignee or None,
        t(lang, f"work.did.{stood.act}") if stood.act else None,
        stood.by or None,
        shown(lang, stood.at) if stood.at else None,
    ]


def _deed(deed: Deed, lang: str) -> list[Any]:
    one: WorkDecision = deed.decision
    return [
        shown(lang, one.decided_at),
        deed.by or None,
        t(lang, f"work.did.{one.act}"),
        t(lang, f"work.kind.{one.kind}"),
        f"{one.kind}/{one.key}",
        one.name,
        deed.org or None,
        one.until,
        deed.assignee or None,
        deed.note or None,
    ]


def as_day(at: date | datetime) -> date:
    """The day in Vietnam since when an item waits."""
    return local_day(at) if isinstance(at, datetime) else at
