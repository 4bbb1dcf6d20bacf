"""Writing out what changed since the last confirmed export, in the shop's own template.

An export is *made*; it is *uploaded* when a person says so. Only then its wishes count as shown, exactly as
if the marketplace had confirmed them, and what changed meanwhile is in the next export.
"""

import hashlib
import json
import re
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from sqlalchemy import func, select
from sqlmodel import Session, col

from trace.crashpoint import crashpoint
from trace.errors import FieldProblem, Invalid, Refused
from trace.records.account import Account
from trace.records.file_exchange import Direction, FileLayout
from trace.records.file_export import FileExport
from trace.records.product import Product, ProductImage
from trace.records.shop import Listing, Shop
from trace.services import admission, listing_offers
from trace.services.admission import Act, Actor
from trace.services.file_exchange import templates
from trace.services.file_exchange.filling import Cell
from trace.services.file_exchange.headings import GoodsField
from trace.services.file_exchange.layouts import layout_of
from trace.services.file_exchange.telling import sku_number
from trace.services.file_exchange.templates import Column, TemplateChoices
from trace.services.listing_offers import DueOffer
from trace.services.listing_text import Face
from trace.services.listings import set_product
from trace.services.logging_acts import append_leaf
from trace.standards.local_time import VN

MOST_ROWS = 500
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Goods:
    """One listing to write out, with the names of its pictures."""

    listing: Listing
    product: Product
    due: DueOffer
    pictures: tuple[tuple[str, str], ...]
    """File name and SHA-256 of each."""


def add_goods(session: Session, actor: Actor, shop: Shop, product_id: str, now: datetime) -> Listing:
    """Put a product on the shop's shelf under its own code; one that stands there already is mapped.

    Raises:
        NotFound: no such product of this cooperative.
    """
    product = admission.fetch(session, actor, Act.MANAGE_SHOP, Product, public_id=product_id)
    number = sku_number(product.sku)
    rule = (col(Listing.shop_id) == shop.id, col(Listing.ext_listing_id) == number)
    listing: Listing | None = session.execute(select(Listing).where(*rule)).scalar_one_or_none()
    if listing is None:
        listing = Listing(shop_id=shop.id, ext_listing_id=number, created_at=now, updated_at=now)
        listing.ext_name, listing.ext_sku, listing.stock = product.name, product.sku, 0
        session.add(listing)
        session.flush()
    if listing.product_id is None:
        return set_product(session, listing, product.id, product.unit_g, now)
    listing.updated_at = now
    session.flush()
    return listing


def ready_template(session: Session, shop_id: int) -> FileLayout:
    """The shop's template.

    Raises:
        Refused: ``file.no_template``: none was uploaded, or nobody said what goes where.
    """
    layout = layout_of(session, shop_id, Direction.TEMPLATE)
    if layout is None or not layout.is_ready:
        raise Refused("file.no_template")
    return layout


def due_goods(session: Session, shop_id: int, face: Face, now: datetime) -> list[Goods]:
    """Listings whose wish no confirmed export holds."""
    due = listing_offers.offers_due(session, shop_id, face, now)[:MOST_ROWS]
    listings = {one.listing_id: session.get_one(Listing, one.listing_id) for one in due}
    products = {row.product_id: session.get_one(Product, row.product_id) for row in listings.values()}
    pictures = _pictures(session, [number for number in products if number is not None])
    return [_goods(listings[one.listing_id], products, one, pictures) for one in due]


def _goods(
    listing: Listing,
    products: Mapping[int | None, Product],
    due: DueOffer,
    pictures: Mapping[int, Sequence[str]],
) -> Goods:
    product = products[listing.product_id]
    name = _UNSAFE.sub("-", due.offer.sku).strip("-.") or f"hang-{listing.id}"
    if name != due.offer.sku:
        name = f"{name}-{listing.id}"  # two codes may look alike once they are file names
    named = [(f"{name}-{at}.jpg", sha) for at, sha in enumerate(pictures.get(product.id, ()), start=1)]
    return Goods(listing, product, due, tuple(named))


def _pictures(session: Session, products: Sequence[int]) -> dict[int, list[str]]:
    question = select(col(ProductImage.product_id), col(ProductImage.sha256)).where(
        col(ProductImage.product_id).in_(products)
    )
    found: dict[int, list[str]] = {}
    for product, sha in session.execute(question.order_by(col(ProductImage.position))):
        found.setdefault(product, []).append(sha)
    return found


def make(session: Session, shop: Shop, face: Face, account_id: int | None, now: datetime) -> FileExport:
    """Write the changes out.

    Raises:
        Refused: ``file.no_template``, or ``file.export.nothing``: all is confirmed as uploaded.
        Invalid: a text is longer than its column takes.
    """
    layout = ready_template(session, shop.id)
    listing_offers.pause_ended(session, shop.id, now)
    goods = due_goods(session, shop.id, face, now)
    if not goods:
        raise Refused("file.export.nothing", shop=shop.name)
    content = templates.fill(layout, _rows(layout, goods, face))
    stamp = now.astimezone(VN).strftime("%Y%m%d-%H%M%S")
    name = f"{shop.marketplace}-{shop.id}-{stamp}.{json.loads(layout.head)['kind']}"
    pictures = sorted({picture for one in goods for picture in one.pictures})
    export = FileExport(
        shop_id=shop.id,
        file_name=name,
        content=content,
        hashes=json.dumps({one.listing.id: dict(one.due.hashes) for one in goods}),
        pictures=json.dumps(pictures),
        manifest=_manifest(name, content, pictures),
        rows=len(goods),
        made_at=now,
        made_by=account_id,
    )
    session.add(export)
    session.flush()
    crashpoint("export made")
    return export


