"""Lazada's side of the shared gateway: a change's whole request is one parameter of JSON."""

from __future__ import annotations

import json

from marketplaces.lazada.errors import find_error
from marketplaces.open_platform.gateway import OpenGateway
from marketplaces.reading import Record


class Gateway(OpenGateway):
    """One application at Lazada, and one shop once its seller has agreed."""

    place = "Lazada"
    judge = staticmethod(find_error)

    @property
    def bucket(self) -> str:
        """Lazada counts each shop of an application by itself."""
        return f"lazada/{self.keys.app_id}/{self._credentials.ext_shop_id if self._credentials else ''}"

    def change(self, api: str, body: object, name: str = "payload") -> Record | None:
        """A changing call; None in a rehearsal."""
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        return self.post(api, ((name, text),))

    def upload(self, api: str, name: str, content: bytes) -> Record | None:
        """A picture; None in a rehearsal."""
        return self.post(api, (), (("image", name, content),))
