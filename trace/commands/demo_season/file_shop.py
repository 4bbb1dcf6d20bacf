"""The shop that is kept by files: opened, its columns named, one report counted and one for the visitor."""

import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path

from marketplaces.simulators.files.centre import Centre, Part, Purchase
from marketplaces.simulators.files.dialects import WORDS, drop
from trace.commands.demo_season.cast import Cast, Coop
from trace.commands.demo_season.goods import FILE_SHOP, ShopPlan
from trace.commands.demo_season.market import PLAIN, Order, orders_of
from trace.commands.demo_season.selling import map_shelf
from trace.db import reading, transaction
from trace.records.file_exchange import FileReport
from trace.services.file_exchange import cleaning, layouts, learning, opening, reports
from trace.services.file_exchange.headings import REPORT_WORDS
from trace.services.importing.reading import opened
from trace.settings import Settings
from trace.standards.local_time import VN

DIALECT = "merged"
WAITS_DAYS = 3
"""The report of the last days was sent and nobody has looked at it yet."""


def open_file_shop(cast: Cast, settings: Settings) -> None:
    """Bring what the seller centre sold, as its manager does: two reports, the older one taken."""
    plan, now = FILE_SHOP, cast.days.now
    if plan.coop not in cast.coops:
        return
    coop, centre = cast.coops[plan.coop], _centre(cast, plan)
    with transaction() as session:
        said = opening.OpenIn(number=plan.number, name=plan.name, seen="1")
        allowed = settings.file_marketplaces
        shop = opening.open_shop(session, coop.manager, plan.marketplace, said, allowed, now)
    parted = _parted(cast, centre)
    if parted is None:
        return
    with tempfile.TemporaryDirectory() as name:
        folder, begun = Path(name), cast.days.ago(cast.size.order_days)
        centre.now = datetime.combine(parted, datetime.min.time())
        counted = drop(folder, "bao-cao-1", DIALECT, centre, begun, parted - timedelta(days=1))
        centre.now = now.astimezone(VN).replace(tzinfo=None)
        waits = drop(folder, "bao-cao-2", DIALECT, centre, parted, cast.days.today)
        _name_columns(cast, coop, shop.id, counted)
        report_id = _keep(cast, coop, shop.id, counted)
        _keep(cast, coop, shop.id, waits)
    with transaction() as session:
        report = opening.row_of(session, shop.id, FileReport, report_id)
        reports.take(session, report, coop.manager.account_id, now)
    map_shelf(coop, plan, shop.id, now)


def _parted(cast: Cast, centre: Centre) -> date | None:
    """The first day of the second report, so that both tell of orders; None where they all are of one day."""
    days = sorted({one.made_at.date() for one in centre.orders.values()})
    if len(days) < 2:
        return None
    wished = min(cast.days.ago(WAITS_DAYS), days[-1])
    return wished if wished > days[0] else days[-1]


def _centre(cast: Cast, plan: ShopPlan) -> Centre:
    goods = {offer.sku: (offer.sku, offer.name, offer.price_vnd) for offer in plan.offers}
    centre = Centre(tuple(goods.values()), chance=cast.dice)
    for number, order in enumerate(orders_of(cast, plan), start=1001):
        code = f"VS{number}"
        centre.orders[code] = _purchase(code, order, goods)
    return centre


def _purchase(code: str, order: Order, goods: dict[str, tuple[str, str, int]]) -> Purchase:
    state = PLAIN.get(order["status"], "placed")
    state = "placed" if state == "unpaid" else state
    parts = []
    for line in order["lines"]:
        sku, name, price = goods[line["listing"]]
        parts.append(Part(sku, name, line["quantity"], price, state))
    return Purchase(code, _shown(order["at"]), _shown(order["updated_at"]), parts)


def _shown(epoch_s: int) -> datetime:
    """As the seller centre writes it: Vietnam's time, without saying so."""
    return datetime.fromtimestamp(epoch_s, VN).replace(tzinfo=None)


def _name_columns(cast: Cast, coop: Coop, shop_id: int, path: Path) -> None:
    by, now = coop.manager.account_id, cast.days.now
    with opened(path, path.name) as book:
        head = layouts.find_head(book, REPORT_WORDS, path.name)
    with transaction() as session:
        layout = layouts.start_report_layout(session, shop_id, head, path.name, by, now)
        choices = layouts.ReportChoices(is_full=True)
        layouts.confirm_report_layout(session, layout, layouts.columns_of(layout), choices, by, now)
        words = [(word, state) for state, word in WORDS[DIALECT].items()]
        learning.learn(session, shop_id, words, by, now)


def _keep(cast: Cast, coop: Coop, shop_id: int, path: Path) -> int:
    with reading() as session:
        layout = reports.ready_layout(session, shop_id)
    cleaned = cleaning.clean(path, path.name, layout)
    arrived = reports.Arrived(reports.digest(path), path.name, "upload")
    with transaction() as session:
        return reports.keep(session, layout, arrived, cleaned, coop.manager.account_id, cast.days.now).id
