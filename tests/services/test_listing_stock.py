"""What a listing offers and says: the lots that are out, less what is spoken for; its link and its papers."""

import json
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import world
from tests.services import farm, shop_world
from tests.services.shop_world import ShopWorld, order
from trace.db import Database, reading, transaction
from trace.errors import Invalid, Refused
from trace.records.certificate import Certificate, CertificateScope, Scheme
from trace.records.product import Product
from trace.records.shop import Listing, Shop
from trace.services import listing_offers, listing_text, recalling, shop_pages
from trace.services.certificates import Claim
from trace.services.listing_offers import DueOffer, Wish
from trace.services.listing_stock import stock_sums
from trace.services.listing_text import Face

FACE = Face("https://tem.example.vn")


@pytest.fixture
def shop(database: Database, now: datetime) -> ShopWorld:
    return shop_world.open_shop(now)


def wish(shop: ShopWorld, number: str = "A", **given: object) -> Listing:
    asked = Wish(**{"price_vnd": 60_000, "stock": None, "on_sale": True, "follows_lots": True, **given})
    with transaction() as session:
        row = next(one for one in farm.all_of(session, Listing) if one.ext_listing_id == number)
        return listing_offers.wish(session, shop.coop.boss, shop.shop.id, row.id, asked, shop.now)


def due(shop: ShopWorld, face: Face = FACE, now: datetime | None = None) -> dict[str, DueOffer]:
    with reading() as session:
        found = listing_offers.offers_due(session, shop.shop.id, face, now or shop.now)
        return {one.offer.listing_id or "": one for one in found}


def test_stock_follows_the_lots_less_what_is_spoken_for_and_the_buffer(shop: ShopWorld) -> None:
    shop.listed("THUNG", shop.coop.product, 4_000)
    shop.lot(50), shop.lot(10)
    shop.lot(100, best_before=date(2026, 6, 1))
    shop.lot(100, state="open")
    with transaction() as session:
        session.get_one(Shop, shop.shop.id).buffer_units = 3
    shop.sell("S1", 7)
    shop.sell("S2", 5, status="unpaid")
    wish(shop), wish(shop, "THUNG")
    with reading() as session:
        kept = session.get_one(Shop, shop.shop.id)
        sums = stock_sums(session, kept, farm.all_of(session, Listing), shop.now)
    (one, box) = sums.values()
    assert (one.lots, one.grams, one.pieces, one.reserved, one.buffer, one.published) == (
        2, 53_000, 53, 5, 3, 45,
    )  # fmt: skip
    # Ten kilos of the second lot are two boxes of four, forty-three of the first are ten.
    assert (box.pieces, box.reserved, box.published) == (12, 2, 7)
    assert [due(shop)[number].offer.stock for number in ("A", "THUNG")] == [45, 7]


def test_sold_pieces_without_a_lot_are_kept_back_from_the_next_one(shop: ShopWorld, now: datetime) -> None:
    shop.listed("THUNG", shop.coop.product, 8_000)
    shop.lot(6)
    shop.tell(order("S1", {"THUNG": 1}, now))  # needs eight kilos of one lot
    wish(shop)
    assert due(shop)["A"].offer.stock == 0
    shop.tell(order("S1", {"THUNG": 1}, now, "cancelled", 1))
    assert due(shop)["A"].offer.stock == 6


def test_the_manager_s_own_figure_counts_as_before(shop: ShopWorld, now: datetime) -> None:
    shop.lot(500)
    wish(shop, stock=100, follows_lots=False)
    shop.tell(order("S1", {"A": 30}, now + timedelta(minutes=1)))
    assert due(shop)["A"].offer.stock == 70
    with pytest.raises(Invalid):
        wish(shop, follows_lots=False)


def test_following_the_lots_is_offered_first_where_the_product_has_lots(
    shop: ShopWorld, now: datetime
) -> None:
    def page() -> shop_pages.ListingPage:
        with reading() as session:
            (row,) = farm.all_of(session, Listing)
            return shop_pages.listing_page(session, shop.coop.boss, shop.shop.id, row.id, now)

    assert (page().follows_lots, page().by_lots) == (False, None)
    shop.lot(20)
    assert (page().follows_lots, page().by_lots.published) == (True, 20)
    wish(shop, stock=5, follows_lots=False)
    assert page().follows_lots is False


