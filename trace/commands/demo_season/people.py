"""Names and telephone numbers of nobody: common words drawn by a seed, numbers nobody was given."""

import random

_FAMILY = ("Nguyễn", "Phạm", "Trần", "Lê", "Vũ", "Đỗ", "Hoàng", "Bùi", "Đặng", "Ngô", "Mạc", "Tiêu")
_MEN = ("Văn", "Đức", "Quang", "Xuân", "Hữu")
_MEN_GIVEN = ("An", "Bình", "Chiến", "Dũng", "Hải", "Hòa", "Khánh", "Long", "Nam", "Phúc", "Sơn", "Thắng")
_WOMEN = ("Thị", "Thu", "Thanh", "Ngọc", "Thị Kim")
_WOMEN_GIVEN = ("Bích", "Chi", "Duyên", "Hạnh", "Hoa", "Lan", "Liên", "Mai", "Ngân", "Oanh", "Thơm", "Yến")


def name_of(dice: random.Random) -> str:
    """A full name as many people could bear it."""
    middle, given = dice.choice(((_MEN, _MEN_GIVEN), (_WOMEN, _WOMEN_GIVEN)))
    return f"{dice.choice(_FAMILY)} {dice.choice(middle)} {dice.choice(given)}"


def mobile(number: int) -> str:
    """A mobile number that is plainly no one's: 0900 000 and three digits."""
    return f"0900000{number:03d}"


def office_phone(number: int) -> str:
    """A fixed line that is plainly no one's."""
    return f"0220 000 {number:04d}"
