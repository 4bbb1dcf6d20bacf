"""GS1 Digital Link addresses: order, characters, encoding."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.standards.refusals import fault_of
from trace.standards import digital_link
from trace.standards.check_digit import complete
from trace.standards.digital_link import DigitalLink
from trace.standards.fault import Fault

SET_82 = "!\"%&'()*+,-./:;<=>?_" + string.ascii_letters + string.digits
values = st.none() | st.text(SET_82, min_size=1, max_size=20)
gtins = st.text("0123456789", min_size=13, max_size=13).map(complete)
UNRESERVED = set(string.ascii_letters + string.digits + "-._~")


@given(gtins, values, values, values)
def test_a_link_reads_back_from_its_address(
    gtin: str, cpv: str | None, lot: str | None, serial: str | None
) -> None:
    link = DigitalLink(gtin, cpv, lot, serial)
    assert set(link.path()) <= UNRESERVED | {"/", "%"}
    for address in (
        link.path(),
        link.uri("https://id.example.vn/shop/") + "/",
        link.uri("HTTPS://A.VN") + "?17=1#x",
    ):
        assert digital_link.parse(address) == link
    assert link.general()[0] == link
    assert link.general()[-1] == DigitalLink(gtin)


def test_the_set_has_82_characters_and_no_other_is_accepted() -> None:
    assert len(SET_82) == 82
    for code in range(0x250):
        accepted = chr(code) in SET_82
        fault = fault_of(DigitalLink, "09506000134352", lot="A" + chr(code))
        assert (fault is None) == accepted
        assert fault is None or fault.key == "standard.link_value"


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("/01/09506000134353", "standard.check_digit"),
        ("/01/9506000134352", "standard.length"),
        ("/gtin/09506000134352", "standard.link_form"),
        ("/01", "standard.link_form"),
        ("/01/", "standard.link_form"),
        ("", "standard.link_form"),
        ("/01/09506000134352/21/7/10/A", "standard.link_form"),
        ("/01/09506000134352/10/A/10/B", "standard.link_form"),
        ("/01/09506000134352/10", "standard.link_form"),
        ("/01/09506000134352/99/A", "standard.link_form"),
        ("/01/09506000134352/235/A", "standard.link_form"),
        ("/01/09506000134352/10/A%2", "standard.link_form"),
        ("/01/09506000134352/10/A%00", "standard.link_value"),
        ("/01/09506000134352/10/%E1%BA%A1", "standard.link_value"),
        ("/01/09506000134352/10//21/7", "standard.link_value"),
        ("/01/09506000134352/10/" + "A" * 21, "standard.link_value"),
        ("/01/0950600013435X", "standard.digits"),
        ("https://[broken/01/09506000134352", "standard.link_form"),
    ],
)
def test_a_wrong_address_says_what_is_wrong(address: str, key: str) -> None:
    with pytest.raises(Fault) as refusal:
        digital_link.parse(address)
    assert refusal.value.key == key
    assert not digital_link.is_valid(address)


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    for address in (text, "/01/09506000134352/10/" + text):
        assert digital_link.is_valid(address) == (fault_of(digital_link.parse, address) is None)
