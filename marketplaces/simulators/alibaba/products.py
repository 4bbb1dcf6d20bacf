"""Products, searches and shelves as Alibaba.com shows them."""

from __future__ import annotations

from marketplaces.simulators.alibaba import DONG_A_DOLLAR
from marketplaces.simulators.alibaba.envelope import BusinessError
from marketplaces.simulators.alibaba.guard import admit_shop, parameters
from marketplaces.simulators.bench import Bench, Item, Shop
from marketplaces.simulators.store import Body

FIRST_PRODUCT = 1_601_314_875_038
MOST_ON_A_PAGE = 20
FOOD, FRUIT, VEGETABLES = 2, 100_855, 100_856
SHELVES: dict[str, list[tuple[int, str, str, bool]]] = {
    "": [(FOOD, "Agriculture", "Nông sản", False)],
    str(FOOD): [
        (FRUIT, "Fresh Fruit", "Trái cây tươi", True),
        (VEGETABLES, "Fresh Vegetables", "Rau củ tươi", True),
    ],
}
LEAVES = frozenset({str(FRUIT), str(VEGETABLES)})


def get_categories(bench: Bench) -> Body:
    """``/alibaba/icbu/category/get/v2``: one level below a shelf."""
    admit_shop(bench)
    shelves = SHELVES.get(parameters().get("parent_category_id", ""))
    if shelves is None:
        raise BusinessError("BUSINESS_CATEGORY_NOT_EXIST", "The category does not exist.")
    is_vietnamese = parameters().get("language") == "vi_VN"
    data = [
        {
            "category_id": number,
            "category_name": vietnamese if is_vietnamese else english,
            "leaf_category": str(leaf).lower(),
            "level": 1,
        }
        for number, english, vietnamese, leaf in shelves
    ]
    return {"result": {"success": True, "data": data}}


def get_product(bench: Bench) -> Body:
    """``/alibaba/icbu/product/get/v2``; a product that was deleted is still shown."""
    item = find(bench, admit_shop(bench), parameters().get("product_id", ""))
    return {"result": {"success": True, "product_info": _shown(item)}}


def get_status(bench: Bench) -> Body:
    """``/alibaba/icbu/product/status/get/v2``."""
    item = find(bench, admit_shop(bench), parameters().get("product_id", ""))
    state = "pending" if _audit(item) == "pending" else item.status
    return {"result": {"success": True, "data": {"status": state, "status_desc": ""}}}


def get_templates(bench: Bench) -> Body:
    """``/alibaba/icbu/product/list/shipping/templates``."""
    admit_shop(bench)
    templates = [{"template_id": "1001", "template_name": "Cold chain"}]
    return {"result": {"success": True, "template_info_list": templates}}


def search(bench: Bench) -> Body:
    """``/alibaba/icbu/product/search/v2``: by model number or code of a SKU, without either everything."""
    shop, given = admit_shop(bench), parameters()
    size, page = int(given.get("page_size", MOST_ON_A_PAGE)), int(given.get("page_index", 1))
    if not 1 <= size <= MOST_ON_A_PAGE or page < 1:
        raise BusinessError("B_PRODUCT_PARAM_INVALID", "page_size must be from 1 to 20.")
    found = [item for item in bench.items(shop.id) if item.status != "deleted" and _fits(item, given)]
    return {
        "result": {
            "success": True,
            "product_info": [_shown(item) for item in found[(page - 1) * size : page * size]],
            "page": {
                "page_index": page,
                "page_size": size,
                "total_item": len(found),
                "total_page": -(-len(found) // size),
            },
        }
    }


def find(bench: Bench, shop: Shop, number: str) -> Item:
    """The shop's product of that number."""
    item = bench.item(number)
    if item is None or item.shop != shop.id:
        raise BusinessError("B_PRODUCT_NOT_FOUND", "The product was not found.")
    return item


def _fits(item: Item, given: dict[str, str]) -> bool:
    model, sku = given.get("model_number"), given.get("sku_code")
    codes = [str(one["sku"]) for one in item.models]
    return (model is None or item.sku == model) and (sku is None or sku in codes)


def _audit(item: Item) -> str:
    return "pending" if "pending" in item.images else "approved"


def _shown(item: Item) -> Body:
    trade: Body = {
        "moq": 1,
        "unit": "Piece",
        "inventory": item.stock,
        "price": {
            "price_type": "TIERED",
            "currency": "USD",
            "tiered_price": [{"quantity": 1, "price": dollars(item.price_vnd)}],
        },
    }
    if item.models:
        trade["sku_info"] = [_sku(model) for model in item.models]
    return {
        "basic_info": {
            "product_id": int(item.id) if item.id.isdigit() else item.id,
            "title": item.name,
            "description": item.description,
            "keywords": item.name,
            "model_number": item.sku,
            "status": item.status,
            "audit_status": _audit(item),
            "product_images": item.images,
            "last_modified_timestamp": item.updated_at * 1000,
        },
        "category_info": {
            "category_id": item.category or str(FRUIT),
            "category_name": "Agriculture / Fresh Fruit",
        },
        "trade_info": trade,
        "logistics_info": {"shipping_template_id": "1001", "weight": f"{item.weight_g / 1000:g}"},
    }


def _sku(model: Body) -> Body:
    return {
        "sku_id": int(model["id"]) if str(model["id"]).isdigit() else model["id"],
        "sku_code": model["sku"],
        "inventory": model["stock"],
        "sku_price": {"price": dollars(model["price_vnd"]), "currency": "USD"},
    }


def dollars(dong: int) -> str:
    """A price of đồng as Alibaba.com shows it."""
    cents = round(dong * 100 / DONG_A_DOLLAR)
    return f"{cents // 100}.{cents % 100:02d}"
