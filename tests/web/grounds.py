"""Grounds for attacks on every route: two cooperatives with one of everything, an account of any role.

A new route needs nothing here unless its address has a parameter of a new name (``Estate.places``), or a form
that should be tried with plausible values (``FORMS``).
"""

import itertools
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from sqlmodel import Session, SQLModel, select
from werkzeug.routing import Rule

from tests import stamped, world
from tests.services import consignment_world, farm, shipment_world
from tests.units import HA_BAC, THANH_HA
from trace.db import reading, transaction
from trace.records.account import Account, Role
from trace.records.allocation import Allocation
from trace.records.certificate import Certificate
from trace.records.consignment import Consignment, Treatment
from trace.records.diary_entry import DiaryEntry
from trace.records.event import Event
from trace.records.field_photo import FieldPhoto
from trace.records.import_run import ImportRun
from trace.records.lot import Hold, LotState
from trace.records.mail import Mail, MailFile
from trace.records.market_order import MarketOrder, MarketOrderLine
from trace.records.month_closing import FrozenFigure, MonthClosing
from trace.records.new_listing import NewListing, NewListingPicture
from trace.records.notice import Notice
from trace.records.plot import PackingHouse, PlotArea
from trace.records.product import OcopProposal, ProductImage
from trace.records.rules import ExportRule, YieldRule
from trace.records.scan import StampSeen
from trace.records.season_plan import SeasonPlan
from trace.records.shop import Listing, Shop
from trace.records.training import TrainingSession
from trace.services import (
    api_tokens,
    consigning,
    drilling,
    instance_facts,
    label_designs,
    label_printers,
    label_stocks,
    listing_offers,
    lot_events,
    problem_reports,
    rules,
    training,
)
from trace.services.admission import Act, Actor, may
from trace.services.epcis import capturing, named_queries, subscriptions
from trace.services.file_exchange import day_totals, exports, layouts, reports, templates
from trace.services.file_exchange.cleaning import Cleaned, CleanRow
from trace.services.identifiers import lot_uri
from trace.services.importing import uploads
from trace.services.importing.noting import Notes
from trace.services.intake import read
from trace.services.label_design_given import DesignIn
from trace.services.label_printers import PrinterIn
from trace.services.label_stock_given import StockIn
from trace.services.listing_text import Face
from trace.services.mailing import addresses
from trace.services.office_reports import plans, runs
from trace.services.office_reports.views import View
from trace.services.problem_reports import ProblemIn
from trace.services.product_images import Picture
from trace.services.public_id import new_public_id
from trace.standards.local_time import local_day
from trace.web.door import Open

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
PASSING = {"login_session", "login_failure", "openid_attempt", "scan", "stamp_seen", "alarm"}
"""Tables that answers to anybody may write: sessions, failed sign-ins, scans."""
DAY = date(2026, 6, 12)
_numbers = itertools.count(1)


@dataclass
class Estate:
    """One cooperative and, for every parameter an address can have, a thing of its own."""

    coop: world.Coop
    places: dict[str, Any]
    code: str


@dataclass
class Grounds:
    """Both cooperatives; ``own`` is the one the tested account works for. ``token`` is its program's."""

    own: Estate
    other: Estate
    account: Account | None
    token: str = ""


def request_id() -> str:
    return f"thu-{next(_numbers):08}"


def lay_out(app: Flask, folder: Path, now: datetime, role: Role | None) -> Grounds:
    """Both estates in the app's database, and an account of the role bound to the first."""
    with transaction() as session:
        instance_facts.found(session, public_url="http://localhost", is_demo=False)
        rules.load_defaults(session)
        own = _estate(session, now, folder, THANH_HA, "1")
        other = _estate(session, now, folder, HA_BAC, "2")
        account = world.make_account(session, now, role, **_bound(role, own)) if role else None
        sends_files = account is not None and may(world.actor_of(account), Act.IMPORT_REGISTRY)
        _close_month(session, now)
        own.places["token"] = _upload(session, account if sends_files else own.coop.manager, now)
        other.places["token"] = _upload(session, other.coop.manager, now)
        if account is not None and may(world.actor_of(account), Act.PLAN_SEASONS):
            for door, noun, text in SHEETS:
                own.places[f"{door}.token"] = _upload(session, account, now, noun, text)
                own.places[f"{door}.import_id"] = _brought(session, now, noun, None).id
        token = api_tokens.issue_token(session, account.login, "test", now)[1] if account else ""
    return Grounds(own, other, account, token)


def _close_month(session: Session, now: datetime) -> None:
    """A closed month with one figure."""
    closing = world.add(session, MonthClosing(month=CHOICES["month"], closed_at=now))
    figure = {"measure": "orders", "version": 1, "timing": "period", "scale": 1, "top": 2, "value": "2"}
    world.add(session, FrozenFigure(closing_id=closing.id, **figure))


def _bound(role: Role, estate: Estate) -> dict[str, Any]:
    org, home = {"org_id": estate.coop.org.id}, {"household_id": estate.coop.household.id}
    commune = {"commune_code": THANH_HA}
    return {
        Role.FARMER: org | home,
        Role.DIGITAL_TEAM: commune,
        Role.COMMUNE_OFFICER: commune,
        Role.OFFICE: {},
        Role.ADMIN: {},
    }.get(role, org)


SHEETS = (
    ("office_plan_imports", "plans", "Xã,Cây trồng,Từ ngày,Đến ngày,Sản lượng,Diện tích\n"),
    ("office_training_imports", "training", "Mã hộ,Ngày,Tên buổi,HTX\n"),
    ("office_ocop_imports", "ratings", "HTX,Sản phẩm,Số sao,Điểm,Số quyết định,Ngày quyết định\n"),
    ("organisation_imports", "organisations", "Loại đơn vị,Tên đơn vị,Xã\n"),
)


