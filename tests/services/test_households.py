"""Households and what is theirs: sealed fields, reasons, search without marks, papers, stars, codes."""

import json
from datetime import date, datetime
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select
from sqlmodel import col

from tests import world
from tests.units import HA_BAC, THANH_HA
from trace.db import Database, reading, transaction
from trace.errors import Invalid, NotFound, Refused
from trace.records.account import Role
from trace.records.event import LogLeaf
from trace.records.typed_text import TypedText
from trace.services import certificates, households, ocop, organisations, plots, products, rules, sites
from trace.services.admission import Actor
from trace.services.intake import Given, read
from trace.services.places import PlaceUnclear, read_place


def test_the_office_opens_personal_data_for_a_reason_that_is_kept(database: Database, now: datetime) -> None:
    with transaction() as session:
        coop = world.make_coop(session, now)
        given = read(households.HouseholdIn, {"code": "H1", "name": "Lê Thị Vải", "phone": "0912345678"})
        row = households.add_household(session, coop.boss, given, now)
    officer = Actor(None, Role.OFFICE)
    with transaction() as session, pytest.raises(Refused):
        households.personal_data(session, officer, row.id, now, "xem")
    with transaction() as session:
        seen = households.personal_data(session, officer, row.id, now, "Xác minh đơn thu hồi số 12")
        assert seen.phone == "0912345678"
    with reading() as session:
        kept = session.execute(select(LogLeaf).where(col(LogLeaf.kind) == "personal_read")).scalar_one()
        assert "Xác minh" not in kept.body
        text = session.get(TypedText, json.loads(kept.body)["text"])
        assert (text.text, text.household_id) == ("Xác minh đơn thu hồi số 12", row.id)
        assert "0912345678" not in kept.body
    with transaction() as session:
        other = world.make_coop(session, now)
        with pytest.raises(NotFound):
            households.personal_data(session, other.boss, row.id, now)


def test_names_with_the_typed_marks_come_before_those_that_sound_alike(
    database: Database, now: datetime
) -> None:
    with transaction() as session:
        coop = world.make_coop(session, now)
        for name in ("Hoàng Đồng Trưng", "Đông Trùng", "Người khác 100%"):
            world.make_household(session, now, coop.org, name=name)
    with reading() as session:

        def names(text: str) -> list[str]:
            return [one.name for one in households.households(session, coop.boss, text)[0]]

        assert set(names("dong trung")) == {"Đông Trùng", "Hoàng Đồng Trưng"}
        assert names("đông trùng")[0] == "Đông Trùng"
        assert names("đồng trưng")[0] == "Hoàng Đồng Trưng"
        assert names("100%") == ["Người khác 100%"]
        assert names("%") == ["Người khác 100%"]
        assert names("_") == []


@pytest.mark.parametrize(
    ("model", "extra"),
    [
        (organisations.OrganisationIn, "public_id"),
        (households.HouseholdIn, "org_id"),
        (households.ConsentIn, "withdrawn_at"),
        (plots.PlotIn, "org_id"),
        (sites.GrowingAreaIn, "status"),
        (sites.PackingHouseIn, "status"),
        (certificates.CertificateIn, "confirmed_at"),
        (products.ProductIn, "public_id"),
        (ocop.RatingIn, "valid_to"),
    ],
)
def test_no_input_takes_a_field_it_does_not_name(model: type[Given], extra: str) -> None:
    with pytest.raises(ValidationError) as refused:
        model.model_validate({extra: "x"})
    faults = {one["loc"]: one["type"] for one in refused.value.errors()}
    assert faults[extra,] == "extra_forbidden"


