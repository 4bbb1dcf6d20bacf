"""Registering who and what there is: one thing of each kind, by the people who may."""

import io
from datetime import date, datetime

import pytest
from PIL import Image

from tests import world
from tests.units import THANH_HA
from trace.db import Database, reading, transaction
from trace.errors import Invalid
from trace.records.account import Role
from trace.records.certificate import Scheme
from trace.records.household import Purpose
from trace.records.organisation import OrgKind
from trace.services import (
    certificates,
    households,
    ocop,
    organisations,
    plots,
    product_images,
    products,
    rules,
    sites,
)
from trace.services.admission import Actor
from trace.services.intake import read

OFFICE = Actor(None, Role.OFFICE)


def test_a_cooperative_and_all_it_has_is_registered_by_verbs(database: Database, now: datetime) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(buffer, "PNG")
    picture = product_images.reencode(buffer.getvalue())
    with transaction() as session:
        rules.load_defaults(session)
        given = read(
            organisations.OrganisationIn,
            {"kind": "cooperative", "name": "HTX Thanh Hà", "commune": THANH_HA, "tax_code": "0100109106"},
        )
        org = organisations.add_organisation(session, OFFICE, given, now)
        boss = Actor(None, Role.COOP_MANAGER, org.id)
        house = read(
            households.HouseholdIn, {"code": "th 1", "name": "Phạm Thị Hoa", "phone": "o912 345 678"}
        )
        household = households.add_household(session, boss, house, now)
        households.give_consent(
            session, boss, household.id, households.ConsentIn(purpose=Purpose.PUBLIC_NAME), now
        )
        area = {"code": "VN-HDOR-0012", "market": "CN", "crop": "vải", "area_m2": "1 ha", "commune": THANH_HA}
        growing = sites.add_growing_area(session, boss, read(sites.GrowingAreaIn, area), now)
        ground = {"household_id": household.id, "code": "v1", "crop": "Vải thiều", "variety": "u hồng"}
        plot = plots.add_plot(
            session,
            boss,
            read(plots.PlotIn, {**ground, "area_m2": "3 sào", "growing_area_id": growing.id}),
            now,
        )
        house_code = {"code": "VN-HDPH-012", "market": "CN", "name": "Nhà đóng gói"}
        sites.add_packing_house(session, boss, read(sites.PackingHouseIn, house_code), now)
        goods = {
            "sku": "vt-2",
            "name": "Vải thiều hộp 2 kg",
            "crop": "vải",
            "unit_g": "2 kg",
            "ocop_group": "1",
        }
        product = products.add_product(session, boss, read(products.ProductIn, goods), now)
        product_images.add_image(session, boss, product.public_id, picture, now)
        paper = {"scheme": "vietgap", "number": "VG-1", "valid_from": "2026-01-01", "valid_to": "2026-12-31"}
        certificate = certificates.add_certificate(
            session, boss, read(certificates.CertificateIn, {**paper, "plot_ids": [plot.id]}), now
        )
        certificates.confirm_certificate(session, OFFICE, certificate.id, now)
        decision = {"product": product.public_id, "stars": 4, "score": 82, "decision_number": "12/QĐ"}
        rating = ocop.rate_product(
            session, OFFICE, read(ocop.RatingIn, {**decision, "decided_on": "2025-05-31"}), now
        )
    assert (org.kind, household.code, plot.area_m2, plot.variety) == (
        OrgKind.COOPERATIVE,
        "TH1",
        1080,
        "u_hong",
    )
    assert (plot.commune_code, product.unit_g, product.ocop_group) == (THANH_HA, 2000, 1)
    assert rating.valid_to == date(2028, 5, 31)
    with reading() as session:
        claims = certificates.claims_on(session, org.id, date(2026, 6, 1), date(2027, 2, 1), plot=plot)
        assert [(one.scheme, one.expired_since) for one in claims] == [(Scheme.VIETGAP, date(2026, 12, 31))]
        assert households.personal_data(session, boss, household.id, now).phone == "0912345678"
        assert households.agrees_to(session, household.id, Purpose.PUBLIC_NAME)
        assert not households.agrees_to(session, household.id, Purpose.PUBLIC_PHOTO)
    assert world.PASSWORD


@pytest.mark.parametrize(
    "typed", ["Trần Văn\u200b Hai", "\ufeffTrần Văn Hai", "Tra\u0302\u0300n Văn Hai\u2069"]
)
def test_signs_nobody_sees_are_not_kept(typed: str) -> None:
    values = {"code": "TH-\u200b01", "name": typed, "commune": "10813"}
    given = read(households.HouseholdIn, values)
    assert (given.code, given.name) == ("TH-01", "Trần Văn Hai")


def test_decimals_are_typed_with_a_comma_here() -> None:
    values = {
        "product": "x",
        "stars": "4",
        "score": "75,5",
        "decision_number": "12/QĐ",
        "decided_on": "2026-06-01",
    }
    assert read(ocop.RatingIn, values).score == 75.5
    land = {"household_id": "1", "code": "V-1", "crop": "lychee", "area_m2": "3 sào"}
    plot = read(plots.PlotIn, {**land, "latitude": "20,95", "longitude": " 106.33 "})
    assert (plot.latitude, plot.longitude) == (20.95, 106.33)
    assert read(plots.PlotIn, {**land, "latitude": "", "longitude": " "}).latitude is None
    for wrong in ("1,5,5", "nan", "Infinity", "75;5"):
        with pytest.raises(Invalid):
            read(ocop.RatingIn, {**values, "score": wrong})
