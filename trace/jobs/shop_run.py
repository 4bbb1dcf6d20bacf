"""A job of one shop: its adapter with good tokens, and what a failure does to the shop."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from marketplaces.by_file import is_by_file
from marketplaces.interface import Marketplace, MarketplaceError
from trace.db import reading
from trace.errors import NotFound
from trace.jobs.desk import Run
from trace.jobs.refresh_tokens import fresh_tokens
from trace.records.shop import Shop, ShopState
from trace.services import shop_circuit


@dataclass
class ShopRun(Run):
    """A claimed job of a shop."""

    shop_id: int = 0
    marketplace: str = ""
    version: int = 0
    adapter: Marketplace = field(init=False)

    def connect(self, rejected: int | None = None) -> None:
        """Open the adapter with tokens that are good now."""
        tokens = fresh_tokens(self.desk, self.shop_id, self.marketplace, self.calls, rejected)
        self.version = tokens.version
        self.adapter = self.desk.open(self.marketplace, tokens.credentials, self.calls)


PASSING = frozenset({"rate_limit", "quota", "unavailable", "malformed"})
TRIES_IN_VAIN = 10
"""Failures in a row, about three hours with their pauses, after which kept progress is given up."""

Step = Callable[[ShopRun], None]


def run_steps(run: Run, *steps: Step, is_setup: bool = False) -> None:
    """Do the steps for the job's shop, one after the other, when the shop may be called now.

    Steps of ``is_setup`` are done for a shop whose connecting is not ended, too.

    Raises:
        MarketplaceError: after the shop's row says so.
    """
    shop = _shop(run)
    reason = why_not(shop, run.desk.now(), is_setup=is_setup)
    if reason:
        run.stats["skipped"] = reason
        return
    own = ShopRun(run.desk, run.job, run.calls, run.stats, shop_id=shop.id, marketplace=shop.marketplace)
    try:
        own.connect()
        for step in steps:
            with_good_tokens(own, step)
    except MarketplaceError as error:
        with run.writing() as session:
            failing = shop_circuit.note_failure(session, shop.id, error, run.desk.now())
            if not is_to_go_on(own, error, failing.failures):
                own.keep(session)
        raise


def with_good_tokens(run: ShopRun, step: Step) -> None:
    """One step; when its token is refused, once more with new ones, from where it stopped."""
    try:
        step(run)
    except MarketplaceError as error:
        if error.kind != "expired_token":
            raise
        run.connect(rejected=run.version)
        step(run)


def is_to_go_on(run: ShopRun, error: MarketplaceError, failures: int) -> bool:
    """Whether the next job may go on where this one failed, instead of beginning its window anew.

    The fault may lie in the progress itself (a page's cursor grown too old): a try that won nothing with
    it leaves it in trust only where the marketplace said that it cannot answer now, ten times at most.
    """
    if error.kind not in PASSING:
        return False
    if run.payload != dict(run.job.payload):
        return True
    return error.kind != "malformed" and failures < TRIES_IN_VAIN


def why_not(shop: Shop, now: datetime, *, is_setup: bool = False) -> str:
    """Why the shop is not called now; empty when it may be."""
    if is_by_file(shop.marketplace):
        return "by file"
    callable_ = {ShopState.CONNECTED, ShopState.PENDING} if is_setup else {ShopState.CONNECTED}
    if shop.state not in callable_:
        return shop.state
    return "paused" if shop.paused_until is not None and shop.paused_until > now else ""


def _shop(run: Run) -> Shop:
    if run.job.shop_id is None:
        raise NotFound("shop.unknown", got=run.job.subject, choices="–")
    with reading() as session:
        return session.get_one(Shop, run.job.shop_id)
