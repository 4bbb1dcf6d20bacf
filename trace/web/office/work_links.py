"""Where the action of a work list's item is done, for whoever may open that page."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import url_for

from trace.records.work_decision import WorkKind
from trace.services.work_lists.item import Item
from trace.texts.catalogs import Term
from trace.web.visitor import opens


def action_link(item: Item) -> str:
    """The address of the page where something can be done about the item; empty where this visitor may
    open none.
    """
    return next((one for one in _PAGES[item.kind](item) if one and opens(one)), "")


def who_acts(item: Item) -> Term:
    """Who does something about an item whose page this visitor may not open; of codes nobody issued the
    administrator alone.
    """
    return Term(f"work.acts.{item.kind if item.org else 'nobody'}")


def _lot(item: Item) -> list[str]:
    return [url_for("office_lots.show", public_id=item.told.subject)]


def _organisation(item: Item) -> list[str]:
    """Where its telephone stands."""
    return [url_for("organisations.edit", public_id=item.org_public_id)]


def _rating(item: Item) -> list[str]:
    """The form for a new decision, else the product as everybody sees it."""
    renew: dict[str, Any] = {"q": item.told.name, "san-pham": item.told.subject}
    return [url_for("office_ocop.new", **renew), f"/sp/{item.told.subject}"]


def _shop(item: Item) -> list[str]:
    return [url_for("shops.show", shop_id=int(item.told.subject))]


def _stamp(item: Item) -> list[str]:
    """The scans of a suspected copy, else its block, where stamps are voided; a code that nobody issued is in
    none.
    """
    block, _, serial = item.told.subject.partition("/")
    if serial:
        return [url_for("stamp_scans.show", block=block, serial=int(serial))]
    return [url_for("stamps.show", block=block)] if block else []


_PAGES: Final[Mapping[WorkKind, Callable[[Item], list[str]]]] = {
    WorkKind.HOLD: _lot,
    WorkKind.INCOMPLETE: _lot,
    WorkKind.AREA: lambda item: [url_for("sites.site", kind="vung", site_id=item.key)],
    WorkKind.CERTIFICATE: _organisation,
    WorkKind.OCOP: _rating,
    WorkKind.SELLER: _organisation,
    WorkKind.HOUSEHOLD: lambda item: [url_for("farms.household", household_id=item.key)],
    WorkKind.SHOP: _shop,
    WorkKind.GAP: _shop,
    WorkKind.STAMP: _stamp,
}
