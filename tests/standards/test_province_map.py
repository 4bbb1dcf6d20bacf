"""The drawing of the province: neighbours meet, every commune is there and can be marked."""

import re

import pytest

from trace.standards.province_map import FAR, map_of_hai_phong, marked

MAP = map_of_hai_phong()


def rings(path: str) -> list[list[tuple[int, int]]]:
    """The corners of every line of a path, read from its text alone."""
    found = []
    for part in re.findall(r"M([^M]+)", path):
        figures = [int(one) for one in re.findall(r"-?\d+", part)]
        x, y = figures[:2]
        line = [(x, y)]
        for across, down in zip(figures[2::2], figures[3::2], strict=True):
            x, y = x + across, y + down
            line.append((x, y))
        found.append(line)
    return found


def area(ring: list[tuple[int, int]]) -> float:
    return abs(sum(ring[n - 1][0] * y - x * ring[n - 1][1] for n, (x, y) in enumerate(ring))) / 2


def holds(ring: list[tuple[int, int]], x: float, y: float) -> bool:
    inside = False
    for n, (right, low) in enumerate(ring):
        left, high = ring[n - 1]
        if (low > y) != (high > y) and x < left + (y - high) * (right - left) / (low - high):
            inside = not inside
    return inside


def test_all_114_communes_are_drawn_inside_the_box() -> None:
    assert len(MAP.communes) == 114
    for path in MAP.communes.values():
        assert all(0 <= x <= MAP.width and 0 <= y <= MAP.height for line in rings(path) for x, y in line)
        assert max(area(ring) for ring in rings(path)) > 10


def test_thinned_together_the_communes_fill_the_land_without_gap_or_overlap() -> None:
    drawn = {code: path for code, path in MAP.communes.items() if code not in FAR}
    land = sum(area(ring) for ring in rings(MAP.land)) - area(rings(MAP.communes[next(iter(FAR))])[0])
    parts = sum(area(ring) for path in drawn.values() for ring in rings(path))
    assert parts == pytest.approx(land, rel=0.002)


def test_the_mark_lies_inside_its_commune_and_the_name_inside_the_picture() -> None:
    for code, (x, y) in MAP.middles.items():
        assert any(holds(ring, x + 0.01, y + 0.01) for ring in rings(MAP.communes[code])), code
        found = marked(code)
        assert found is not None
        room = x - 22 if found.is_right else MAP.width - x - 22
        assert room > 260, "sixteen letters of thirty units"


@pytest.mark.parametrize("code", [None, "", "00004", "99999"])
def test_a_commune_of_elsewhere_has_no_map(code: str | None) -> None:
    assert marked(code) is None