def _upload(
    session: Session, account: Any, now: datetime, noun: str = "products", text: str = "sku,name\n"
) -> str:
    actor = world.actor_of(account)
    return uploads.keep(session, uploads.sealed(actor, noun, "tep.csv", text.encode(), now), now).token


def _brought(session: Session, now: datetime, noun: str, coop: world.Coop | None) -> ImportRun:
    """A file that was imported; a cooperative's brought one household."""
    org_id = coop.org.id if coop else None
    mark = {"request_id": request_id(), "file_sha256": "0" * 64, "rows_good": 1, "rows_bad": 0}
    run = ImportRun(noun=noun, org_id=org_id, file_name="ho.csv", imported_at=now, **mark)
    world.add(session, run)
    notes = Notes(session, run)
    if coop is not None:
        world.make_household(session, now, coop.org, import_id=run.id)
    notes.keep()
    return run


def _estate(session: Session, now: datetime, folder: Path, commune: str, sign: str) -> Estate:
    coop = world.make_coop(session, now, commune_code=commune)
    world.add_picture(session, now, coop.product)
    farm.agree_to_help(session, coop, now)
    lot = world.make_lot(session, now, coop.plot, coop.product)
    lot_events.harvested(session, coop.hand, [(lot, coop.plot)], now)
    block = stamped.make_block(session, now, coop, folder)
    stamped.activate(session, now, block, lot, block.first, block.first + 9)
    places: dict[str, Any] = {
        "public_id": lot.public_id,
        "products.public_id": coop.product.public_id,
        "story.product.public_id": coop.product.public_id,
        "organisations.public_id": coop.org.public_id,
        "block": block.public_id,
        "stamp_scans.serial": _scanned(session, now, block),
        "household_id": coop.household.id,
        "plot_id": coop.plot.id,
        "number": stamped.recall(session, now, _recalled(session, now, coop)).number,
    }
    places |= _papers(session, now, coop) | _shelf(session, now, coop, sign)
    places |= _photos(session, now, coop) | _notice(session, now, coop, lot)
    places |= {"hold_id": _hold(session, now, coop), "rule_id": _rule(session)}
    places |= {"work.key": places["hold_id"]}
    places |= {"run": _print(session, now, block), "import_id": _brought(session, now, "farms", coop).id}
    places |= {"plan_id": _plan(session, now, commune)}
    places |= {"program_id": api_tokens.issue_token(session, coop.manager.login, "Sàn", now)[0].id}
    places |= {
        "plans.plan_id": _plan(session, now, commune, org_id=coop.org.id),
        "session_id": _course(session, now, coop),
        "training.session_id": _course(session, now, coop, org_id=coop.org.id),
    }
    places |= _gear(session, now, coop) | files(session, now, coop, sign)
    places |= _parcel(session, now, coop, lot) | _events(session, now, coop, lot)
    drill = drilling.begin(session, coop.boss, lot.public_id, now, lambda: 0.0)
    places |= {"drill_id": drill.public_id}
    places |= _consignments(session, now, coop) | _reports(session, now, sign)
    code = stamped.code_of(session, block.kid, block.first)
    number = _problem(session, now, code)
    places |= {f"{door}.number": number for door in ("problems", "office_problems", "coop_problems")}
    return Estate(coop, places, code)


def _scanned(session: Session, now: datetime, block: Any) -> int:
    """The first stamp of a block, looked at once; its serial."""
    seen = StampSeen(kid=block.kid, serial=block.first, first_at=now, first_device=b"")
    serial: int = world.add(session, seen).serial
    return serial


def _problem(session: Session, now: datetime, code: str) -> str:
    """A buyer's report with a picture; its number."""
    given = ProblemIn(text="Tem rách", contact="0912 345 678", request_id=request_id())
    row, _ = problem_reports.file_report(session, code, given, b"jpeg", "vi", now)
    return row.public_id


def _reports(session: Session, now: datetime, sign: str) -> dict[str, Any]:
    """The office's: a report of two figures, an address that agreed, and what was sent to it."""
    office = Actor(None, Role.OFFICE)
    said = addresses.AddressIn(name=f"Chị {sign}", address=f"hoa{sign}@so.example.vn")
    address = addresses.add_address(session, office, said, now)
    addresses.confirm(session, address.public_id, addresses.secret_of(address), now)
    given = {"title": "Vải", "span": "week", "rhythm": "day", "as_xlsx": True}
    given["readers"] = (address.public_id,)
    report = plans.add_report(session, office, plans.ReportIn(**given), View("orders"), now)
    plans.add_view(session, office, report.public_id, View("revenue"))
    run = runs.make_now(session, office, report.public_id, now)
    file = MailFile(about=run.about, name="vai.xlsx", media_type="application/x", content=b"x")
    file.created_at = now
    session.add(file)
    mail = session.exec(select(Mail).where(Mail.address_id == address.id)).one()
    mail.state = "unknown"
    return {
        "office_reports.public_id": report.public_id,
        "address_id": address.public_id,
        "run_id": run.public_id,
        "mail_id": mail.public_id,
    }


def _recalled(session: Session, now: datetime, coop: world.Coop) -> Any:
    return world.make_lot(session, now, coop.plot, coop.product, state=LotState.RECALLED)


def _notice(session: Session, now: datetime, coop: world.Coop, lot: Any) -> dict[str, Any]:
    told = {"kind": "hold", "about": f"hold/{lot.id}", "subject": lot.public_id, "noted_at": now}
    figures = json.dumps({"lot": lot.code, "date": DAY.isoformat()})
    one = Notice(org_id=coop.org.id, commune_code=coop.org.commune_code, figures=figures, **told)
    return {"notice_id": world.add(session, one).id}


