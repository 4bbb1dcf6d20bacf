"""Calls of one shop; its two keys are the application's: the shop key its id, the secret key its secret."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from marketplaces.http import Answer, Client, Judge
from marketplaces.interface import Clock, MarketplaceError
from marketplaces.reading import Record
from marketplaces.sendo.choices import CHECKED, read_choices
from marketplaces.sendo.errors import find_error, find_login_error
from marketplaces.values import AppKeys, Credentials
from marketplaces.wire import Call, Effect

PARTNER = "/api/partner"
Pairs = Iterable[tuple[str, str]]
Method = Literal["GET", "POST", "PUT"]


class Gateway:
    """One shop, once it has logged in."""

    def __init__(self, http: Client, keys: AppKeys, credentials: Credentials | None, clock: Clock) -> None:
        self.keys = keys
        self.clock = clock
        self.choices = read_choices(keys)
        self._http = http
        self._credentials = credentials
        self._base_url = keys.base_url.rstrip("/")

    def get(self, path: str, query: Pairs = ()) -> object:
        """The ``result`` of a reading call."""
        data = self._send("GET", path, "read", tuple(query)).data
        return data.get("result") if isinstance(data, dict) else None

    def search(self, path: str, body: object) -> Record:
        """The ``result`` of a search, which changes nothing though it is a POST."""
        return Record(self._send("POST", path, "read", json=body).data).record("result")

    def change(self, method: Method, path: str, body: object) -> bool:
        """Send a change that is not refused; False in a rehearsal. What it answers is not known."""
        return not self._send(method, path, "change", json=body).rehearsed

    def login(self) -> Record:
        """The ``result`` of a login. The token before is useless from now on; asking again does no harm."""
        address = (self.keys.auth_url.rstrip("/") or self._base_url) + "/login"
        body = {"shop_key": self.keys.app_id, "secret_key": self.keys.app_secret}
        call = Call("POST", address, "read", json=body, bucket=f"sendo/{self.keys.app_id}")
        return Record(self._call(call, find_login_error).data).record("result")

    def _send(
        self, method: Method, path: str, effect: Effect, query: Pairs = (), json: object = None
    ) -> Answer:
        if self._credentials is None:
            raise MarketplaceError("Sendo: not logged in yet", permanent=True, kind="relogin")
        call = Call(
            method,
            f"{self._base_url}{PARTNER}/{path}",
            effect,
            tuple(query),
            json=json,
            headers=(("Authorization", f"bearer {self._credentials.access_token}"),),
            bucket=f"sendo/{self.keys.app_id}",
        )
        return self._call(call, find_error)

    def _call(self, call: Call, judge: Judge) -> Answer:
        """Nothing leaves before the operator has said that the service lives."""
        if not self.choices.is_on:
            message = f"Sendo is switched off: set option {CHECKED} once the service was seen to answer"
            raise MarketplaceError(message, permanent=True, kind="setup")
        return self._http.call(call, judge)
