"""What a device calls itself (RFC 9110, 10.1.5), in words its owner knows: the browser and the system."""

from trace.texts.catalogs import t

_BROWSERS = (
    ("zalo", "Zalo"),
    ("coc_coc_browser", "Cốc Cốc"),
    ("samsungbrowser", "Samsung Internet"),
    ("edg", "Edge"),
    ("opr/", "Opera"),
    ("fxios", "Firefox"),
    ("firefox", "Firefox"),
    ("crios", "Chrome"),
    ("chrome", "Chrome"),
    ("safari", "Safari"),
)
_SYSTEMS = (
    ("iphone", "iPhone"),
    ("ipad", "iPad"),
    ("android", "Android"),
    ("windows", "Windows"),
    ("cros", "ChromeOS"),
    ("mac os", "Mac"),
    ("linux", "Linux"),
)
"""The first that is found: most browsers name the others too."""


def device_name(lang: str, said: str) -> str:
    """Such as "Chrome trên Android"; what is not known is said so."""
    browser, system = _first(_BROWSERS, said.lower()), _first(_SYSTEMS, said.lower())
    if browser and system:
        return t(lang, "session.device", browser=browser, system=system)
    return browser or system or t(lang, "session.device.unknown")


def _first(names: tuple[tuple[str, str], ...], said: str) -> str:
    return next((name for sign, name in names if sign in said), "")