def _photos(session: Session, now: datetime, coop: world.Coop) -> dict[str, Any]:
    """A harvest and a diary entry, with a photo."""
    lot = world.make_lot(session, now, coop.plot, coop.product)
    of = {"org_id": coop.org.id, "household_id": coop.household.id}
    did = {"plot_id": coop.plot.id, "kind": "water", "done_on": DAY, "request_id": request_id()}
    entry = world.add(session, DiaryEntry(**of, **did, recorded_at=now))
    bytes_ = {"sha256": secrets.token_hex(32), "data": b"\xff\xd8", "small": b"\xff\xd8"}
    photo = FieldPhoto(**of, **bytes_, entry_id=entry.id, width=1, height=1, recorded_at=now)
    return {
        "photos.public_id": lot.public_id,
        "entry_id": entry.id,
        "photo_id": world.add(session, photo).id,
    }


def _papers(session: Session, now: datetime, coop: world.Coop) -> dict[str, Any]:
    area = world.make_growing_area(session, now, coop.org)
    in_area = PlotArea(plot_id=coop.plot.id, growing_area_id=area.id, since=date(2026, 1, 1))
    world.add(session, in_area)
    house = PackingHouse(org_id=coop.org.id, code=f"P-{area.code}", market="CN", name="Nhà đóng gói")
    house.commune_code, house.created_at = coop.org.commune_code, now
    world.add(session, house)
    paper = Certificate(org_id=coop.org.id, scheme="vietgap", number=f"VG-{area.id}", created_at=now)
    paper.valid_from, paper.valid_to = DAY, date(2028, 6, 12)
    image = ProductImage(product_id=coop.product.id, sha256=secrets.token_hex(32), media_type="image/png")
    image.width = image.height = 1
    image.data, image.created_at = b"\x89PNG", now
    wish = OcopProposal(org_id=coop.org.id, product_id=coop.product.id, stars=3, score=60.0, proposed_at=now)
    wish.decision_number, wish.decided_on = f"QD-{area.id}", DAY
    return {
        "site_id": area.id,
        "area_plots.row_id": in_area.id,
        "certificate_id": world.add(session, paper).id,
        "image_id": world.add(session, image).id,
        "sha256": image.sha256,
        "proposal_id": world.add(session, wish).id,
        "prefix_id": world.make_prefix(session, now, coop.org, f"9521{coop.org.id:05}", state="waiting").id,
    }


def _shelf(session: Session, now: datetime, coop: world.Coop, sign: str) -> dict[str, Any]:
    shop = Shop(org_id=coop.org.id, marketplace="shopee", ext_shop_id=sign, name="Gian hàng", created_at=now)
    shop.state = "connected"
    world.add(session, shop)
    listing = Listing(shop_id=shop.id, ext_listing_id=sign, product_id=coop.product.id, unit_g=1000)
    listing.created_at = listing.updated_at = now
    world.add(session, listing)
    order = MarketOrder(shop_id=shop.id, ext_order_id=f"DON-{sign}", status_raw="x", status="placed")
    order.ext_modified_at = order.ordered_at = order.first_seen_at = order.changed_at = now
    order.day, order.payload_hash = local_day(now), "x"
    world.add(session, order)
    line = MarketOrderLine(order_id=order.id, ext_line_id="1", listing_id=listing.id, quantity=2)
    line.net_quantity, line.unit_price_vnd, line.revenue_vnd = 2, 60_000, 120_000
    share = Allocation(order_id=order.id, ext_line_id="1", product_id=coop.product.id, pieces=2, unit_g=1000)
    world.add(session, line)
    places = {"order_id": order.id, "share_id": world.add(session, share).id}
    places |= new_listing(session, now, coop, shop)
    return {"shop_id": shop.id, "listing_id": listing.id, "ext_shop_id": sign, **places}


def files(session: Session, now: datetime, coop: world.Coop, sign: str) -> dict[str, Any]:
    """A second shop, kept by files, with a report of one order."""
    shop = Shop(org_id=coop.org.id, marketplace="postmart", ext_shop_id=sign, name="Gian tệp", created_at=now)
    shop.state = "connected"
    world.add(session, shop)
    head = layouts.Head(0, "", 1, ("Mã đơn", "Ngày tạo", "Tình trạng", "Mã hàng", "Số lượng", "Giá bán"))
    layout = layouts.start_report_layout(session, shop.id, head, "mau.csv", None, now)
    columns = layouts.columns_of(layout)
    layouts.confirm_report_layout(session, layout, columns, layouts.ReportChoices(), None, now)
    row = CleanRow(2, f"DH-{sign}", "Mới", now.isoformat(), "", "S1", "Vải", 1, 60_000)
    arrived = reports.Arrived(secrets.token_hex(32), "bao-cao.csv", "upload")
    report = reports.keep(session, layout, arrived, Cleaned((row,)), None, now)
    given = day_totals.TotalsIn(day=DAY, orders=2, transactions=1, quantity=3, revenue_vnd=90_000)
    entry = day_totals.enter(session, shop, given, Picture(1, 1, b"\xff\xd8"), None, now)
    blank = templates.Blank(
        "mau.csv", "csv", layouts.Head(0, "", 1, ("SKU", "Giá", "Kho")), b"SKU;Gi;Kho\r\n"
    )
    mould = templates.keep_blank(session, shop.id, blank, is_new=True, account_id=None, now=now)
    goes = templates.columns_of(mould)
    templates.confirm_template(mould, goes, templates.TemplateChoices(2), None, now)
    shelved = exports.add_goods(session, coop.boss, shop, coop.product.public_id, now)
    wish = listing_offers.Wish(60_000, 5, on_sale=False)  # its lots are past their date
    listing_offers.wish(session, coop.boss, shop.id, shelved.id, wish, now)
    export = exports.make(session, shop, Face("http://localhost"), None, now)
    doors = ("file_reports", "file_layouts", "day_totals", "file_templates", "file_exports")
    return {
        "report_id": report.id,
        "export_id": export.id,
        "total_id": entry.id,
        **{f"{door}.shop_id": shop.id for door in doors},
    }


