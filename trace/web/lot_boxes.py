"""What stands in one box of the tree of lots, and how it looks."""

from trace.records.lot import LotState
from trace.services.lot_states import MISTAKE
from trace.services.tracing.picture import Box
from trace.texts.catalogs import t
from trace.texts.formats import weight

SIGNS = {
    LotState.RECALLED: "✕",
    LotState.HOLD: "‖",
    LotState.DESTROYED: "∅",
    MISTAKE: "∅",
    LotState.RELEASED: "✓",
    LotState.CONSUMED: "✓",
    LotState.OPEN: "○",
    LotState.DRAFT: "…",
}
"""A sign before the word of a state, so that no colour is needed."""
BAD = (LotState.RECALLED, LotState.HOLD, LotState.DESTROYED)


def look(box: Box) -> str:
    """bad, warn, start, partner or plain: the worst of its lots counts."""
    states = {node.standing for node in box.nodes}
    if LotState.RECALLED in states:
        return "bad"
    if states & {LotState.HOLD, LotState.DESTROYED}:
        return "warn"
    return (
        "start" if box.is_start else "partner" if all(node.lot.is_partner for node in box.nodes) else "plain"
    )


def heading(box: Box, lang: str) -> str:
    """A lot's code, or how many of which kind."""
    kind = t(lang, f"trace.kinds.{box.nodes[0].lot.kind}")
    return (
        t(lang, "trace.group", n=len(box.nodes), kind=kind) if len(box.nodes) > 1 else box.nodes[0].lot.code
    )


def lines(box: Box, lang: str) -> list[str]:
    """At most four: what it is, how much, how it stands, where from or where to."""
    kind = [t(lang, f"lot.kind.{box.nodes[0].lot.kind}")] if len(box.nodes) == 1 else []
    much = " · ".join([weight(lang, box.grams), *kind])
    return [heading(box, lang), much, _state(box, lang), _place(box, lang)]


def _state(box: Box, lang: str) -> str:
    if all(node.lot.is_partner for node in box.nodes):
        return t(lang, "trace.partner")
    counts: dict[str, int] = {}
    for node in (node for node in box.nodes if not node.lot.is_partner):
        counts[node.standing] = counts.get(node.standing, 0) + 1
    worst = [state for state in BAD if state in counts]
    state = worst[0] if worst else max(counts, key=lambda name: counts[name])
    how_many = "" if counts[state] == len(box.nodes) else f"{counts[state]} "
    return f"{SIGNS[state]} {how_many}{t(lang, f'lot.state.{state}')}"


def _place(box: Box, lang: str) -> str:
    one = box.nodes[0].lot
    stamps = sum(node.stamp_count for node in box.nodes)
    if len(box.nodes) == 1 and one.is_partner:
        return one.org
    if stamps:
        return t(lang, "trace.stamps", n=stamps)
    plots = {node.lot.plot for node in box.nodes if node.lot.plot}
    if len(box.nodes) > 1:
        return t(lang, "trace.plots", n=len(plots)) if plots else ""
    return f"{one.plot} · {one.household}".strip(" ·") if one.plot else one.house


def shortened(text: str, letters: int) -> str:
    """What fits into a box; the title and the table have all of it."""
    return text if len(text) <= letters else text[: letters - 1] + "…"
