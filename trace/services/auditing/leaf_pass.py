"""The log from its first leaf to its last: hashes, places, the stored tree, the checkpoints."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from trace.records.event import LogLeaf
from trace.row_vouching import VOUCHED
from trace.services.auditing.findings import Counts, Finding, found
from trace.services.auditing.grown_tree import GrownTree
from trace.services.auditing.newest import UNTOLD, Newest
from trace.services.auditing.strict_rows import strict_rows
from trace.standards.log_leaf import body_hash

_LEAVES = LogLeaf.__table__  # type: ignore[attr-defined]


def leaf_findings(session: Session, tree: GrownTree, newest: Newest, counts: Counts) -> Iterator[Finding]:
    """Every leaf with a place in order, then those that wait for one."""
    placed = select(_LEAVES).where(_LEAVES.c.position.is_not(None)).order_by(_LEAVES.c.position)
    for leaf in strict_rows(session.connection(), placed, _LEAVES):
        yield from _placed(leaf, tree, newest, counts)
    yield from tree.finish()
    waiting = select(_LEAVES).where(_LEAVES.c.position.is_(None)).order_by(_LEAVES.c.id)
    for leaf in strict_rows(session.connection(), waiting, _LEAVES):
        counts.waiting += 1
        body, wrong = _read(leaf)
        if leaf["leaf_hash"] != _own_hash(leaf):
            wrong = ["body", "leaf_hash"]
        if wrong:
            yield found("leaf_changed", position="–", leaf=leaf["id"], columns=wrong)
        _say(newest, body, f"#{leaf['id']}", is_sound=not wrong)


def _placed(leaf: dict[str, Any], tree: GrownTree, newest: Newest, counts: Counts) -> Iterator[Finding]:
    counts.leaves += 1
    position = leaf["position"]
    if not isinstance(position, int) or position < tree.size:
        yield found("leaf_place", leaf=leaf["id"], position=str(position))
        return
    yield from _missing(tree, position)
    if position > tree.size:
        yield found("leaf_place", leaf=leaf["id"], position=str(position))
        return
    own, said, stored = _own_hash(leaf), leaf["leaf_hash"], tree.stored()
    body, wrong = _read(leaf)
    if own != said:
        wrong += ["leaf_hash"] if own == stored else ["body"] if said == stored else ["body", "leaf_hash"]
    if wrong:
        yield found("leaf_changed", position=position, leaf=leaf["id"], columns=wrong)
    if own == said != stored:
        yield found("leaf_tree", position=position, leaf=leaf["id"])
    tree.append(own)
    yield from tree.found()
    counts.vouched += len(body.get("rows", ())) if body.get("kind") == VOUCHED else 0
    _say(newest, body, str(position), is_sound=own == stored or (stored is None and own == said))


def _missing(tree: GrownTree, position: int) -> Iterator[Finding]:
    """The positions before this one that the tree knows and no leaf has."""
    first = tree.size
    while tree.size < position and tree.stored() is not None:
        tree.append(None)
    if tree.size > first:
        yield found("leaf_missing", first=first, last=tree.size - 1)


def _own_hash(leaf: dict[str, Any]) -> bytes:
    return body_hash(str(leaf["body"]).encode("utf-8", "replace"))


def _read(leaf: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The body's values, and the columns that say other than it does."""
    try:
        body = json.loads(leaf["body"])
        wrong = [] if body["kind"] == leaf["kind"] else ["kind"]
        at = datetime.fromisoformat(body["at"]).astimezone(UTC)
    except (ValueError, TypeError, KeyError):
        return {}, []  # its hash tells that it was changed
    return body, [*wrong, *([] if at == leaf["recorded_at"] else ["recorded_at"])]


def _say(newest: Newest, body: dict[str, Any], leaf: str, *, is_sound: bool) -> None:
    rows = body.get("rows")
    if isinstance(rows, dict):
        newest.say(rows if is_sound else dict.fromkeys(rows, UNTOLD), leaf)
