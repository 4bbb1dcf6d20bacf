"""A design is data: it comes back as it went, and what cannot be is refused by its field."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labels.art import art_of
from labels.design import DIGIT_GROUPS, StampDesign
from labels.errors import BadJob
from labels.rows import CHOICES, NEEDED, STAMP_ROWS, USUAL
from tests.labels.pictures import logo


@st.composite
def designs(draw: st.DrawFn) -> StampDesign:
    kind = draw(st.sampled_from(list(CHOICES)))
    names = [row.name for row in CHOICES[kind]]
    chosen = draw(st.lists(st.sampled_from(names), unique=True))
    rows = [*(name for name in NEEDED[kind] if name not in chosen), *chosen]
    if kind == "fruit" and not {"product", "cooperative"} & set(rows):
        rows.append("cooperative")
    return StampDesign(
        kind=kind,
        rows=tuple(rows),
        level=draw(st.sampled_from("LMQH")),
        dots=draw(st.sampled_from([None, 3, 4, 5, 6])),
        best_of_8=draw(st.booleans()),
        serial_digits=draw(st.integers(1, 11)),
        digit_group=draw(st.sampled_from(DIGIT_GROUPS)),
        has_gi=kind != "fruit" and draw(st.booleans()),
    )


@given(designs())
def test_a_design_goes_through_json_and_back(design: StampDesign) -> None:
    assert StampDesign.from_data(json.loads(json.dumps(design.to_data()))) == design


def test_a_logo_goes_with_its_design() -> None:
    design = StampDesign(logo=art_of(logo(), 96, 96))
    assert StampDesign.from_data(json.loads(json.dumps(design.to_data()))) == design


@pytest.mark.parametrize("kind", CHOICES)
def test_a_design_that_names_no_rows_has_the_usual_ones(kind: str) -> None:
    assert StampDesign(kind=kind).rows == USUAL[kind]
    assert StampDesign.from_data({"kind": kind}) == StampDesign.from_data({"kind": kind, "rows": []})
    assert set(USUAL[kind]) <= {row.name for row in CHOICES[kind]}
    assert set(NEEDED[kind]) <= set(USUAL[kind])


def test_the_standard_design_is_what_stamps_have_always_been() -> None:
    assert StampDesign.from_data({}) == StampDesign()
    names = [row.name for row in STAMP_ROWS]
    names.remove("scan")
    names.remove("hotline")
    assert StampDesign().rows == tuple(names)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (None, "design"),
        ([], "design"),
        ({"colour": "red"}, "design"),
        ({"kind": "poster"}, "kind"),
        ({"kind": ["stamp"]}, "kind"),
        ({"rows": "product"}, "rows"),
        ({"rows": ["product", "cooperative"]}, "rows"),
        ({"rows": ["product", "cooperative", "serial", "serial"]}, "rows"),
        ({"rows": ["product", "cooperative", "serial", "product:ja"]}, "rows"),
        ({"rows": ["product", "cooperative", "serial", 5]}, "rows"),
        ({"rows": ["product", "cooperative", "serial", []]}, "rows"),
        ({"kind": "fruit", "rows": ["lot"]}, "rows"),
        ({"kind": "export", "rows": ["product"]}, "rows"),
        ({"level": "X"}, "level"),
        ({"level": "LM"}, "level"),
        ({"dots": 2}, "dots"),
        ({"dots": 7}, "dots"),
        ({"dots": "4"}, "dots"),
        ({"dots": 4.0}, "dots"),
        ({"best_of_8": 1}, "best_of_8"),
        ({"serial_digits": 0}, "serial_digits"),
        ({"serial_digits": True}, "serial_digits"),
        ({"digit_group": "/"}, "digit_group"),
        ({"digit_group": "\0"}, "digit_group"),
        ({"has_gi": None}, "has_gi"),
        ({"logo": "picture"}, "logo"),
        ({"kind": "fruit", "has_gi": True}, "has_gi"),
        ({"kind": "fruit", "logo": {"width": 8}}, "logo"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(data: object, field: str) -> None:
    with pytest.raises(BadJob) as refusal:
        StampDesign.from_data(data)
    assert refusal.value.params["field"] == field
    assert refusal.value.params["max"] != ""


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)


@given(st.dictionaries(st.sampled_from([*StampDesign.__dataclass_fields__, "x"]), JUNK))
def test_any_data_are_a_design_or_a_clear_refusal(data: dict[str, object]) -> None:
    try:
        design = StampDesign.from_data(data)
    except BadJob as problem:
        refused = problem.params["field"]
    else:
        refused = None
        assert StampDesign.from_data(design.to_data()) == design
    assert refused in {None, *StampDesign.__dataclass_fields__, "design"}
