"""The bundled units are whole, and every code can be followed."""

import json
from collections import Counter

from trace.standards.admin_units import (
    NEW_SCHEME,
    OLD_SCHEME,
    borders_of_hai_phong,
    conversions,
    units,
)


def test_the_counts_are_those_of_the_official_lists():
    counts = Counter((unit.scheme, unit.level) for unit in units())
    assert counts == {
        (OLD_SCHEME, "province"): 63,
        (OLD_SCHEME, "district"): 696,
        (OLD_SCHEME, "commune"): 10_051,
        (NEW_SCHEME, "province"): 34,
        (NEW_SCHEME, "commune"): 3_321,
    }


def test_scheme_and_code_together_are_a_key_and_a_code_alone_is_not():
    keys = [(unit.scheme, unit.code) for unit in units()]
    assert len(set(keys)) == len(keys)
    assert len({code for _, code in keys}) < len(keys)


def test_every_parent_comes_before_its_children_and_every_full_name_is_kind_and_name():
    seen: set[tuple[str, str]] = set()
    for unit in units():
        assert unit.parent_code is None or (unit.scheme, unit.parent_code) in seen, unit
        assert unit.full_name == f"{unit.kind} {unit.name}", unit
        seen.add((unit.scheme, unit.code))


def test_old_hong_lac_went_to_two_new_communes_of_hai_phong():
    names = {unit.code: unit for unit in units() if unit.scheme == NEW_SCHEME}
    went = [(row.extent, names[row.new_code]) for row in conversions() if row.old_code == "10816"]
    assert [(extent, unit.full_name) for extent, unit in went] == [
        ("part", "Phường Ái Quốc"),
        ("part", "Xã Hà Bắc"),
    ]
    assert {names[unit.parent_code].name for _, unit in went if unit.parent_code} == {"Hải Phòng"}


def test_all_207_communes_of_old_hai_duong_have_a_successor():
    old = {unit.code: unit for unit in units() if unit.scheme == OLD_SCHEME}
    of_hai_duong = {
        code
        for code, unit in old.items()
        if unit.level == "commune" and old[unit.parent_code or ""].parent_code == "30"
    }
    assert len(of_hai_duong) == 207
    assert of_hai_duong <= {row.old_code for row in conversions()}


def test_the_borders_are_those_of_the_114_communes_of_hai_phong():
    drawn = {feature["properties"]["code"] for feature in json.loads(borders_of_hai_phong())["features"]}
    listed = {unit.code for unit in units() if unit.scheme == NEW_SCHEME and unit.parent_code == "31"}
    assert len(drawn) == 114
    assert drawn == listed
