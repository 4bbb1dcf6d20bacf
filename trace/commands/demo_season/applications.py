"""Our applications at the simulated marketplaces of the demonstration: a literal table."""

from dataclasses import dataclass

from trace.settings_outside import MarketplaceSettings


@dataclass(frozen=True)
class Application:
    """What the settings of one marketplace say; ``base`` and ``auth`` are paths of the simulators."""

    app_id: str
    base: str
    auth: str = ""

    def settings(self, simulators: str) -> MarketplaceSettings:
        """The table of the settings, with the simulators at this address."""
        return MarketplaceSettings(
            base_url=simulators + self.base,
            app_id=self.app_id,
            app_secret=SECRET,
            auth_url=simulators + self.auth if self.auth else "",
        )


SECRET = "demonstration-only-key-of-the-simulators"  # noqa: S105 - opens simulators on loopback
APPLICATIONS = {
    "shopee": Application("2001887", "/shopee"),
    "lazada": Application("100132", "/lazada/rest", auth="/lazada/rest"),
    "tiktok": Application("6h8fm2nq4vk1d", "/tiktok"),
    "tiki": Application("7590139168", "/tiki"),
    "alibaba": Application("501234", "/alibaba/rest", auth="/alibaba"),
}