def test_a_code_taken_twice_is_told_at_its_field(database: Database, now: datetime) -> None:
    given = read(households.HouseholdIn, {"code": "H1", "name": "Một Người"})
    with transaction() as session:
        coop = world.make_coop(session, now)
        households.add_household(session, coop.boss, given, now)
    with transaction() as session, pytest.raises(Invalid) as refused:
        households.add_household(session, coop.boss, given, now)
    assert [(one.field, one.key) for one in refused.value.problems] == [("code", "field.taken")]
    goods: dict[str, Any] = {"name": "Vải", "crop": "vải", "unit_g": "1 kg", "gtin": "9506000134352"}
    with transaction() as session:
        world.make_prefix(session, now, coop.org, "9506")
        products.add_product(session, coop.boss, read(products.ProductIn, {**goods, "sku": "A"}), now)
    with transaction() as session, pytest.raises(Invalid) as refused:
        products.add_product(session, coop.boss, read(products.ProductIn, {**goods, "sku": "B"}), now)
    assert [(one.field, one.key) for one in refused.value.problems] == [("gtin", "field.taken")]


def test_a_claim_holds_for_what_was_picked_while_the_paper_was_valid(
    database: Database, now: datetime
) -> None:
    paper = {"scheme": "vietgap", "number": "V1", "valid_from": "2026-01-01", "valid_to": "2026-06-15"}
    with transaction() as session:
        coop = world.make_coop(session, now)
        second = world.make_plot(session, now, coop.household)
        given = read(certificates.CertificateIn, {**paper, "plot_ids": [coop.plot.id]})
        row = certificates.add_certificate(session, coop.boss, given, now)
    day, later = date(2026, 6, 15), date(2026, 6, 20)

    def numbers(on: date, plot: object = coop.plot) -> list[tuple[str, date | None]]:
        with reading() as session:
            found = certificates.claims_on(session, coop.org.id, on, later, plot=plot)
        return [(one.number, one.expired_since) for one in found]

    assert numbers(day) == []  # the office has not seen it
    with transaction() as session:
        certificates.confirm_certificate(session, officer_of(session, now), row.id, now)
    assert numbers(day) == [("V1", date(2026, 6, 15))]
    assert numbers(date(2026, 6, 16)) == []
    assert numbers(day, second) == []


def officer_of(session: Any, now: datetime) -> Actor:
    return Actor(world.make_office(session, now).id, Role.OFFICE)


def test_stars_that_do_not_agree_with_the_score_are_refused_with_both(
    database: Database, now: datetime
) -> None:
    with transaction() as session:
        rules.load_defaults(session)
        coop = world.make_coop(session, now)
        officer = officer_of(session, now)
    decision: dict[str, Any] = {"product": coop.product.public_id, "decision_number": "1/QĐ"}
    for stars, score, fits in (
        (3, 50, True),
        (4, 69.9, False),
        (5, 90, True),
        (4, 90, False),
        (3, 49.9, False),
    ):
        given = read(
            ocop.RatingIn,
            {
                **decision,
                "decision_number": f"{score}",
                "stars": stars,
                "score": score,
                "decided_on": "2024-02-29",
            },
        )
        with transaction() as session:
            if fits:
                assert ocop.rate_product(session, officer, given, now).valid_to == date(2027, 2, 28)
                continue
            with pytest.raises(Invalid) as refused:
                ocop.rate_product(session, officer, given, now)
            [problem] = refused.value.problems
            assert problem.key == "ocop.stars_differ"
            assert problem.params["expected"] != stars


def test_a_place_is_taken_by_name_only_when_one_place_carries_it(database: Database) -> None:
    with reading() as session:
        assert read_place(session, "", "xã Thanh Hà").commune == THANH_HA
        assert read_place(session, "", "ha bac").commune == HA_BAC
        with pytest.raises(PlaceUnclear) as asked:
            read_place(session, "", "thanh ha")
        names = [(one.full_name, one.is_new, bool(one.value)) for one in asked.value.options]
        assert ("Xã Thanh Hà", True, True) in names
        assert ("Huyện Thanh Hà", False, False) in names
        assert ("Thị trấn Thanh Hà", False, True) in names
        with pytest.raises(PlaceUnclear) as split:
            read_place(session, "2025-01:10816", "")
        assert {one.full_name for one in split.value.options} == {"Phường Ái Quốc", "Xã Hà Bắc"}
        whole = read_place(session, "2025-01:10813", "")
        assert (whole.commune, whole.old_commune) == (THANH_HA, "10813")
