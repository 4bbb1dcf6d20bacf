"""The page of a listing for buyers: what its marketplace told, at its own hosts, and nobody is followed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplaces.lazada.listings import read_listings
from marketplaces.public_page import LONGEST, public_page
from marketplaces.reading import Record

HOSTS = ("lazada.vn",)
PAGE = "https://www.lazada.vn/products/vai-thieu-i2198127336-s10463678435.html"


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (PAGE, PAGE),
        (f"  {PAGE}?spm=a2o4n.x&exlaz=d_1#reviews", PAGE),
        ("https://lazada.vn/-i1.html", "https://lazada.vn/-i1.html"),
        ("https://WWW.Lazada.VN/-i1.html", "https://www.lazada.vn/-i1.html"),
        ("", ""),
        ("http://www.lazada.vn/-i1.html", ""),
        ("javascript:alert(1)//lazada.vn/", ""),
        ("//www.lazada.vn/-i1.html", ""),
        ("https://lazada.vn.example.com/-i1.html", ""),
        ("https://notlazada.vn/-i1.html", ""),
        ("https://www.lazada.vn@example.com/-i1.html", ""),
        ("https://www.lazada.vn:8443/-i1.html", ""),
        ("https://www.lazada.vn", ""),
        ("https://www.lazada.vn/", ""),
        ("https://[lazada.vn/-i1.html", ""),
        ("https://www.lazada.vn/a b.html", ""),
        (f"https://www.lazada.vn/{'x' * LONGEST}", ""),
    ],
)
def test_an_address_is_kept_without_what_follows_people_or_not_at_all(told: str, kept: str) -> None:
    assert public_page(told, HOSTS) == kept


@given(st.text(max_size=80) | st.from_regex(r"https?://[a-z.@:]{0,20}lazada\.vn[/?#:@a-z0-9]{0,20}"))
def test_whatever_was_told_leads_to_the_marketplace_or_nowhere(told: str) -> None:
    kept = public_page(told, HOSTS)
    assert kept == "" or (kept.startswith(("https://lazada.vn/", "https://")) and "?" not in kept)
    assert kept == "" or kept.split("/")[2].endswith("lazada.vn")


class Shelf:
    """A gateway that answers with one product."""

    def __init__(self, sku: dict[str, Any]) -> None:
        self._sku = sku

    def get(self, _path: str, _query: object) -> Record:
        common = {"SkuId": 7, "SellerSku": "VT-1", "price": 55_000, "quantity": 3, "Status": "active"}
        product = {"item_id": 5, "attributes": {"name": "Vải"}, "skus": [{**common, **self._sku}]}
        return Record({"data": {"total_products": 1, "products": [product]}})


@pytest.mark.parametrize(
    ("sku", "page"),
    [({"Url": PAGE}, PAGE), ({"Url": "https://example.com/x.html"}, ""), ({"Url": None}, ""), ({}, "")],
)
def test_lazada_tells_the_page_of_each_sku(sku: dict[str, Any], page: str) -> None:
    [shown] = read_listings(Shelf(sku))  # type: ignore[arg-type]
    assert shown.listing.page_url == page
