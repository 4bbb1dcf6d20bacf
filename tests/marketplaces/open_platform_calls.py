"""What the cases of Lazada and Alibaba.com ask of their shared gateway."""

import json
from typing import Any

from marketplaces.wire import Raw
from tests.marketplaces.malformed import SAMPLES
from tests.marketplaces.malformed.sample import JSON, Scripted
from tests.marketplaces.stalls import SimulatedStall


def exchanged(stall: SimulatedStall, answer: dict[str, Any], wanted: str = "") -> Any:
    """The tokens read from this answer to a code."""
    body = json.dumps({"code": "0", **answer}).encode()
    raw = Raw(200, {"Content-Type": JSON}, body)
    scripted = Scripted(SAMPLES[stall.market.name], raw, spoilt="token/create")
    return stall.shop(transport=scripted).exchange("code", wanted)
