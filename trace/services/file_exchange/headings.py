"""What the columns of sellers' files are called, in Vietnamese and English, compared without accents.

The words are synonyms to begin with and no marketplace's own: nobody has seen a real report or template of
Voso or Buudien.vn here. A person looks at every guess and may change it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from trace.standards.search_key import fold_vi


class ReportField(StrEnum):
    """What a column of an order report may be."""

    ORDER = "order"
    STATUS = "status"
    CREATED = "created"
    CHANGED = "changed"
    SKU = "sku"
    NAME = "name"
    QUANTITY = "quantity"
    PRICE = "price"


class GoodsField(StrEnum):
    """What a column of a template for goods may be."""

    SKU = "sku"
    NAME = "name"
    DESCRIPTION = "description"
    PRICE = "price"
    STOCK = "stock"
    ON_SALE = "on_sale"
    WEIGHT_G = "weight_g"
    WEIGHT_KG = "weight_kg"
    BARCODE = "barcode"
    PICTURE = "picture"
    LINK = "link"


Words = Mapping[str, tuple[str, ...]]

REPORT_WORDS: Words = {
    ReportField.ORDER: (
        "ma don hang", "ma don", "so don hang", "so don", "order code", "order id", "order number",
        "order no",
    ),
    ReportField.STATUS: (
        "trang thai don hang", "trang thai", "tinh trang don", "tinh trang", "order status", "status",
    ),
    ReportField.CREATED: (
        "ngay dat hang", "ngay dat", "ngay tao don", "ngay tao", "thoi gian dat hang", "thoi gian tao",
        "order date", "created at", "created", "date",
    ),
    ReportField.CHANGED: (
        "ngay cap nhat", "cap nhat luc", "cap nhat", "thoi gian cap nhat",
        "updated at", "last updated", "updated",
    ),
    ReportField.SKU: ("ma san pham", "ma hang", "ma sku", "sku", "seller sku", "product code"),
    ReportField.NAME: (
        "ten san pham", "ten hang", "san pham", "mat hang", "product name", "product", "item name", "item",
    ),
    ReportField.QUANTITY: ("so luong", "sl", "so luong dat", "quantity", "qty"),
    ReportField.PRICE: ("don gia", "gia ban", "gia", "unit price", "price"),
}  # fmt: skip
"""The earlier word of a field is the better one."""

GOODS_WORDS: Words = {
    GoodsField.SKU: ("ma sku", "sku", "ma san pham", "ma hang", "seller sku", "product code"),
    GoodsField.NAME: ("ten san pham", "ten hang", "san pham", "product name", "name"),
    GoodsField.DESCRIPTION: ("mo ta chi tiet", "mo ta san pham", "mo ta", "description"),
    GoodsField.PRICE: ("gia ban", "don gia", "gia", "selling price", "price"),
    GoodsField.STOCK: ("so luong ton", "ton kho", "so luong", "kho", "stock", "quantity"),
    GoodsField.ON_SALE: ("trang thai", "hien thi", "dang ban", "status", "on sale"),
    GoodsField.WEIGHT_G: (
        "khoi luong g", "can nang g", "trong luong g", "khoi luong gram", "can nang gram", "weight g",
    ),
    GoodsField.WEIGHT_KG: ("khoi luong kg", "can nang kg", "trong luong kg", "weight kg"),
    GoodsField.BARCODE: ("ma vach", "gtin", "barcode", "ean"),
    GoodsField.PICTURE: ("hinh anh", "anh san pham", "anh", "image", "images", "picture"),
    GoodsField.LINK: ("lien ket", "duong dan", "truy xuat", "link", "url"),
}  # fmt: skip

_BUYER = re.compile(
    r"\b(nguoi (nhan|mua|dat)|ten (khach|nguoi)|khach|ho (va )?ten|dien thoai|so dt|sdt|di dong|dia chi|"
    r"email|e mail|ghi chu|loi nhan|phuong xa|quan huyen|tinh thanh|(ten|ma) kh|noi (nhan|giao)|"
    r"lien he|zalo|tai khoan|buyer|recipient|receiver|consignee|"
    r"customer|contact|account|username|phone|mobile|address|ward|district|city|note|message|comment|cmnd|cccd)\b"
)
LEAST_BEGINNING = 5
"""Shorter words begin headings that mean other things: “Giá” is a price, “Giá trị đơn hàng” a total."""
_PUNCTUATION = re.compile(r"[^0-9a-z]+")


def heading_key(heading: object) -> str:
    """A heading without accents, punctuation and the star of what must be filled.

    >>> heading_key("Mã đơn hàng (*)"), heading_key("Khối lượng (g)")
    ('ma don hang', 'khoi luong g')
    """
    return _PUNCTUATION.sub(" ", fold_vi(str(heading))).strip()


def is_of_a_buyer(heading: object) -> bool:
    """Whether a column of this heading holds something of the buyer: it is never read.

    >>> is_of_a_buyer("Tên người nhận"), is_of_a_buyer("SĐT"), is_of_a_buyer("Tên sản phẩm")
    (True, True, False)
    """
    return _BUYER.search(heading_key(heading)) is not None


def guess(headings: Sequence[str], words: Words) -> dict[int, str]:
    """Column -> field: the best word of each field, every column and every field at most once."""
    keys = ["" if is_of_a_buyer(heading) else heading_key(heading) for heading in headings]
    found: dict[int, str] = {}
    for is_whole in (True, False):  # a heading that is the word, then one that begins with it
        for field, synonyms in words.items():
            if field in found.values():
                continue
            place = _first_place(keys, synonyms, found, is_whole=is_whole)
            if place is not None:
                found[place] = str(field)
    return found


def _first_place(
    keys: Sequence[str], synonyms: Iterable[str], taken: Mapping[int, str], *, is_whole: bool
) -> int | None:
    for word in synonyms:
        for place, key in enumerate(keys):
            fits = key == word if is_whole else len(word) >= LEAST_BEGINNING and key.startswith(f"{word} ")
            if place not in taken and fits:
                return place
    return None