@pytest.mark.parametrize("how", ["date", "recall"])
def test_when_no_lot_is_good_any_more_the_listing_is_paused_and_not_put_back(
    shop: ShopWorld, now: datetime, how: str
) -> None:
    lot = shop.lot(20, best_before=date(2026, 6, 13), released_at=now)
    row = wish(shop)

    def pause(at: datetime) -> int:
        with transaction() as session:
            return listing_offers.pause_ended(session, shop.shop.id, at)

    assert pause(now) == 0
    later = now + timedelta(days=2)
    if how == "recall":
        with transaction() as session:
            words = recalling.RecallIn(reason="Nghi còn thuốc trên quả", phone="0220 000 0000")
            recalling.open_recall(session, shop.coop.boss, lot.public_id, words, now)
            session.get_one(Listing, row.id).on_sale = True  # as if somebody had put it back
        later = now
    assert (pause(later), pause(later)) == (1, 0)
    assert due(shop, now=later)["A"].offer.on_sale is False
    shop.now = later
    with pytest.raises(Refused, match=r"shop\.lots_ended"):
        wish(shop)
    shop.lot(20, packed_on=date(2026, 6, 14))
    assert wish(shop).on_sale is True
    assert pause(later) == 0


def test_a_product_without_lots_is_left_to_its_manager(shop: ShopWorld, now: datetime) -> None:
    wish(shop, stock=10, follows_lots=False)
    with transaction() as session:
        assert listing_offers.pause_ended(session, shop.shop.id, now + timedelta(days=400)) == 0


def certificate(shop: ShopWorld, number: str, until: date, product: Product | None = None, **given: object):
    with transaction() as session:
        values = {"org_id": shop.coop.org.id, "scheme": "vietgap", "number": number, "created_at": shop.now}
        values |= {"valid_from": date(2026, 1, 1), "valid_to": until, "confirmed_at": shop.now}
        row = world.add(session, Certificate(**{**values, **given}))
        if product is not None:
            world.add(session, CertificateScope(certificate_id=row.id, product_id=product.id))


def test_the_text_carries_the_link_and_the_certificates_of_the_day(shop: ShopWorld, now: datetime) -> None:
    with transaction() as session:
        other = world.make_product(session, now, shop.coop.org)
        session.get_one(Product, shop.coop.product.id).description = "Vải chín đỏ, hái sáng sớm."
    certificate(shop, "VG-01", date(2026, 6, 12))
    certificate(shop, "VG-CUA-HANG-KHAC", date(2027, 6, 12), other)
    certificate(shop, "VG-CHUA-XAC-NHAN", date(2027, 6, 12), confirmed_at=None)
    certificate(shop, "KQ-1", date(2027, 6, 12), scheme="lab")
    wish(shop, with_content=True)
    first = due(shop)["A"]
    assert first.offer.description.split("\n") == [
        "Vải chín đỏ, hái sáng sớm.",
        "",
        f"Truy xuất nguồn gốc: https://tem.example.vn/sp/{shop.coop.product.public_id}",
        "VietGAP số VG-01, còn hạn đến 12/06/2026",
    ]
    with transaction() as session:
        session.get_one(Listing, first.listing_id).confirmed = json.dumps(dict(first.hashes))
    assert due(shop) == {}
    tomorrow = due(shop, now=now + timedelta(days=1))["A"]  # the paper is over: the text goes out again
    assert "VG-01" not in tomorrow.offer.description
    changed = {name for name in first.hashes if first.hashes[name] != tomorrow.hashes[name]}
    assert changed == {"content"}


def test_a_text_nobody_asked_for_is_not_sent(shop: ShopWorld) -> None:
    wish(shop)
    assert (due(shop)["A"].offer.name, due(shop)["A"].offer.description) == ("", "")


CLAIM = Claim(Scheme.VIETGAP, "VG-01", "", date(2026, 1, 1), date(2026, 12, 31), None)


@given(text=st.text(max_size=300), longest=st.integers(1, 400), papers=st.integers(0, 3))
def test_a_limit_cuts_the_description_never_the_link(text: str, longest: int, papers: int) -> None:
    product = Product(public_id="sp0123456789", description=text)
    link = "Truy xuất nguồn gốc: https://tem.example.vn/sp/sp0123456789"
    said = listing_text.listing_text(product, [CLAIM] * papers, Face(FACE.public_url, longest))
    assert link in said
    assert len(said) <= max(longest, len(link))
    whole = listing_text.listing_text(product, [CLAIM] * papers, FACE)
    if len(whole) <= longest:
        assert said == whole
