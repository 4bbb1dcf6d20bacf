"""What the cooperatives of the demonstration sell: a literal shelf of products, ratings and listings."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Good:
    """A product; ``motif`` names its picture, ``rating`` is (stars, score, months since the decision)."""

    coop: str
    sku: str
    name: str
    name_en: str
    crop: str
    unit_g: int
    shelf_days: int | None
    motif: str
    description: str
    variety: str = ""
    ocop_group: int | None = None
    rating: tuple[int, float, int] | None = None
    gtin: str | None = None
    name_zh: str | None = None
    name_ja: str | None = None


@dataclass(frozen=True)
class Offer:
    """A listing on a shop's shelf and how well it sells: pieces a day, and which months it is there.

    ``product`` empty leaves the listing unmapped, as a cooperative may find it.
    """

    sku: str
    name: str
    price_vnd: int
    weight_g: int
    a_day: float
    product: str = ""
    fresh: bool = False


@dataclass(frozen=True)
class ShopPlan:
    """A simulated shop. Without ``is_connected`` its cooperative can try out connecting it."""

    marketplace: str
    coop: str
    number: str
    name: str
    offers: tuple[Offer, ...]
    is_connected: bool = True


DRIED = "Vải thiều Thanh Hà sấy nguyên quả, không thêm đường. Để nơi khô, dùng trong 12 tháng."
FRESH = "Vải tươi hái trong ngày, đóng hộp tại hợp tác xã. Bảo quản mát 2–5 °C."
CARROT = "Cà rốt đất bãi phù sa, rửa sạch, chọn củ thẳng đều, đóng túi lưới."
YEAR = 365
GS1_PREFIX = "95212345"
"""In the range GS1 keeps for examples (952)."""

# fmt: off
GOODS = (
    Good("BV", "VT-1KG", "Vải thiều Thanh Hà hộp 1 kg",
         "Thanh Ha Thieu lychee, 1 kg", "lychee", 1_000, 7, "lychee",
         FRESH, "thieu", ocop_group=1, rating=(4, 82.5, 14), gtin="9521234500018",
         name_zh="鲜荔枝 1 千克", name_ja="生ライチ 1 kg"),
    Good("BV", "VS-500", "Vải sấy khô Bờ Vườn 500 g",
         "Dried lychee, 500 g", "lychee", 500, YEAR, "dried",
         DRIED, "thieu", ocop_group=1, rating=(4, 86.0, 20)),
    Good("BV", "MO-VAI", "Mật ong hoa vải 500 ml",
         "Lychee blossom honey, 500 ml", "other", 700, YEAR, "honey",
         "Mật ong nuôi trong vườn vải mùa hoa tháng Hai, tháng Ba.", "", ocop_group=1, rating=(3, 64.0, 9)),
    Good("CD", "CR-2KG", "Cà rốt Cát Đỏ túi 2 kg",
         "Carrots, 2 kg", "carrot", 2_000, 21, "carrot",
         CARROT, "", ocop_group=1, rating=(3, 67.5, 11)),
    Good("CD", "CR-NUOC", "Nước ép cà rốt 330 ml",
         "Carrot juice, 330 ml", "carrot", 350, 180, "juice",
         "Ép trong ngày hái, thanh trùng, không chất bảo quản.", "", ocop_group=2, rating=(3, 61.0, 30)),
    Good("NS", "UH-1KG", "Vải sớm u hồng Nắng Sông 1 kg",
         "Early lychee U Hong, 1 kg", "lychee", 1_000, 6, "lychee",
         FRESH, "u_hong", ocop_group=1, rating=(3, 68.0, 16)),
    Good("NS", "VS-250", "Vải sấy Nắng Sông 250 g",
         "Dried lychee, 250 g", "lychee", 250, YEAR, "dried",
         DRIED, "u_hong", ocop_group=1),
    Good("MD", "MD-1KG", "Vải thiều Mật Đồng hộp 1 kg",
         "Thieu lychee, 1 kg", "lychee", 1_000, 7, "lychee",
         FRESH, "thieu"),
    Good("MD", "MD-SAY", "Vải sấy dẻo Mật Đồng 300 g",
         "Soft dried lychee, 300 g", "lychee", 300, 270, "dried",
         "Vải bóc vỏ, bỏ hạt, sấy dẻo ở nhiệt độ thấp.", "thieu", ocop_group=1, rating=(4, 78.5, 25)),
    Good("HN", "HN-NHAN", "Nhãn sấy Hoa Nhãn 500 g",
         "Dried longan, 500 g", "longan", 500, YEAR, "dried",
         "Long nhãn sấy bằng than hoa, cùi dày, thơm.", "", ocop_group=1, rating=(3, 66.0, 19)),
    Good("HN", "HN-1KG", "Vải thiều Hoa Nhãn hộp 1 kg",
         "Thieu lychee, 1 kg", "lychee", 1_000, 7, "lychee",
         FRESH, "thieu"),
    Good("DX", "BDX-300", "Bánh đậu xanh Quê 300 g",
         "Mung bean cake, 300 g", "mung_bean", 300, 90, "cake",
         "Đậu xanh xay mịn, đường, dầu thực vật; gói giấy bạc từng thỏi.", "",
         ocop_group=1, rating=(4, 88.0, 8)),
    Good("DX", "BDX-SEN", "Bánh đậu xanh hạt sen 250 g",
         "Mung bean and lotus cake, 250 g", "mung_bean", 250, 90, "cake",
         "Bánh đậu xanh thêm bột hạt sen, ít ngọt.", "", ocop_group=1, rating=(3, 63.5, 34)),
    Good("OL", "OI-3KG", "Ổi lê Ven Sông thùng 3 kg",
         "Pear guava, 3 kg", "guava", 3_000, 10, "guava",
         "Ổi bọc quả từ non, giòn ngọt, hái sáng giao chiều.", "Ổi lê", ocop_group=1, rating=(3, 69.0, 22)),
    Good("BL", "NEP-5KG", "Gạo nếp cái hoa vàng 5 kg",
         "Yellow flower sticky rice, 5 kg", "rice", 5_000, YEAR, "rice",
         "Nếp cấy một vụ mùa trên đất bãi, hạt tròn, dẻo thơm.", "Nếp cái hoa vàng",
         ocop_group=1, rating=(3, 65.0, 5)),
    Good("CN", "CN-2KG", "Cà rốt Chân Nắng túi 2 kg",
         "Carrots, 2 kg", "carrot", 2_000, 21, "carrot",
         CARROT),
)
"""OCOP group 1 is food, 2 drinks. The one GTIN lies in the range GS1 keeps for examples (952)."""

SHOPS = (
    ShopPlan("shopee", "BV", "14701711", "HTX Bờ Vườn – Vải Thanh Hà", (
        Offer("VS-500", "Vải sấy khô Thanh Hà gói 500 g", 125_000, 500, 5.0, "VS-500"),
        Offer("VS-500-CB2", "Combo 2 gói vải sấy khô 500 g", 239_000, 1_000, 1.6, "VS-500"),
        Offer("MO-VAI", "Mật ong hoa vải chai 500 ml", 180_000, 700, 2.2, "MO-VAI"),
        Offer("VT-1KG", "Vải thiều Thanh Hà tươi hộp 1 kg", 65_000, 1_000, 26.0, "VT-1KG", fresh=True),
        Offer("QUA-TET", "Hộp quà Tết vải sấy và mật ong", 390_000, 1_500, 0.5),
    )),
    ShopPlan("shopee", "CD", "14701712", "Cà rốt Cát Đỏ chính gốc", (
        Offer("CR-2KG", "Cà rốt bãi sông túi 2 kg", 42_000, 2_000, 6.5, "CR-2KG"),
        Offer("CR-NUOC", "Nước ép cà rốt nguyên chất 330 ml", 28_000, 350, 2.4, "CR-NUOC"),
        Offer("CR-BABY", "Cà rốt củ nhỏ túi 1 kg", 35_000, 1_000, 0.7),
    )),
    ShopPlan("shopee", "DX", "14701713", "Bánh đậu xanh Quê", (
        Offer("BDX-300", "Bánh đậu xanh hộp 300 g", 58_000, 300, 5.5, "BDX-300"),
        Offer("BDX-SEN", "Bánh đậu xanh hạt sen hộp 250 g", 69_000, 250, 2.0, "BDX-SEN"),
    )),
    ShopPlan("shopee", "NS", "14701714", "Vải sớm Nắng Sông", (
        Offer("VS-250", "Vải sấy Nắng Sông gói 250 g", 69_000, 250, 1.8, "VS-250"),
        Offer("UH-1KG", "Vải sớm u hồng hộp 1 kg", 75_000, 1_000, 12.0, "UH-1KG", fresh=True),
    ), is_connected=False),
    ShopPlan("lazada", "BV", "100166591", "Bờ Vườn – đặc sản Thanh Hà", (
        Offer("VS-500", "Vải sấy khô Bờ Vườn gói 500 g", 129_000, 500, 1.4, "VS-500"),
        Offer("MO-VAI", "Mật ong hoa vải Bờ Vườn 500 ml", 185_000, 700, 0.8, "MO-VAI"),
    )),
    ShopPlan("tiktok", "CD", "7495601122334455", "Cà rốt Cát Đỏ", (
        Offer("CR-2KG", "Cà rốt bãi sông Cát Đỏ túi 2 kg, rửa sạch", 41_000, 2_000, 2.6, "CR-2KG"),
        Offer("CR-NUOC", "Nước ép cà rốt nguyên chất Cát Đỏ 330 ml", 27_000, 350, 1.1, "CR-NUOC"),
    )),
    ShopPlan("tiki", "DX", "51713", "Bánh đậu xanh Quê", (
        Offer("BDX-300", "Bánh đậu xanh Quê hộp 300 g", 59_000, 300, 1.9, "BDX-300"),
        Offer("BDX-SEN", "Bánh đậu xanh hạt sen hộp 250 g", 70_000, 250, 0.9, "BDX-SEN"),
    )),
    ShopPlan("alibaba", "BV", "200042361", "Bo Vuon Lychee Cooperative", (
        Offer("VS-500", "Dried Thanh Ha lychee, whole fruit, 500 g", 150_000, 500, 1.5, "VS-500"),
        Offer("MO-VAI", "Lychee blossom honey, 500 ml", 225_000, 700, 0.7, "MO-VAI"),
    )),
)
"""Prices are đồng; at Alibaba.com they are whole cents at the rate of the simulator."""

FILE_SHOP = ShopPlan("voso", "BV", "htx-bo-vuon", "Bờ Vườn trên Vỏ Sò", (
    Offer("VS-500", "Vải sấy khô Thanh Hà, gói 500 g", 127_000, 500, 2.0, "VS-500"),
    Offer("MO-VAI", "Mật ong hoa vải, chai 500 ml", 182_000, 700, 1.2, "MO-VAI"),
))
"""The shop that is kept by files: nobody calls it, its orders come as reports."""
# fmt: on
