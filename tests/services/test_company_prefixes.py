"""A GTIN is given only under a prefix that the office has accepted for that organisation."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests import world
from trace.db import Database, reading, transaction
from trace.errors import Invalid, NotAllowed, NotFound, Refused
from trace.records.company_prefix import CompanyPrefix
from trace.services import company_prefixes, products
from trace.services.admission import Actor, actor_of
from trace.services.company_prefixes import PrefixIn
from trace.standards import company_prefix
from trace.standards.fault import Fault

GTIN = "09521234500018"
FIRST = date(2026, 1, 1)


class Town:
    """Two cooperatives and the office."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        with transaction() as session:
            self.one, self.two = world.make_coop(session, now), world.make_coop(session, now)
            self.office: Actor = actor_of(world.make_office(session, now))

    def propose(self, coop: world.Coop, digits: str = "95212345", **more: Any) -> CompanyPrefix:
        given = PrefixIn(**{"digits": digits, "paper": "GCP 1", "valid_from": FIRST, **more})
        with transaction() as session:
            return company_prefixes.propose_prefix(session, coop.hand, given, self.now)

    def accept(self, row: CompanyPrefix, who: Actor | None = None) -> None:
        with transaction() as session:
            company_prefixes.accept_prefix(session, who or self.office, row.id, self.now)

    def add(self, coop: world.Coop, sku: str = "A") -> Any:
        given = products.ProductIn(sku=sku, name="Vải", crop="lychee", unit_g=1000, gtin=GTIN)
        with transaction() as session:
            return products.add_product(session, coop.hand, given, self.now)

    def refused(self, coop: world.Coop) -> str:
        with pytest.raises(Invalid) as refusal:
            self.add(coop)
        return refusal.value.problems[0].key


@pytest.fixture
def town(database: Database, now: datetime) -> Town:
    return Town(now)


def test_no_number_is_given_before_the_office_has_accepted_its_prefix(town: Town) -> None:
    assert town.refused(town.one) == "product.gtin_not_owned"
    row = town.propose(town.one)
    assert town.refused(town.one) == "product.gtin_not_owned"
    town.accept(row)
    assert town.add(town.one).gtin == GTIN


def test_anothers_number_is_refused_in_the_same_words_taken_or_not(town: Town) -> None:
    town.accept(town.propose(town.one))
    before = town.refused(town.two)
    town.add(town.one)
    assert (before, town.refused(town.two)) == ("product.gtin_not_owned", "product.gtin_not_owned")


def test_a_prefix_serves_from_its_first_day_to_its_last(town: Town) -> None:
    town.accept(town.propose(town.one, valid_to=FIRST + timedelta(days=30)))
    days = [FIRST - timedelta(days=1), FIRST, FIRST + timedelta(days=30), FIRST + timedelta(days=31)]
    with reading() as session:
        held = [company_prefixes.owns(session, town.one.org.id, GTIN, day) for day in days]
    assert held == [False, True, True, False]


def test_after_the_end_no_new_number_is_given_and_old_ones_stay(town: Town) -> None:
    row = town.propose(town.one)
    town.accept(row)
    product = town.add(town.one)
    with transaction() as session:
        company_prefixes.end_prefix(session, town.office, row.id, FIRST, town.now)
    given = products.ProductIn(sku="A", name="Vải khác", crop="lychee", unit_g=1000, gtin=GTIN)
    with transaction() as session:
        kept = products.edit_product(session, town.one.boss, product.public_id, given, town.now)
    assert (kept.name, kept.gtin) == ("Vải khác", GTIN)
    with transaction() as session:
        products.edit_product(
            session, town.one.boss, product.public_id, given.model_copy(update={"gtin": None}), town.now
        )
    with pytest.raises(Invalid), transaction() as session:
        products.edit_product(session, town.one.boss, product.public_id, given, town.now)


@pytest.mark.parametrize("digits", ["95212345", "9521", "952123450001"])
def test_digits_that_cover_anothers_are_not_accepted(town: Town, digits: str) -> None:
    town.accept(town.propose(town.one))
    row = town.propose(town.two, digits)
    with pytest.raises(Refused) as refusal:
        town.accept(row)
    assert (refusal.value.key, refusal.value.params["org"]) == ("prefix.anothers", town.one.org.name)


def test_a_prefix_may_be_let_out_again_after_its_days(town: Town) -> None:
    town.accept(town.propose(town.one, valid_to=FIRST))
    town.accept(town.propose(town.two, valid_from=FIRST + timedelta(days=1)))
    assert town.refused(town.one) == "product.gtin_not_owned"


def test_a_single_number_covers_itself_alone(town: Town) -> None:
    town.accept(town.propose(town.one, "9521234500018", kind="single"))
    with reading() as session:
        owned = [
            company_prefixes.owns(session, town.one.org.id, one, FIRST) for one in (GTIN, "09521234500025")
        ]
    assert owned == [True, False]


@pytest.mark.parametrize(
    ("digits", "kind", "key"),
    [
        ("200123", "prefix", "standard.prefix_restricted"),
        ("0212345", "prefix", "standard.prefix_restricted"),
        ("0412345", "prefix", "standard.prefix_restricted"),
        ("00000", "prefix", "standard.prefix_restricted"),
        ("9521234567890", "prefix", "standard.prefix_length"),
        ("8931-A", "prefix", "standard.digits"),
        ("9521234500019", "single", "standard.check_digit"),
        ("20123451", "single", "standard.prefix_restricted"),
    ],
)
def test_digits_that_are_nobodys_are_refused(town: Town, digits: str, kind: str, key: str) -> None:
    with pytest.raises(Invalid) as refusal:
        town.propose(town.one, digits, kind=kind)
    assert [(one.field, one.key) for one in refusal.value.problems] == [("digits", key)]


def test_only_the_office_settles_and_only_once(town: Town) -> None:
    row = town.propose(town.one)
    with pytest.raises(NotAllowed):
        town.accept(row, town.one.boss)
    with transaction() as session:
        company_prefixes.decline_prefix(session, town.office, row.id, "Thiếu giấy", town.now)
    with pytest.raises(Refused):
        town.accept(row)
    assert town.propose(town.one).state == "waiting"  # told again, with the paper
    with pytest.raises(Invalid):
        town.propose(town.one)


def test_what_is_settled_or_anothers_is_not_taken_back(town: Town) -> None:
    row = town.propose(town.one)
    with pytest.raises(NotFound), transaction() as session:
        company_prefixes.take_back(session, town.two.boss, row.id)
    town.accept(row)
    with pytest.raises(Refused), transaction() as session:
        company_prefixes.take_back(session, town.one.boss, row.id)


def test_a_standard_says_why_a_prefix_does_not_fit() -> None:
    for text in ("", "12", "abc"):
        with pytest.raises(Fault):
            company_prefix.validate(text)
        assert not company_prefix.is_valid(text)
