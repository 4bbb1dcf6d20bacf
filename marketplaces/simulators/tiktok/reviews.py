"""What TikTok looks at before buyers see it: new products, products switched on again, and new texts.

A product under review is ``PENDING``; one with new texts stays on sale with the old ones meanwhile. A review
takes ``review_s`` seconds and always passes.
"""

from __future__ import annotations

from typing import Any

from marketplaces.simulators.bench import Bench, Item
from marketplaces.simulators.tiktok.switches import switched

LIVE, PENDING = "ACTIVATE", "PENDING"


def begin_review(bench: Bench, item: Item) -> None:
    """The product goes on sale when it has passed."""
    seconds = _seconds(bench)
    item.status = PENDING if seconds else LIVE
    bench.keep("review", item.id, {"due": bench.now() + seconds})


def propose(bench: Bench, item: Item, texts: dict[str, Any]) -> None:
    """New texts take the old ones' place when they have passed."""
    waiting = bench.note("texts", item.id) or {"texts": {}}
    both = {**waiting["texts"], **texts}
    bench.keep("texts", item.id, {"due": bench.now() + _seconds(bench), "texts": both})


def proposed(bench: Bench, item: Item) -> dict[str, Any]:
    """Texts still under review."""
    note = bench.note("texts", item.id)
    return dict(note["texts"]) if note else {}


def settle(bench: Bench, item: Item) -> Item:
    """The product as it is by now."""
    review, texts = bench.note("review", item.id), bench.note("texts", item.id)
    if item.status == PENDING and review and review["due"] <= bench.now():
        item.status = LIVE
        bench.save(item)
    if texts and texts["texts"] and texts["due"] <= bench.now():
        for name, value in texts["texts"].items():
            setattr(item, name, value)
        bench.keep("texts", item.id, {"due": 0, "texts": {}})
        bench.save(item)
    return item


def _seconds(bench: Bench) -> int:
    text = switched(bench, "review_s")
    return int(text) if text.isascii() and text.isdigit() else 0
