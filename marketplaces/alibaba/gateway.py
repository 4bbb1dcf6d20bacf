"""Alibaba.com's side of the shared gateway."""

from __future__ import annotations

import json

from marketplaces.alibaba.errors import find_error
from marketplaces.open_platform.gateway import OpenGateway
from marketplaces.reading import Record


class Gateway(OpenGateway):
    """One application at Alibaba.com, and one shop once its seller has agreed.

    Tokens are asked for at the API's own address; ``auth_url`` is where the seller's browser agrees.
    """

    place = "Alibaba.com"
    judge = staticmethod(find_error)

    @property
    def bucket(self) -> str:
        """Calls are counted for the developer's account, not for each shop."""
        return f"alibaba/{self.keys.app_id}"

    @property
    def token_url(self) -> str:
        """The API's own address."""
        return self._base_url

    def ask(self, api: str, **given: str) -> Record:
        """A reading call; what it says stands in ``result``, or at the top beside the code."""
        answer = self.get(api, tuple(given.items()))
        return answer.record("result") if answer.has("result") else answer

    def change(self, api: str, **given: str) -> Record | None:
        """A changing call as ``ask``; None in a rehearsal."""
        answer = self.post(api, tuple(given.items()))
        return answer.record("result") if answer is not None and answer.has("result") else answer


def as_json(value: object) -> str:
    """An object or a list as the one parameter it travels in."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
