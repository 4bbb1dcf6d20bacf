"""Requests that Tiki looks at before a new product or a new text shows."""

from __future__ import annotations

from urllib.parse import quote

from marketplaces.interface import MarketplaceError
from marketplaces.reading import Record
from marketplaces.tiki.gateway import Gateway
from marketplaces.values import Outcome

WAITING = frozenset(
    {
        "queuing",
        "processing",
        "drafted",
        "bot_awaiting_approve",
        "md_awaiting_approve",
        "awaiting_approve",
    }
)
OUTCOMES: dict[str, Outcome] = {"approved": "done", "rejected": "refused", "deleted": "refused"}
PAGES_LOOKED_THROUGH = 3
PAGE_SIZE = 50


def ticket_of(request_id: str) -> str:
    """What follows a request that the list named; a request just sent is followed by its own track."""
    return f"requests/{quote(request_id, safe='')}"


def track_of(filed: Record) -> str:
    """What follows a request just sent."""
    return f"tracking/{quote(filed.identifier('track_id'), safe='')}"


def follow(gateway: Gateway, ticket: str) -> tuple[Outcome, str]:
    """What became of a request so far; ``unknown`` while it is being looked at."""
    _, _, number = ticket.rpartition("/")
    try:
        told = gateway.get(ticket)
    except MarketplaceError as error:
        if error.kind in {"expired_token", "relogin"}:
            raise
        return "unknown", f"sent as request {number}; {error}"
    state = told.text("state")
    reason = next((told.text(name) for name in ("reason", "reasons") if told.has(name)), "no reason given")
    outcome = OUTCOMES.get(state, "unknown")
    if outcome == "refused":
        return outcome, f"Tiki: {state}: {reason[:300]}"
    return outcome, "" if outcome == "done" else under_review(number)


def under_review(name: str) -> str:
    """What a person is told meanwhile."""
    return f"Tiki is looking at request {name}; offer again after it has agreed"


def find_waiting(gateway: Gateway, sku: str, product_id: str = "") -> str | None:
    """The latest request about this SKU or product that is still being looked at; its number, or None."""
    for page in range(1, PAGES_LOOKED_THROUGH + 1):
        query = [("page", str(page)), ("limit", str(PAGE_SIZE)), ("include", "products")]
        answer = gateway.get("requests", query)
        for record in answer.records("data"):
            if record.text("state", default="") in WAITING and _is_about(gateway, record, sku, product_id):
                return record.identifier("request_id")
        if answer.record("paging").integer("last_page") <= page:
            break
    return None


def _is_about(gateway: Gateway, record: Record, sku: str, product_id: str) -> bool:
    """The list may leave the products out; a request's own call has them."""
    products = record.records("products", optional=True)
    if not products:
        number = quote(record.identifier("request_id"), safe="")
        products = gateway.get(f"requests/{number}").records("products", optional=True)
    for product in products:
        if product_id and product.has("product_id") and product.identifier("product_id") == product_id:
            return True
        if not product_id and product.text("original_sku", default="") == sku:
            return True
    return False