def _manifest(name: str, content: bytes, pictures: Sequence[tuple[str, str]]) -> str:
    """As ``sha256sum -c`` reads it."""
    lines = [(hashlib.sha256(content).hexdigest(), name), *((sha, f"anh/{one}") for one, sha in pictures)]
    return "".join(f"{sha}  {one}\n" for sha, one in lines)


def _rows(layout: FileLayout, goods: Sequence[Goods], face: Face) -> list[list[Cell]]:
    columns, choices = templates.columns_of(layout), templates.template_choices(layout)
    headings: list[str] = json.loads(layout.head)["headings"]
    problems: list[FieldProblem] = []
    rows: list[list[Cell]] = []
    for one in goods:
        row: list[Cell] = [""] * (max(columns) + 1)
        for place, column in columns.items():
            row[place] = _fitted(one, column, _value(one, column, choices, face), headings[place], problems)
        rows.append(row)
    if problems:
        raise Invalid(problems)
    return rows


def _fitted(one: Goods, column: Column, value: Cell, heading: str, problems: list[FieldProblem]) -> Cell:
    """The value within its column: a number as asked for, a description cut, any other long text refused."""
    if isinstance(value, int) and column.number == "dots":
        value = f"{value:,}".replace(",", ".")
    if column.most and len(str(value)) > column.most:
        if column.field == GoodsField.DESCRIPTION:
            return f"{str(value)[: column.most - 1]}…"
        figures = {"listing": one.due.offer.sku, "column": heading, "max": column.most}
        problems.append(
            FieldProblem(f"{one.due.offer.sku}/{heading}", "file.goods.long", len(str(value)), figures)
        )
    return value


def _value(one: Goods, column: Column, choices: TemplateChoices, face: Face) -> Cell:
    offer, product = one.due.offer, one.product
    unit_g = one.listing.unit_g or product.unit_g
    values: dict[str, Cell] = {
        "": column.fixed,
        GoodsField.SKU: offer.sku,
        GoodsField.NAME: offer.name or product.name,
        GoodsField.DESCRIPTION: offer.description or product.description,
        GoodsField.PRICE: offer.price_vnd,
        GoodsField.STOCK: offer.stock,
        GoodsField.ON_SALE: choices.on_word if offer.on_sale else choices.off_word,
        GoodsField.WEIGHT_G: unit_g,
        GoodsField.WEIGHT_KG: _kilograms(unit_g),
        GoodsField.BARCODE: product.gtin or "",
        GoodsField.PICTURE: "; ".join(name for name, _ in one.pictures),
        GoodsField.LINK: f"{face.public_url}/sp/{product.public_id}",
    }
    return values[column.field]


def _kilograms(unit_g: int) -> str:
    return f"{unit_g / 1000:.3f}".rstrip("0").rstrip(".").replace(".", ",")


def listed_with_people(session: Session, shop_id: int) -> Sequence[tuple[FileExport, str | None]]:
    """The shop's exports, the newest first, each with the name of whoever says that it was uploaded."""
    question = select(FileExport, col(Account.name)).outerjoin(
        Account, col(Account.id) == col(FileExport.confirmed_by)
    )
    rule = col(FileExport.shop_id) == shop_id
    found = session.execute(question.where(rule).order_by(col(FileExport.id).desc()).limit(30))
    return [(row, name) for row, name in found]


def confirm(session: Session, export: FileExport, account_id: int | None, now: datetime) -> None:
    """A person says that it was uploaded; saying so twice is once.

    Raises:
        Refused: ``file.export.older``: a later one is uploaded already.
    """
    session.execute(select(col(Shop.id)).where(col(Shop.id) == export.shop_id).with_for_update()).one()
    session.refresh(export)
    if export.confirmed_at is not None:
        return
    later = (
        col(FileExport.shop_id) == export.shop_id,
        col(FileExport.id) > export.id,
        col(FileExport.confirmed_at).is_not(None),
    )
    if session.execute(select(func.count()).select_from(FileExport).where(*later)).scalar_one():
        raise Refused("file.export.older", file=export.file_name)
    hashes = {int(listing): told for listing, told in json.loads(export.hashes).items()}
    listing_offers.note_uploaded(session, hashes, now)
    export.confirmed_at, export.confirmed_by = now, account_id
    body = {"shop": export.shop_id, "export": export.id, "rows": export.rows, "by": account_id}
    append_leaf(session, "export_uploaded", body, now)
    session.flush()


def as_zip(session: Session, export: FileExport) -> IO[bytes]:
    """The filled template, its pictures by SKU and the manifest, in a file that is gone when it is closed.

    A picture that was taken off its product since is missing in it; the manifest still names it.
    """
    out = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    told = export.made_at.astimezone(VN).timetuple()[:6]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        _put(made, export.file_name, export.content, told)
        for name, sha in json.loads(export.pictures):
            data = session.execute(
                select(col(ProductImage.data)).where(col(ProductImage.sha256) == sha).limit(1)
            ).scalar_one_or_none()
            if data is not None:
                _put(made, f"anh/{name}", data, told)
        _put(made, "manifest.sha256", export.manifest.encode(), told)
    out.seek(0)
    return out


def _put(made: zipfile.ZipFile, name: str, data: bytes, at: tuple[int, ...]) -> None:
    info = zipfile.ZipInfo(name, (at[0], at[1], at[2], at[3], at[4], at[5]))
    info.compress_type = zipfile.ZIP_STORED if name.endswith(".jpg") else zipfile.ZIP_DEFLATED
    made.writestr(info, data)


def zip_name(export: FileExport) -> str:
    """What the download is called."""
    return f"{Path(export.file_name).stem}.zip"