def new_listing(session: Session, now: datetime, coop: world.Coop, shop: Shop) -> dict[str, Any]:
    row = NewListing(shop_id=shop.id, product_id=coop.product.id, sku=f"M-{shop.id}", title="Vải 1 kg")
    row.unit_g, row.price_vnd, row.stock, row.created_at, row.updated_at = 1_000, 60_000, 9, now, now
    number = world.add(session, row).id
    picture = NewListingPicture(new_listing_id=number, image_id=1, position=0, width=1, height=1)
    picture.sha256, picture.data = secrets.token_hex(32), b"\xff\xd8"
    sha256 = world.add(session, picture).sha256
    of_goods = {"new_listings.product": coop.product.public_id}
    return {"new_id": number, "listing_picture.show.sha256": sha256, **of_goods}


def _hold(session: Session, now: datetime, coop: world.Coop) -> int:
    lot = world.make_lot(session, now, coop.plot, coop.product, state=LotState.HOLD)
    hold = world.add(session, Hold(lot_id=lot.id, reason="Chờ kết quả mẫu", opened_at=now))
    number: int = hold.id
    return number


def _rule(session: Session) -> int:
    rows = session.exec(select(YieldRule).order_by(YieldRule.id)).all()
    number: int = rows[-1].id
    return number


def _course(session: Session, now: datetime, coop: world.Coop, org_id: int | None = None) -> int:
    """A training session to which the estate's household came: one that counts, or what it proposes."""
    row = TrainingSession(title="Tập huấn", held_on=DAY, commune_code=coop.org.commune_code, recorded_at=now)
    row.org_id, row.confirmed_at = org_id, None if org_id else now
    number: int = world.add(session, row).id
    training.add_households(session, Actor(None, Role.OFFICE), row, [coop.household], now)
    return number


def _plan(session: Session, now: datetime, commune: str, org_id: int | None = None) -> int:
    """A plan of the estate's commune, or of its cooperative's part, that waits for the office."""
    row = SeasonPlan(
        crop="carrot", first_day=DAY, last_day=DAY, weight_g=10**9, area_m2=10_000, org_id=org_id
    )
    row.commune_code, row.recorded_at = commune, now
    number: int = world.add(session, row).id
    return number


def _print(session: Session, now: datetime, block: Any) -> str:
    from trace.records.stamp import PrintRun

    run = PrintRun(block_id=block.id, first=block.first, last=block.last, format="pdf", stock="tomy-145")
    run.public_id, run.request_id, run.org_id = new_public_id(), request_id(), block.org_id
    run.state, run.start_cell, run.sha256 = "ready", 1, secrets.token_hex(32)
    run.asked_at = run.finished_at = now
    world.add(session, run)
    return str(run.public_id)


def _gear(session: Session, now: datetime, coop: world.Coop) -> dict[str, Any]:
    given = read(StockIn, {"name": "Giấy 24 tem", "form": "sheet", "columns": "3", "rows": "8", **_LABEL})
    stock = label_stocks.add_stock(session, coop.boss, given, now)
    printed = read(PrinterIn, {"name": "Máy in văn phòng", "kind": "pdf"})
    printer = label_printers.add_printer(session, coop.boss, printed, now)
    chosen = read(
        DesignIn, {"name": "Hộp 1 kg", "kind": "stamp", "rows": ["product", "cooperative", "serial"]}
    )
    design = label_designs.add_design(session, coop.boss, chosen, None, now)
    return {"stock": stock.public_id, "printer": printer.public_id, "design": design.public_id}


def _parcel(session: Session, now: datetime, coop: world.Coop, lot: Any) -> dict[str, Any]:
    """An account at the carrier, and a parcel of the lot that nobody knows to be booked."""
    account = shipment_world.connect_account(session, coop, now)
    parcel = shipment_world.note_parcel(session, coop, account, now, lot=lot.public_id)
    parcel.state = "uncertain"
    places = {f"{door}.public_id": parcel.public_id for door in ("shipments", "shipment_booking")}
    return {**places, "mark": account.hook_mark}


SUBSCRIPTION: dict[str, Any] = {"dest": "https://nhan.example/viec", "stream": True}


def _events(session: Session, now: datetime, coop: world.Coop, lot: Any) -> dict[str, Any]:
    """An act's event, a document that was sent, a named query and a subscription to it."""
    lot_events.observed(session, coop.boss, "open", lot, now)
    event = session.exec(select(Event).where(Event.org_id == coop.org.id)).first()
    sent = capturing.capture(session, coop.boss, [], "rollback", now)
    question = (f"cau-hoi-{coop.org.id}", {"eventType": ["ObjectEvent"]}, now)
    for who in (coop.boss, Actor(None, Role.OFFICE)):
        kept = named_queries.keep(session, who, *question)
    token, _ = api_tokens.issue_token(session, coop.manager.login, "test", now)
    standing = subscriptions.subscribe(session, coop.boss, token, kept.name, SUBSCRIPTION, (), now)
    return {
        "event_id": event.event_id,
        "member": lot_uri(session, lot),
        "epcis_capture.public_id": sent.public_id,
        "query_name": kept.name,
        "subscription_id": standing.public_id,
    }


