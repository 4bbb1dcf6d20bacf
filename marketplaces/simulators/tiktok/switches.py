"""What the reference leaves open: how this simulator does it until the control door says otherwise.

``review_s``: seconds for which TikTok looks at a new, changed or switched-on product. ``zero_stock``:
``taken`` or ``refused``. ``empty_body``: ``strict`` signs ``{}`` as any body, ``lenient`` also takes it
unsigned.
"""

from __future__ import annotations

from marketplaces.simulators.bench import Bench

SWITCHES = {"review_s": "0", "zero_stock": "taken", "empty_body": "strict"}


def switched(bench: Bench, name: str) -> str:
    """The value in force."""
    note = bench.note("switch", name)
    return str(note["value"]) if note else SWITCHES[name]
