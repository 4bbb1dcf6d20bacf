"""What there is help about: a few numbered sentences and a picture each, and the page each belongs to."""

from dataclasses import dataclass

from flask import request


@dataclass(frozen=True)
class Guide:
    """One help page: its address, its texts (``guide.<key>.<n>``), and the page it explains."""

    slug: str
    key: str
    steps: int
    opens: str

    @property
    def picture(self) -> str:
        """Its picture among the static files, 360 by 640 points."""
        return f"help/{self.key}.webp"


GUIDES = (
    Guide("ngay-dau", "first", 5, "/htx/ngay-dau"),
    Guide("ghi-lo", "lot", 6, "/htx/lo/moi"),
    Guide("in-tem", "print", 6, "/htx/tem"),
    Guide("kich-hoat", "activate", 5, "/htx/tem/kich-hoat"),
    Guide("nhat-ky", "diary", 5, "/htx/nhat-ky/moi"),
    Guide("gian-hang", "shops", 5, "/htx/gian-hang"),
    Guide("nhap-excel", "import", 4, "/htx/nhap"),
    Guide("ghi-thay", "helped", 5, "/htx/ho"),
    Guide("viec-can-lam", "work", 4, "/so/viec"),
)
BY_SLUG = {one.slug: one for one in GUIDES}
_BY_DOOR = {
    "first_day": "ngay-dau",
    "lots": "ghi-lo",
    "stamps": "in-tem",
    "printing": "in-tem",
    "prints": "in-tem",
    "diary": "nhat-ky",
    "shops": "gian-hang",
    "shop_connect": "gian-hang",
    "shop_setup": "gian-hang",
    "imports": "nhap-excel",
    "helping": "ghi-thay",
    "work": "viec-can-lam",
}
_BY_PAGE = {
    "stamps.by_codes": "kich-hoat",
    "stamps.activate_codes": "kich-hoat",
    "today.index": "ngay-dau",
    "farms.household": "ghi-thay",
}


def guide_here() -> Guide | None:
    """The help page of the page that was asked for."""
    endpoint = request.endpoint or ""
    slug = _BY_PAGE.get(endpoint) or _BY_DOOR.get(endpoint.partition(".")[0], "")
    return BY_SLUG.get(slug)
