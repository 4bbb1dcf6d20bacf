"""The proof of one lot: its rows, the leaves that hold them, their paths, and the signed root they lead to.

Whoever has the file, the public key and ``docs/check_proof.py`` checks it without this registry.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session, col

from trace.errors import Refused
from trace.records.event import Event, LogLeaf
from trace.records.guarded import GUARDED, Guarded
from trace.records.log_tree import RowSalt
from trace.records.lot import Hold, Lot, LotLink
from trace.records.recall import Recall, RecallLot
from trace.records.stamp import StampActivation, StampBlock
from trace.services.auditing.strict_rows import READ_AT_ONCE
from trace.services.checkpoint_files import NoteFile
from trace.services.log_tree import StoredTree
from trace.standards import merkle, row_digest

FORMAT = "nongsan-lot-proof/1"


def lot_proof(
    session: Session, lot: Lot, notes: list[NoteFile], verifier_keys: list[str], since: int | None = None
) -> dict[str, Any]:
    """The proof as JSON values; ``notes`` are the checkpoints, the last of which it leads to. It shows that
    the first, the last but one and that of ``since`` leaves are beginnings of the last.

    Raises:
        Refused: ``audit.no_such_checkpoint``: none has ``since`` leaves.
        Refused: ``audit.no_checkpoint``: none yet, or none that holds all of the lot's leaves.
    """
    rows = dict(_rows(session, lot))
    leaves = list(_leaves(session, rows))
    if not notes or any(leaf["position"] is None or leaf["position"] >= notes[-1].size for leaf in leaves):
        raise Refused("audit.no_checkpoint", lot=lot.code)
    tree, size = StoredTree(session), notes[-1].size
    for leaf in leaves:
        leaf["path"] = _hex(merkle.inclusion(leaf["position"], size, tree.node))
    return {
        "format": FORMAT,
        "lot": {"public_id": lot.public_id, "code": lot.code},
        "keys": verifier_keys,
        "checkpoint": notes[-1].text(),
        "before": _before(tree, notes, since),
        "rows": list(rows.values()),
        "leaves": leaves,
    }


def _before(tree: StoredTree, notes: list[NoteFile], since: int | None) -> list[dict[str, Any]]:
    """Older checkpoints with their paths to the last: nothing was taken back."""
    asked = [one for one in notes if one.size == since]
    if since is not None and not asked:
        raise Refused("audit.no_such_checkpoint", expected=since)
    older = {one.size: one for one in (notes[0], *asked, *notes[-2:-1]) if one.size < notes[-1].size}
    return [
        {"checkpoint": one.text(), "path": _hex(merkle.consistency(size, notes[-1].size, tree.node))}
        for size, one in older.items()
    ]


def _hex(hashes: list[bytes]) -> list[str]:
    return [one.hex() for one in hashes]


def _rows(session: Session, lot: Lot) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every guarded row that tells of the lot, as the log holds it: by its name in the log."""
    recalls = select(col(RecallLot.recall_id)).where(col(RecallLot.lot_id) == lot.id)
    about: dict[str, Any] = {
        "lot": col(Lot.id) == lot.id,
        "lot_link": or_(col(LotLink.parent_id) == lot.id, col(LotLink.child_id) == lot.id),
        "hold": col(Hold.lot_id) == lot.id,
        "stamp_block": col(StampBlock.lot_id) == lot.id,
        "stamp_activation": col(StampActivation.lot_id) == lot.id,
        "recall_lot": col(RecallLot.lot_id) == lot.id,
        "recall": col(Recall.id).in_(recalls),
        "event": (col(Event.subject_kind) == "lot") & (col(Event.subject_id) == lot.id),
    }
    for name, rule in about.items():
        guarded = GUARDED[name]
        found = session.connection().execute(select(guarded.table).where(rule)).mappings()
        for row in found:
            key = int(row[guarded.key])
            plain = row_digest.plain_row(dict(row), guarded.private, _salt(session, guarded, key))
            filled = {column: value for column, value in plain.items() if value is not None}
            yield f"{name}/{key}", {"table": name, "key": key, "row": filled}


def _salt(session: Session, guarded: Guarded, key: int) -> bytes:
    row = session.get(RowSalt, (guarded.name, key)) if guarded.private else None
    return row.salt if row else b""


def _leaves(session: Session, rows: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The leaves that hold any of these rows, in the log's order; reads the whole log once."""
    question = select(col(LogLeaf.position), col(LogLeaf.body)).where(col(LogLeaf.body).like('%"rows":{%'))
    for leaf in session.execute(question.order_by(col(LogLeaf.id)).execution_options(yield_per=READ_AT_ONCE)):
        if not rows.keys().isdisjoint(json.loads(leaf.body).get("rows", ())):
            yield {"position": leaf.position, "body": leaf.body}
