"""What buyers and the marketplace do: order, pay, complete, cancel, return."""

from __future__ import annotations

from marketplaces.simulators.asking import Ask, BadRequestError, moment, parts, text, whole
from marketplaces.simulators.bench import Bench, Item, Line, Sale, Shop
from marketplaces.simulators.dialect import Dialect
from marketplaces.simulators.store import Body


def place(bench: Bench, dialect: Dialect, ask: Ask) -> Sale:
    """A new order. An id that is there already is left as it is, so that asking twice orders once."""
    shop = find_shop(bench, text(ask, "shop", ""))
    name = text(ask, "order", "") or text(ask, "order_sn", "")
    known = bench.sale(name) if name else None
    if known:
        return known
    at = moment(ask, "at", bench.now())
    status = text(ask, "status", "placed")
    wanted = parts(ask, "lines")
    if not wanted:
        raise BadRequestError("lines: expected at least one")
    lines = [_line(bench, shop, place, line) for place, line in enumerate(wanted, start=1)]
    word = dialect.words.get(status, status)
    sale = Sale(name or dialect.new_order_id(bench), shop.id, word, at, moment(ask, "updated_at", at), lines)
    bench.save(sale)
    dialect.changed(bench, sale, True)
    return sale


def change(bench: Bench, dialect: Dialect, ask: Ask) -> Sale:
    """``pay``, ``complete``, ``status`` for the whole order; ``cancel``, ``return`` also for lines of it."""
    name = text(ask, "order", "") or text(ask, "order_sn", "")
    sale = bench.sale(name)
    if sale is None:
        raise BadRequestError(f"order: none is called {name!r}")
    deed = text(ask, "do")
    if deed in {"cancel", "return"}:
        _take_back(sale, dialect, deed, parts(ask, "lines"))
    else:
        status = {"pay": "placed", "complete": "completed"}.get(deed) or text(ask, "status")
        sale.status = dialect.words.get(status, status)
    # A change may be told late, but never as older than the one before it.
    sale.updated_at = max(sale.updated_at, moment(ask, "at", bench.now()))
    bench.save(sale)
    dialect.changed(bench, sale, False)
    return sale


def find_shop(bench: Bench, name: str) -> Shop:
    """The shop of that id; without one, the only shop there is."""
    shops = bench.shops()
    found = [shop for shop in shops if shop.id == name] if name else shops
    if len(found) != 1:
        raise BadRequestError(f"shop: expected one of {[shop.id for shop in shops]}, got {name!r}")
    return found[0]


def _line(bench: Bench, shop: Shop, place: int, ask: Ask) -> Line:
    item = _item(bench, shop, text(ask, "listing"))
    model = _model(item, text(ask, "model", ""))
    price = model["price_vnd"] if model else item.price_vnd
    return Line(
        id=str(bench.number("line", 700_000_001)),
        listing=item.id,
        sku=model["sku"] if model else item.sku,
        name=item.name,
        quantity=whole(ask, "quantity", 1, minimum=1),
        price_vnd=whole(ask, "price_vnd", price),
        original_vnd=price,
        model=model["id"] if model else "",
    )


def _item(bench: Bench, shop: Shop, name: str) -> Item:
    for item in bench.items(shop.id):
        if name in {item.id, item.sku}:
            return item
    raise BadRequestError(f"listing: shop {shop.id} has none with id or SKU {name!r}")


def _model(item: Item, name: str) -> Body | None:
    if not item.models:
        return None
    for model in item.models:
        if name in {model["id"], model["sku"]}:
            return model
    raise BadRequestError(f"model: expected one of {[model['id'] for model in item.models]}, got {name!r}")


def _take_back(sale: Sale, dialect: Dialect, deed: str, lines: list[Ask]) -> None:
    """Without lines the whole order; with lines so many of each. An emptied order changes its status."""
    if deed == "cancel" and not lines:
        sale.status = dialect.words["cancelled"]
        return
    for ask in lines or [{"listing": line.listing, "quantity": _left(line)} for line in sale.lines]:
        line = _find_line(sale, text(ask, "listing"))
        quantity = whole(ask, "quantity", _left(line))
        if quantity > _left(line):
            raise BadRequestError(f"quantity: only {_left(line)} are left of {line.listing}")
        if deed == "cancel":
            line.cancelled += quantity
        else:
            line.returned += quantity
    if not any(_left(line) for line in sale.lines):
        sale.status = dialect.words["cancelled" if deed == "cancel" else "returned"]


def _left(line: Line) -> int:
    return line.quantity - line.cancelled - line.returned


def _find_line(sale: Sale, name: str) -> Line:
    for line in sale.lines:
        if name in {line.listing, line.sku, line.id}:
            return line
    raise BadRequestError(f"listing: order {sale.id} has no line of {name!r}")
