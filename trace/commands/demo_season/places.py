"""The cooperatives of the demonstration: invented names in the real communes of old Thanh Hà.

The two carrot cooperatives lie where carrots grow, in old Đức Chính. Codes are those of the units
before July 2025; where an old commune was split, the commune of today is said too.
"""

from dataclasses import dataclass

OLD_COMMUNES = {
    "10813": ("Thị trấn Thanh Hà", "10813"),
    "10816": ("Xã Hồng Lạc", "10816"),
    "10825": ("Xã Tân Việt", "10816"),
    "10828": ("Xã Cẩm Việt", "10816"),
    "10831": ("Xã Thanh An", "10843"),
    "10834": ("Xã Thanh Lang", "10843"),
    "10840": ("Xã Tân An", "10846"),
    "10843": ("Xã Liên Mạc", "10843"),
    "10846": ("Xã Thanh Hải", "10846"),
    "10855": ("Xã Thanh Xuân", "10843"),
    "10861": ("Xã Thanh Tân", "10813"),
    "10864": ("Xã An Phượng", "10846"),
    "10867": ("Xã Thanh Sơn", "10813"),
    "10876": ("Xã Thanh Quang", "10882"),
    "10879": ("Xã Thanh Hồng", "10882"),
    "10882": ("Xã Vĩnh Cường", "10882"),
    "10912": ("Xã Đức Chính", "10909"),
}
"""Old commune -> its name, and the commune of today in which the cooperatives lie."""


@dataclass(frozen=True)
class CoopPlan:
    """One cooperative: code of its households, name, old commune, and what its land bears."""

    code: str
    name: str
    name_en: str
    old_commune: str
    crop: str
    variety: str = ""

    @property
    def commune(self) -> str:
        """The commune of today."""
        return OLD_COMMUNES[self.old_commune][1]


COOPS = (
    CoopPlan("BV", "HTX Vải thiều Bờ Vườn", "Bo Vuon Lychee Cooperative", "10867", "lychee", "thieu"),
    CoopPlan("CD", "HTX Cà rốt Cát Đỏ", "Cat Do Carrot Cooperative", "10912", "carrot"),
    CoopPlan(
        "NS", "HTX Vải sớm Nắng Sông", "Nang Song Early Lychee Cooperative", "10855", "lychee", "u_hong"
    ),
    CoopPlan("MD", "HTX Nông sản Mật Đồng", "Mat Dong Farm Cooperative", "10861", "lychee", "thieu"),
    CoopPlan("DX", "HTX Đậu Xanh Quê", "Dau Xanh Que Mung Bean Cooperative", "10828", "mung_bean"),
    CoopPlan("HN", "HTX Nông sản Hoa Nhãn", "Hoa Nhan Farm Cooperative", "10813", "lychee", "thieu"),
    CoopPlan(
        "CB", "HTX Vải sớm Cánh Bãi", "Canh Bai Early Lychee Cooperative", "10843", "lychee", "u_trung_trang"
    ),
    CoopPlan("OL", "HTX Ổi Lê Ven Sông", "Ven Song Guava Cooperative", "10834", "guava", "Ổi lê"),
    CoopPlan("BR", "HTX Vải thiều Bến Rươi", "Ben Ruoi Lychee Cooperative", "10879", "lychee", "thieu"),
    CoopPlan("CN", "HTX Cà rốt Chân Nắng", "Chan Nang Carrot Cooperative", "10912", "carrot"),
    CoopPlan("GD", "HTX Vải thiều Gò Dâu", "Go Dau Lychee Cooperative", "10840", "lychee", "thieu"),
    CoopPlan(
        "TM", "HTX Vải sớm Tháng Mười", "Thang Muoi Early Lychee Cooperative", "10846", "lychee", "u_hong"
    ),
    CoopPlan("LC", "HTX Vải thiều Lối Chín", "Loi Chin Lychee Cooperative", "10864", "lychee", "thieu"),
    CoopPlan(
        "QX", "HTX Vải sớm Quả Xanh", "Qua Xanh Early Lychee Cooperative", "10831", "lychee", "u_trung_gai"
    ),
    CoopPlan("SB", "HTX Vải thiều Sóng Bãi", "Song Bai Lychee Cooperative", "10876", "lychee", "thieu"),
    CoopPlan("VD", "HTX Vải thiều Vườn Đôi", "Vuon Doi Lychee Cooperative", "10882", "lychee", "thieu"),
    CoopPlan("TL", "HTX Vải sớm Tàu Lai", "Tau Lai Early Lychee Cooperative", "10843", "lychee", "tau_lai"),
    CoopPlan("KN", "HTX Vải thiều Kênh Nam", "Kenh Nam Lychee Cooperative", "10816", "lychee", "thieu"),
    CoopPlan("DV", "HTX Vải thiều Đê Vàng", "De Vang Lychee Cooperative", "10825", "lychee", "thieu"),
    CoopPlan("HM", "HTX Vải sớm Hạ Mới", "Ha Moi Early Lychee Cooperative", "10855", "lychee", "u_hong"),
    CoopPlan("NT", "HTX Vải thiều Ngõ Tre", "Ngo Tre Lychee Cooperative", "10861", "lychee", "thieu"),
    CoopPlan(
        "RB", "HTX Vải sớm Rặng Bần", "Rang Ban Early Lychee Cooperative", "10846", "lychee", "u_trung_trang"
    ),
    CoopPlan("CT", "HTX Vải thiều Cầu Tám", "Cau Tam Lychee Cooperative", "10867", "lychee", "thieu"),
    CoopPlan(
        "BL", "HTX Lúa nếp Bãi Lở", "Bai Lo Sticky Rice Cooperative", "10876", "rice", "Nếp cái hoa vàng"
    ),
    CoopPlan("VX", "HTX Vải thiều Vòm Xanh", "Vom Xanh Lychee Cooperative", "10813", "lychee", "thieu"),
)
"""The first five carry the samples and the guided walk: BV sells on Shopee, NS has not connected its shop."""
