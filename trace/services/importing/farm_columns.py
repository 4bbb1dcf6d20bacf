"""Columns and kinds of sheets of the farm import."""

from trace.services.crops import CROPS
from trace.services.importing.columns import Column, Kind
from trace.services.sites import MARKETS

ORG = Column(
    "org", ("hop tac xa", "htx", "ten htx", "ten hop tac xa", "ma so thue htx", "cooperative", "co op")
)

COMMUNE = Column(
    "commune",
    ("xa", "xa phuong", "phuong xa", "xa moi", "dia chi xa", "ten xa", "ma xa", "ward"),
    example="xã Thanh Hà",
)
OLD_COMMUNE = Column(
    "old_commune",
    ("xa cu", "xa truoc 7 2025", "xa phuong cu", "ten xa cu", "old ward", "former commune"),
)
MARKET = Column("market", ("thi truong", "thi truong xuat khau"), example="CN", choices=MARKETS)

COLUMNS = (
    ORG,
    Column(
        "household_code",
        ("ma ho", "ma ho san xuat", "ma nong ho", "ma so ho", "household", "household code"),
        required=True,
        example="TH-0001",
    ),
    Column(
        "household_name",
        (
            "ten chu ho",
            "chu ho",
            "ho ten",
            "ho va ten",
            "ho ten chu ho",
            "ten ho",
            "ho san xuat",
            "name",
            "farmer",
        ),
        required=True,
        example="Phạm Thị Hoa",
    ),
    Column(
        "phone",
        ("so dien thoai", "dien thoai", "sdt", "dt", "so dt", "phone number", "mobile"),
        example="0912 345 678",
    ),
    Column(
        "id_number",
        ("so can cuoc", "so cccd", "cccd", "can cuoc", "cmnd", "so cmnd", "citizen number", "id number"),
        example="",
    ),
    COMMUNE,
    OLD_COMMUNE,
    Column("trained_on", ("ngay tap huan", "tap huan", "da tap huan ngay", "training day"), example=""),
    Column("plot_code", ("ma vuon", "ma thua", "ma thua vuon", "plot"), example="V-0001"),
    Column("plot_name", ("ten vuon", "ten thua", "vuon", "thua"), example="Vườn đầu làng"),
    Column("crop", ("cay trong", "cay", "loai cay"), example="Vải", choices=tuple(CROPS), labels="crop."),
    Column("variety", ("giong", "giong cay"), example="thiều"),
    Column(
        "area", ("dien tich", "dt vuon", "dien tich vuon", "dien tich vung"), required=True, example="1080"
    ),
    Column(
        "growing_area",
        ("ma so vung trong", "ma vung trong", "ma vung", "msvt", "puc", "production unit code"),
        example="VN-HDOR-0001",
    ),
    MARKET,
    Column("area_name", ("ten vung", "ten vung trong"), example=""),
    Column("latitude", ("vi do", "lat"), example=""),
    Column("longitude", ("kinh do", "lon", "lng", "long"), example=""),
)

HOUSEHOLD = Kind(
    "household", ("household_code", "household_name"), ("area",), ("household_code", "household_name")
)
FLAT = Kind(
    "flat",
    ("household_code", "household_name", "area"),
    required=("household_code", "household_name", "crop", "area"),
)
PLOT = Kind("plot", ("household_code", "area"), ("household_name",), ("household_code", "crop", "area"))
AREA = Kind(
    "area",
    ("growing_area", "area"),
    ("household_code", "household_name"),
    ("growing_area", "market", "crop", "area"),
)
KINDS = (AREA, HOUSEHOLD, FLAT, PLOT)
"""In the order in which sheets are read, so that plots find their households and growing areas."""