def _consignments(session: Session, now: datetime, coop: world.Coop) -> dict[str, Any]:
    """A draft with a treatment, boxes that stand nowhere, and a consignment that others have sent."""
    goods = world.make_lot(session, now, coop.plot, coop.product, code=f"XK-{coop.org.id}")
    one = consignment_world.loaded(session, now, coop, goods, "JP")
    consignment_world.treat(session, now, coop, one, treated_on=local_day(now))
    free = consignment_world.boxes(session, now, coop, goods, count=1)
    sender = world.make_org(session, now)
    came = Consignment(
        public_id=new_public_id(), org_id=sender.id, number="CH-1", market="VN", created_at=now
    )
    came.receiver_org_id, came.receiver_name, came.state = coop.org.id, coop.org.name, "dispatched"
    came.dispatched_at = now
    return {
        **{
            f"{door}.public_id": one.public_id
            for door in ("consignments", "consignment_goods", "unit_labels")
        },
        "arrivals.public_id": world.add(session, came).public_id,
        "box": consigning.units_in(session, one)[0].id,
        "record_id": session.exec(select(Treatment).where(Treatment.consignment_id == one.id)).one().id,
        "unit": free[0].id,
        "units.public_id": free[0].public_id,
        "office_export.rule_id": session.exec(select(ExportRule).order_by(ExportRule.id.desc())).first().id,
    }


_ROWS = ["product", "cooperative", "serial"]
_LABEL = {"label_width_um": "64", "label_height_um": "33,9"}
CHOICES: dict[str, str] = {
    "form": "csv",
    "marketplace": "shopee",
    "by_file": "postmart",
    "noun": "farms",
    "office_plan_imports.noun": "plans",
    "office_training_imports.noun": "training",
    "office_ocop_imports.noun": "ratings",
    "organisation_imports.noun": "organisations",
    "filename": "tokens.css",
    "face": "working",
    "mark": "of-this-release",
    "exporter": "json",
    "measure": "orders",
    "work.kind": "hold",
    "month": "2026-05",
    "dataset": "sales",
    "office_rules.kind": "yield",
    "sites.kind": "vung",
    "consignment_goods.which": "xu-ly",
    "office_reports.name": "vai.xlsx",
    "help_pages.topic": "ghi-lo",
    "secret": "khong-phai-cua-ai",
    "typed": "",
    "rest": "09506000134352",
    "key": "414",
    "epcis_resources.kind": "epcs",
    "epcis_events.token": "trang-sau",
    "device": "0123456789abcdef",
    "ticket": "ma-khong-co-tren-man-hinh-nao",
}
"""Parameters that choose among fixed things and belong to nobody; ``typed`` is a stamp's code."""
SHARED = {"rule_id", "sha256", "ext_shop_id", "mark"}
"""Rows that belong to no cooperative, or that anybody may see."""


def value_of(rule: Rule, name: str, estate: Estate) -> Any:
    """What stands for a parameter of a route's address in this estate.

    Raises:
        AssertionError: nobody said yet how to make one.
    """
    door = str(rule.endpoint).split(".")[0]
    for key in (f"{rule.endpoint}.{name}", f"{door}.{name}", name):
        if name == "typed":
            return estate.code
        if key in estate.places:
            return estate.places[key]
        if key in CHOICES:
            return CHOICES[key]
    raise AssertionError(
        f"route {rule.rule} has the parameter {name!r} that tests/web/grounds.py does not know: "
        f"add how to make one to _estate() (key {name!r}, or {door + '.' + name!r} where the name has other "
        "meanings), or to CHOICES where it is nobody's"
    )


def tenant_names(rule: Rule) -> list[str]:
    """The parameters of a route that name a tenant's row."""
    door = str(rule.endpoint).split(".")[0]
    free = {*CHOICES, *SHARED}
    return sorted(n for n in rule.arguments if not {n, f"{door}.{n}", f"{rule.endpoint}.{n}"} & free)


def routes(app: Flask) -> list[tuple[Rule, str]]:
    """Every route and each of its methods; signing out comes last because it ends the session."""
    found = [
        (rule, method)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        if rule.endpoint != "static"
    ]
    return sorted(found, key=lambda one: (one[0].endpoint == "account.sign_out", one[0].rule, one[1]))


def address(app: Flask, rule: Rule, values: dict[str, Any]) -> str:
    """The path of a route with these values, however odd they are."""
    from urllib.parse import quote

    path = ""
    for is_name, part in rule._trace:
        path += quote(str(values[part]), safe="") if is_name else part.lstrip("|")
    return path


def form_of(rule: Rule, estate: Estate) -> dict[str, str]:
    """Plausible values for a route's form."""
    make = FORMS.get(str(rule.endpoint))
    return {"request_id": request_id(), **(make(estate) if make else {})}


def dump(without: frozenset[str] = frozenset()) -> dict[str, list[Any]]:
    """Every row of every table but the reference tables and those that anybody's answers write."""
    left_out = {"admin_unit", "admin_unit_change", *PASSING, *without}
    with reading() as session:
        return {
            name: sorted(map(repr, session.connection().execute(table.select()).all()))
            for name, table in SQLModel.metadata.tables.items()
            if name not in left_out
        }


def changed(before: dict[str, list[Any]], after: dict[str, list[Any]]) -> list[str]:
    """Tables that differ."""
    return [name for name in before if before[name] != after[name]]


def is_for_programs(app: Flask, rule: Rule) -> bool:
    """Whether a route knows its visitors by a token alone."""
    return str(rule.endpoint).split(".")[0] in app.extensions["program_doors"]


def is_public(app: Flask, rule: Rule) -> bool:
    return app.extensions["policy"][rule.endpoint] in (Open.PUBLIC, Open.LOCAL)


