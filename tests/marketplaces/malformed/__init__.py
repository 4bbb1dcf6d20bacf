"""A good order of each marketplace, and the ways to spoil it."""

from tests.marketplaces.malformed.alibaba import ALIBABA
from tests.marketplaces.malformed.lazada import LAZADA
from tests.marketplaces.malformed.sample import Sample
from tests.marketplaces.malformed.sendo import SENDO
from tests.marketplaces.malformed.shopee import SHOPEE
from tests.marketplaces.malformed.tiki import TIKI
from tests.marketplaces.malformed.tiktok import TIKTOK

SAMPLES: dict[str, Sample] = {one.market: one for one in (SHOPEE, LAZADA, TIKTOK, TIKI, SENDO, ALIBABA)}
"""One for each adapter; the cases of ``test_malformed`` run against every one."""
