"""What pages for sharing tell machines that list them: schema.org as JSON-LD.

It stands in a script element, whose kind no browser runs: the pages' policy allows no script within a page.
"""

import json
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from trace.services.public_pages import LotPage, ProductPage
from trace.services.where_to_buy import OnSale
from trace.web.visitor import settings


def lot_data(page: LotPage, product: str, coop: str, on_sale: Sequence[OnSale]) -> dict[str, Any]:
    """schema.org/Product of one lot."""
    found = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": product,
        "url": f"{settings().public_url}/lo/{page.public_id}",
        "brand": {"@type": "Organization", "name": coop},
        "additionalProperty": [{"@type": "PropertyValue", "name": "lot", "value": page.code}],
        "productionDate": (page.packed_on or page.harvested_on).isoformat(),
    }
    return found | _goods(page.product.gtin if page.product else None, page.story.image, on_sale)


def product_data(page: ProductPage, name: str, coop: str, on_sale: Sequence[OnSale]) -> dict[str, Any]:
    """schema.org/Product of a product."""
    found = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": name,
        "url": f"{settings().public_url}/sp/{page.product.public_id}",
        "brand": {"@type": "Organization", "name": coop},
    }
    picture = page.pictures[0] if page.pictures else None
    found |= _goods(page.product.gtin, picture, on_sale)
    return found | ({"description": page.product.description} if page.product.description else {})


def _goods(gtin: str | None, image: str | None, on_sale: Sequence[OnSale]) -> dict[str, Any]:
    found: dict[str, Any] = {"gtin": gtin} if gtin else {}
    offers = [_offer(one) for one in on_sale if one.price_vnd]
    found |= {"offers": offers} if offers else {}
    return found | ({"image": f"{settings().public_url}/anh/{image}"} if image else {})


def _offer(one: OnSale) -> dict[str, Any]:
    """schema.org/Offer of a listing, with its page only where the marketplace told it."""
    found = {
        "@type": "Offer",
        "price": one.price_vnd,
        "priceCurrency": "VND",
        "availability": "https://schema.org/InStock",
        "seller": {"@type": "Organization", "name": one.shop},
    }
    return found | ({"url": one.page_url} if one.page_url else {})


def json_ld(value: dict[str, Any]) -> Markup:
    """JSON that can stand inside a script element: no text of a person can end it."""
    text = json.dumps(value, ensure_ascii=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - every sign that HTML reads is escaped above