Make = Callable[[Estate], dict[str, str]]
_PLAN: Make = lambda e: {  # noqa: E731
    "place": f"2025-07:{e.coop.org.commune_code}",
    "crop": "lychee",
    "variety": "",
    "first_day": "20/05/2026",
    "last_day": "10/06/2026",
    "weight_g": "1200",
    "area_m2": "90,5",
    "price_vnd_kg": "25.000",
    "note": "",
}
_COURSE: Make = lambda e: {  # noqa: E731
    "title": "Bán hàng trên sàn",
    "held_on": "12/03/2026",
    "place": f"2025-07:{e.coop.org.commune_code}",
}
_REASON: Make = lambda _e: {"reason": "Chờ kết quả mẫu"}  # noqa: E731 - a row of the table below
_RECALL: Make = lambda _e: {  # noqa: E731
    "reason": "Nghi còn thuốc trên quả",
    "reason_en": "Residue",
    "phone": "0220 000 0000",
    "lots": "1",
}
_RANGE: Make = lambda _e: {"first": "20", "last": "24", "reason": "lost"}  # noqa: E731
_HOUSEHOLD: Make = lambda _e: {  # noqa: E731
    "code": f"H-{next(_numbers)}",
    "name": "Trần Văn Hai",
    "phone": "0987654321",
    "id_number": "",
    "place": "2025-07:10813",
}
_PLOT: Make = lambda _e: {  # noqa: E731
    "code": f"V-{next(_numbers)}",
    "name": "Vườn sau",
    "crop": "lychee",
    "variety": "thieu",
    "area_m2": "3600",
    "growing_area_id": "",
    "latitude": "",
    "longitude": "",
    "place": "2025-07:10813",
}
_PRODUCT: Make = lambda _e: {  # noqa: E731
    "sku": f"S-{next(_numbers)}",
    "name": "Vải thiều",
    "name_en": "Lychee",
    "name_zh": "鲜荔枝",
    "name_ja": "生鮮ライチ",
    "gtin": "",
    "crop": "lychee",
    "variety": "thieu",
    "unit_g": "1 kg",
    "shelf_life_days": "7",
    "brand": "",
    "standards": "",
    "description": "Vải chín đỏ",
    "ocop_group": "",
}
_ORG: Make = lambda _e: {  # noqa: E731
    "kind": "cooperative",
    "name": f"HTX mới {next(_numbers)}",
    "name_en": "",
    "tax_code": "",
    "gln": "",
    "phone": "",
    "place": "2025-07:10813",
}
_PREFIX: Make = lambda _e: {  # noqa: E731
    "kind": "prefix",
    "digits": f"8931{next(_numbers):05}",
    "paper": "GCP 12/2026",
    "valid_from": "01/01/2026",
    "valid_to": "",
}
_RATING: Make = lambda e: {  # noqa: E731
    "product": e.coop.product.public_id,
    "stars": "4",
    "score": "75",
    "decision_number": f"QD-{next(_numbers)}",
    "decided_on": "2026-06-01",
}
_STOCK: Make = lambda _e: {"name": "Giấy mới", "form": "roll", "columns": "1", **_LABEL}  # noqa: E731
_ON: Make = lambda e: {"stock": e.places["stock"]}  # noqa: E731
_PRINTER: Make = lambda _e: {"name": "Máy mới", "kind": "zpl", "dpi": "203", "address": ""}  # noqa: E731
_BOX = {
    "content": "Vải thiều tươi",
    "weight_g": "5",
    "pieces": "1",
    "goods_vnd": "250.000",
    "cod_vnd": "",
    "service": "VCN",
    "receiver_name": "Hoàng Kín Tiếng",
    "receiver_phone": "0912 345 987",
    "receiver_address": "Ngõ Vắng 77, phường Lặng, Hà Nội",
}
_BOXES: Make = lambda e: {"units": str(e.places["unit"])}  # noqa: E731
_REPORT = {"title": "Vải tuần", "span": "week", "rhythm": "week", "day": "1", "hour": "7", "language": "vi"}
_REPORT |= {"as_xlsx": "1", "measure": "orders", "by": "cooperative"}
FORMS: dict[str, Make] = {
    "stamp_scans.clear": lambda _e: {"note": "Hộp bày ở hội chợ"},
    "problems.send": lambda _e: {"text": "Tem rách", "place": "Chợ", "contact": "0912 345 678"},
    "office_problems.answer": lambda _e: {"answer": "Đã xem, cảm ơn."},
    "coop_problems.answer": lambda _e: {"answer": "Đã xem, cảm ơn."},
    "epcis_subscriptions.add_subscription": lambda _e: SUBSCRIPTION,
    "label_stock.add": _STOCK,
    "label_stock.save": _STOCK,
    "label_printers.add": _PRINTER,
    "label_printers.save": _PRINTER,
    "label_calibration.keep": lambda e: {
        "stock": e.places["stock"],
        "before": "0:0:1000000:1000000",
        "across_um": "100",
        "down_um": "150",
        "left_um": "10",
        "top_um": "15",
    },
    "label_designs.choose": _ON,
    "label_designs.drop": _ON,
    "label_design_form.add": lambda e: {
        "name": "Mẫu mới",
        "kind": "fruit",
        "rows": "product",
        "product": e.coop.product.public_id,
    },
    "sign_in_code.send": lambda _e: {"code": "000000", "next": "/htx"},
    "own_factor.begin": lambda _e: {"password": "sai rồi"},
    "own_factor.confirm": lambda _e: {"code": "000000"},
    "own_factor.renew_codes": lambda _e: {"code": "000000"},
    "own_factor.switch_off": lambda _e: {"password": "sai rồi", "off_code": "000000"},
    "openid.begin": lambda _e: {"password": "sai rồi"},
    "own_password.change": lambda _e: {"old": "sai rồi", "new": "một câu dài dễ nhớ"},
    "account.sign_in": lambda _e: {"login": "ai-do", "password": "sai", "next": "/htx"},
    "lots.create": lambda e: {
        "plot_id": str(e.coop.plot.id),
        "product": e.coop.product.public_id,
        "weight_g": "480",
        "when": "today",
        "other_day": "",
        "boxes": "",
        "yield_reason": "",
    },
    "lots.pack": lambda e: {
        "product": e.coop.product.public_id,
        "units": "10",
        "packed_on": "12/06/2026",
        "packing_house_id": "",
        "loss_reason": "",
    },
    "pooling.pool": lambda e: {
        "lot": e.places["public_id"],
        "kind": "pool",
        "product": "",
        "weight_g": "10",
        "units": "",
        "packed_on": "12/06/2026",
        "packing_house_id": "",
        "loss_reason": "",
    },
    "lots.hold": _REASON,
    "lot_corrections.correct": lambda _e: {"weight_g": "490", "reason": "Đọc nhầm cân"},
    "lot_corrections.withdraw": _REASON,
    "lots.destroy": _REASON,
    "lots.recall": _RECALL,
    "office_lots.hold": _REASON,
    "office_lots.lift": lambda _e: {"result": "KQ-12/2026", "lift_reason": "Mẫu đạt yêu cầu"},
    "office_recalls.open_recall": _RECALL,
    "office_rules.add": lambda _e: {
        "crop": "lychee",
        "variety": "",
        "warn_t_ha": "20",
        "block_t_ha": "30",
        "valid_from": "01/01/2027",
        "source": "Quyết định",
    },
    "office_reports.add": lambda e: {**_REPORT, "readers": e.places["address_id"]},
    "office_reports.change": lambda e: {**_REPORT, "readers": e.places["address_id"]},
    "office_reports.add_view": lambda _e: {"measure": "transactions", "by": "marketplace"},
    "office_reports.remove_view": lambda _e: {"place": "1"},
    "office_reports.set_state": lambda _e: {"what": "dung"},
    "mail_addresses.add": lambda _e: {"name": "Anh Ba", "address": "ba@so.example.vn", "language": "vi"},
    "mail_addresses.topics": lambda _e: {"checkpoints": "1"},
    "office_rates.add": lambda _e: {
        "currency": "USD",
        "day": "01/06/2026",
        "dong": "25.412,5",
        "source": "Vietcombank",
    },
    "office_export.add": lambda _e: {
        "market": "KR",
        "crop": "lychee",
        "asks": "paper:phytosanitary",
        "least_dose": "",
        "least_minutes": "",
        "valid_days": "14",
        "is_asked": "1",
        "certainty": "seen",
        "valid_from": "01/01/2027",
        "source": "Công văn",
    },
    "office_export.end": lambda _e: {"last_day": "31/12/2027"},
    "consignments.add": lambda _e: {
        "market": "JP",
        "receiver": "",
        "receiver_name": "Công ty Quả Tươi",
        "exporter": "",
    },
    "consignments.cancel": lambda _e: {"reason": "Xe hỏng dọc đường"},
    "consignment_goods.box": lambda e: {
        "lot": e.places["public_id"],
        "kind": "box",
        "count": "2",
        "weight_g": "10 kg",
        "packed_on": "12/06/2026",
        "packing_house_id": "",
    },
    "consignment_goods.put_in": _BOXES,
    "consignment_goods.take_out": _BOXES,
    "consignment_goods.open_units": _BOXES,
    "consignment_goods.stack": lambda e: {"units": str(e.places["box"]), "per_pallet": ""},
    "consignment_goods.treat": lambda _e: {
        "kind": "irradiation",
        "facility": "Trung tâm chiếu xạ",
        "treated_on": "12/06/2026",
        "dose": "400",
        "minutes": "",
        "document": "CX-1",
    },
    "consignment_goods.paper": lambda _e: {
        "kind": "phytosanitary",
        "number": "KD-1",
        "issuer": "",
        "issued_on": "12/06/2026",
        "valid_to": "",
    },
    "notices.mark_read": lambda _e: {"last": "999999999"},
    "office_rules.end": lambda _e: {"last_day": "31/12/2027"},
    "diary.create": lambda e: {
        "plot_id": str(e.coop.plot.id),
        "kind": "spray",
        "material": "Abamectin",
        "dose": "10 ml",
        "waiting_days": "7",
        "operator": "Hai",
        "note": "",
        "corrects_id": "",
        "reason": "",
        "when": "today",
        "other_day": "",
    },
    "stamps.take": lambda e: {"kind": "lot", "count": "5", "lot": e.places["public_id"], "product": ""},
    "stamps.activate": lambda e: {"first": "30", "last": "34", "lot": e.places["public_id"]},
    "stamps.void": _RANGE,
    "stamps.activate_codes": lambda e: {
        "first_code": e.code,
        "last_code": e.code,
        "lot": e.places["public_id"],
        "step": "do",
    },
    "printing.order": lambda _e: {
        "first": "0",
        "last": "0",
        "stock": "tomy-145",
        "start_cell": "1",
        "format": "png",
        "reason": "jam",
    },
    "prints.confirm": lambda e: {"first_code": e.code, "last_code": e.code},
    "prints.spoiled": lambda _e: {"first_1": "40", "last_1": "41", "first_2": "44", "reason": "torn"},
    "shops.change": lambda _e: {"name": "Gian mới", "buffer_units": "3"},
    "shops.replay": lambda _e: {"order": "24061"},
    "shops.map_listing": lambda e: {"product": e.coop.product.public_id, "unit_g": "1 kg"},
    "shops.publish": lambda _e: {"price_vnd": "60000", "stock": "10", "on_sale": "1", "with_content": "0"},
    "new_listings.ask": lambda e: {
        "title": "Vải thiều Thanh Hà, thùng 1 kg",
        "sku": f"MOI-{next(_numbers)}",
        "unit_g": "1 kg",
        "price_vnd": "60000",
        "stock": "10",
        "follows_lots": "0",
        "category": "100855",
        "pictures": str(e.places["image_id"]),
    },
    "shop_orders.choose": lambda e: {
        "share": str(e.places["share_id"]),
        "lot": e.places["public_id"],
        "pieces": "1",
    },
    "file_shops.open_shop": lambda _e: {"number": f"g-{next(_numbers)}", "name": "Gian", "seen": "1"},
    "file_reports.learn": lambda _e: {"word": "Mới", "status": "placed"},
    "file_layouts.save": lambda _e: {
        **{f"column-{at}": name for at, name in enumerate(("order", "created", "status", "sku", "quantity"))},
        "column-5": "price",
        "kind": "full",
    },
    "shipment_booking.book": lambda e: {**_BOX, "lot": e.places["public_id"], "step": "book"},
    "shipment_booking.retry": lambda _e: {**_BOX, "step": "book"},
    "shipments.conclude": lambda _e: {"what": "booked", "ext_number": "1734200501"},
    "carrier_account.connect": lambda _e: {
        "username": "htx",
        "password": "mat khau dai 9",
        "token": "",
        "sender_name": "HTX Vải Thanh Hà",
        "sender_phone": "0220 381 1001",
        "sender_address": "Thôn 1, xã Thanh Hà, Hải Phòng",
    },
    "carrier_account.set_hook": lambda _e: {"secret": "bi-mat-bao-tin", "mode": "header"},
    "file_templates.save": lambda _e: {
        **{f"column-{at}": name for at, name in enumerate(("sku", "price", "stock"))},
        "first_row": "15",  # no number that a row of the other estate has
    },
    "file_exports.add_goods": lambda e: {"product": e.coop.product.public_id},
    "farms.add_household": _HOUSEHOLD,
    "farms.save_household": _HOUSEHOLD,
    "personal.erase": lambda _e: {"reason": "Hộ xin xóa dữ liệu"},
    "office_personal.export": lambda _e: {"reason": "Trao dữ liệu theo đơn"},
    "office_personal.erase": lambda _e: {"reason": "Hộ xin xóa dữ liệu"},
    "first_day.save_contact": lambda _e: {"phone": "0220 371 1111"},
    "first_day.add_farm": lambda _e: {
        "name": "Trần Văn Ba",
        "phone": "",
        "crop": "lychee",
        "area_m2": "5 sào",
        "agrees": "1",
    },
    "first_day.add_good": lambda _e: {
        "name": f"Vải hộp {next(_numbers)}",
        "unit_g": "1 kg",
        "crop": "lychee",
        "standards": "TCCS 01:2026",
    },
    "helping.add": lambda e: {
        **_HOUSEHOLD(e),
        "org": e.coop.org.public_id,
        "how": "paper",
        "said_on": "01/06/2026",
    },
    "helping.agree": lambda _e: {"how": "spoken", "said_on": "01/06/2026"},
    "farms.consent": lambda _e: {"purpose": "contact", "what": "give"},
    "farms.add_plot": _PLOT,
    "farms.save_plot": _PLOT,
    "sites.add_area": lambda _e: {
        "code": f"VN-HDOR-{next(_numbers) + 5000}",
        "market": "CN",
        "name": "",
        "crop": "lychee",
        "area_m2": "10 ha",
        "place": "2025-07:10813",
    },
    "sites.add_house": lambda _e: {
        "code": f"VN-HDPH-{next(_numbers)}",
        "market": "CN",
        "name": "Nhà đóng gói",
        "gln": "",
        "place": "2025-07:10813",
    },
    "area_plots.put": lambda e: {"plot_id": str(e.coop.plot.id), "plot_since": "01/06/2026"},
    "area_plots.end": lambda _e: {"plot_until": "12/06/2026"},
    "sites.status": lambda _e: {"status": "suspended", "since": "2026-06-01", "reason": "Kiểm tra lại"},
    "certificates.add": lambda e: {
        "scheme": "vietgap",
        "number": f"VG-{next(_numbers)}",
        "issuer": "Trung tâm",
        "valid_from": "2026-01-01",
        "valid_to": "2027-01-01",
        "plot_ids": str(e.coop.plot.id),
    },
    "products.add": _PRODUCT,
    "products.save": _PRODUCT,
    "products.propose": lambda e: {n: v for n, v in _RATING(e).items() if n != "product"},
    "plans.add": _PLAN,
    "plans.take_back": _REASON,
    "office_plans.add": _PLAN,
    "office_plans.correct": lambda e: {**_PLAN(e), "reason": "Tính lại diện tích"},
    "office_plans.withdraw": _REASON,
    "office_plan_imports.upload": lambda _e: {"loai": "plans"},
    "office_training_imports.upload": lambda _e: {"loai": "training"},
    "office_ocop_imports.upload": lambda _e: {"loai": "ratings"},
    "organisation_imports.upload": lambda _e: {"loai": "organisations"},
    "work.decide": lambda _e: {"act": "note", "note": "Đã gọi hợp tác xã", "seen": "0"},
    "work.remind": lambda _e: {"seen": "0"},
    "office_training.add": _COURSE,
    "office_training.save": _COURSE,
    "office_training.attend": lambda e: {"codes": e.coop.household.code},
    "office_ocop.add": _RATING,
    "office_ocop.settle": lambda _e: {"what": "decline", "reason": "Thiếu giấy"},
    "prefixes.add": _PREFIX,
    "office_prefixes.add": lambda e: {"org": e.coop.org.public_id, **_PREFIX(e)},
    "office_prefixes.settle": lambda _e: {"what": "decline", "reason": "Thiếu giấy"},
    "organisations.add": _ORG,
    "organisations.save": _ORG,
    "imports.upload": lambda _e: {"loai": "products"},
}
"""Plausible values by endpoint; a route without a row is tried with a request id alone."""
