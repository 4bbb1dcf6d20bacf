"""How many grams of one lot are of another: proportional to what was drawn, loss taken from all alike.

What lies mixed in a lot cannot be told apart any more. So a lot of 90 kg that was made of 60 kg of A and
40 kg of B counts as 54 kg of A and 36 kg of B, and whatever is drawn from it carries both in that measure.
"""

from collections.abc import Mapping

from trace.services.tracing.graph import Graph


def parts_up(graph: Graph, weights: Mapping[int, int]) -> dict[int, int]:
    """Grams of the start lots, taken together, that came through each lot.

    Grams of the lots that nothing else went into sum to the start lots' weight, to the gram.
    """
    into = _into(graph)
    part = dict.fromkeys(graph.order, 0.0)
    for start in graph.starts:
        part[start] += weights[start]
    for child in reversed(graph.order):
        total = sum(grams for _, grams in into.get(child, ()))
        for parent, grams in into.get(child, ()):
            part[parent] += part[child] * grams / total
    sources = [number for number in graph.order if number not in into]
    whole = {number: round(part[number]) for number in graph.order}
    return whole | _to_the_gram({number: part[number] for number in sources})


def parts_down(graph: Graph, weights: Mapping[int, int]) -> dict[int, int]:
    """Grams of each lot that are of the start lots; ``weights`` of partners' lots are not known."""
    into = _into(graph)
    share: dict[int, float] = {}
    grams_of: dict[int, int] = {}
    for number in graph.order:
        sources = into.get(number, ())
        mine = sum(share.get(parent, 0.0) * grams for parent, grams in sources)
        total = sum(grams for _, grams in sources) + graph.other_in.get(number, 0)
        share[number] = 1.0 if number in graph.starts else mine / total if total else 0.0
        weight = weights.get(number)
        grams_of[number] = round(mine if weight is None else share[number] * weight)
    return grams_of


def _into(graph: Graph) -> dict[int, list[tuple[int, int]]]:
    into: dict[int, list[tuple[int, int]]] = {}
    for link in graph.links:
        into.setdefault(link.child, []).append((link.parent, link.grams))
    return into


def _to_the_gram(parts: Mapping[int, float]) -> dict[int, int]:
    """Whole grams with the same sum: the largest remainders are rounded up.

    >>> _to_the_gram({1: 33.4, 2: 33.3, 3: 33.3})
    {1: 34, 2: 33, 3: 33}
    """
    whole = {number: int(part) for number, part in parts.items()}
    short = round(sum(parts.values())) - sum(whole.values())
    by_rest = sorted(parts, key=lambda number: (whole[number] - parts[number], number))
    for number in by_rest[:short]:
        whole[number] += 1
    return whole
