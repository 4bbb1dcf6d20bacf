"""Figures, days and places as four readers read them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from trace.texts import formats
from trace.texts.languages import LANGUAGES
from trace.texts.places import place, place_abroad, place_before, place_choice, place_short

NBSP = "\N{NO-BREAK SPACE}"
NOW = datetime(2026, 6, 5, 7, 30, tzinfo=UTC)  # 14:30 in Vietnam
HAI_PHONG, HAI_DUONG = "Thành phố Hải Phòng", "Tỉnh Hải Dương"


def spaced(text: str) -> str:
    return text.replace(NBSP, " ")


def in_all(show):
    return [spaced(show(lang)) for lang in LANGUAGES]


def test_weights_turn_into_tonnes_at_ten_thousand_kilograms():
    assert in_all(lambda lang: formats.weight(lang, 2_500)) == ["2,5 kg", "2.5 kg", "2.5 kg", "2.5 公斤"]
    assert spaced(formats.weight("vi", 9_999_999)) == "9.999,999 kg"
    assert spaced(formats.weight("vi", 10_000_000)) == "10 tấn"
    assert spaced(formats.weight("en", 12_345_000)) == "12.345 tonnes"


def test_the_blank_before_a_unit_does_not_break():
    assert formats.weight("vi", 2_500) == f"2,5{NBSP}kg"
    assert formats.money("vi", 46_500) == f"46.500{NBSP}đ"


def test_money_in_full_and_in_short():
    assert in_all(lambda lang: formats.money(lang, 35_000)) == [
        "35.000 đ",
        "35,000 VND",
        "35,000ドン",
        "35,000 越南盾",
    ]
    assert spaced(formats.money_short("vi", 1_478_000_000_000)) == "1.478 tỷ đồng"
    assert spaced(formats.money_short("en", 1_500_000)) == "1.5 million VND"
    assert spaced(formats.money_short("vi", 999_999)) == "999.999 đ"
    assert spaced(formats.money_short("zh", 1_500_000)) == "1,500,000 越南盾"


def test_areas_in_hectares_and_in_the_provinces_sao():
    assert in_all(lambda lang: formats.area(lang, 3_600)) == ["0,36 ha", "0.36 ha", "0.36 ha", "0.36 公顷"]
    assert spaced(formats.area_in_sao("vi", 3_600)) == "10 sào (3.600 m²)"
    assert spaced(formats.area_in_sao("vi", 1_000, sao_m2=500)) == "2 sào (1.000 m²)"


def test_percent_has_at_most_one_decimal():
    assert [formats.percent(lang, 0.125) for lang in ("vi", "en")] == ["12,5%", "12.5%"]
    assert formats.percent("vi", 1) == "100%"


def test_a_share_that_is_not_whole_or_nought_does_not_read_so():
    shares = (0, 0.00001, 0.0006, 0.9994, 0.9995, 1)
    said = ["0%", "dưới 0,1%", "0,1%", "99,9%", "trên 99,9%", "100%"]
    assert [formats.percent("vi", one) for one in shares] == said


def test_days_are_never_month_first():
    assert in_all(lambda lang: formats.day(lang, date(2026, 6, 5))) == [
        "05/06/2026",
        "5 June 2026",
        "2026年6月5日",
        "2026年6月5日",
    ]
    assert in_all(lambda lang: formats.month(lang, date(2026, 6, 5))) == [
        "tháng 6/2026",
        "June 2026",
        "2026年6月",
        "2026年6月",
    ]


def test_a_moment_is_vietnam_time_and_says_so_abroad():
    assert in_all(lambda lang: formats.moment(lang, NOW)) == [
        "14:30, ngày 05/06/2026",
        "2:30 pm, 5 June 2026 (Vietnam time)",
        "2026年6月5日 14:30（ベトナム時間）",
        "2026年6月5日 14:30（越南时间）",
    ]


def test_a_time_without_a_zone_is_not_shown():
    with pytest.raises(ValueError, match="without a zone"):
        formats.moment("vi", NOW.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(0), "hôm nay 14:30"),
        (timedelta(hours=15), "hôm qua"),
        (timedelta(days=7), "7 ngày trước"),
        (timedelta(days=8), "28/05/2026"),
        (timedelta(days=-1), "06/06/2026"),
    ],
)
def test_the_near_past_is_told_by_the_day_in_vietnam(ago, text):
    assert formats.near_past("vi", NOW - ago, NOW) == text


def test_a_range_says_a_shared_year_once():
    first, last = date(2026, 5, 20), date(2026, 6, 10)
    assert in_all(lambda lang: formats.days_between(lang, first, last)) == [
        "20/05–10/06/2026",
        "20 May – 10 June 2026",
        "2026年5月20日～6月10日",
        "2026年5月20日至6月10日",
    ]
    assert formats.days_between("vi", date(2025, 12, 30), date(2026, 1, 2)) == "30/12/2025–02/01/2026"


def test_a_place_has_its_new_name_first_and_the_old_one_after():
    old = ("Xã Hồng Lạc", "Huyện Thanh Hà", HAI_DUONG)
    assert [place(lang, "Xã Hà Bắc", HAI_PHONG, *old) for lang in LANGUAGES] == [
        "xã Hà Bắc, thành phố Hải Phòng (trước 7/2025: xã Hồng Lạc, huyện Thanh Hà, tỉnh Hải Dương)",
        "Ha Bac commune, Hai Phong (before July 2025: Hong Lac commune, Thanh Ha district, Hai Duong)",
        "ハイフォン市 Ha Bac（2025年6月まで：Hong Lac、Thanh Ha、ハイズオン省）",
        "海防市 Ha Bac（2025年7月前：Hong Lac、清河、海阳省）",
    ]
    assert place("vi", "Xã Hà Bắc", HAI_PHONG) == "xã Hà Bắc, thành phố Hải Phòng"


def test_a_province_and_its_former_capital_are_told_apart():
    assert place_before("zh", "Thành phố Hải Dương", HAI_DUONG) == "2025年7月前：Hai Duong、海阳省"
    assert (
        place_before("en", "Thành phố Hải Dương", HAI_DUONG) == "before July 2025: Hai Duong city, Hai Duong"
    )
    assert place_before("vi", None, None) == ""


def test_the_short_form_has_no_brackets_and_the_form_abroad_names_the_country():
    assert place_short("vi", "Xã Thanh Hà", HAI_PHONG) == "xã Thanh Hà, Hải Phòng"
    assert [place_abroad(lang, HAI_PHONG, HAI_DUONG) for lang in LANGUAGES[1:]] == [
        "Hai Phong, Vietnam (formerly Hai Duong)",
        "ベトナム・ハイフォン市（旧ハイズオン省）",
        "越南海防市（原海阳省）",
    ]
    assert place_abroad("en", HAI_PHONG, HAI_PHONG) == "Hai Phong, Vietnam"


def test_two_places_of_one_name_show_level_and_years():
    assert place_choice("vi", "Xã Thanh Hà", is_new=True) == "Thanh Hà · xã (từ 7/2025)"
    assert place_choice("vi", "Huyện Thanh Hà", is_new=False) == "Thanh Hà · huyện (đến 6/2025)"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 giây"),
        (40, "40 giây"),
        (310, "5 phút 10 giây"),
        (7200, "2 giờ"),
        (180_061, "2 ngày 2 giờ"),
        (-90, "-1 phút 30 giây"),
    ],
)
def test_how_long_is_said_by_its_two_largest_units(seconds, said):
    assert formats.duration("vi", seconds) == said
