"""Calls of one seller: nothing is signed, the bearer token says who asks."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Literal

from marketplaces.http import Answer, Client
from marketplaces.interface import Clock, MarketplaceError
from marketplaces.reading import MalformedError, Record
from marketplaces.tiki.choices import read_choices
from marketplaces.tiki.errors import find_error, find_token_error
from marketplaces.values import AppKeys, Credentials
from marketplaces.wire import Call, Effect

TOKEN = "/sc/oauth2/token"  # noqa: S105 - a path
Pairs = Iterable[tuple[str, str]]
Method = Literal["GET", "POST", "PUT"]


class Gateway:
    """One application, and the seller whose token is at hand."""

    def __init__(self, http: Client, keys: AppKeys, credentials: Credentials | None, clock: Clock) -> None:
        self.keys = keys
        self.clock = clock
        self.choices = read_choices(keys)
        self._http = http
        self._credentials = credentials
        self._base_url = keys.base_url.rstrip("/")

    def get(self, path: str, query: Pairs = ()) -> Record:
        """The JSON object of a reading call."""
        return Record(self._send("GET", path, "read", tuple(query)).data)

    def get_list(self, path: str) -> list[Record]:
        """The few calls that answer a list."""
        data = self._send("GET", path, "read").data
        if not isinstance(data, list):
            raise MalformedError(f"answer: expected a list, got {type(data).__name__}")
        return [Record(item, f"answer[{place}]") for place, item in enumerate(data)]

    def ask(self, path: str, body: object) -> Record:
        """A POST that changes nothing that matters, and may be repeated."""
        return Record(self._send("POST", path, "read", json=body).data)

    def change(self, method: Method, path: str, body: object) -> Record | None:
        """The answer of a changing call; None in a rehearsal."""
        answer = self._send(method, path, "change", json=body)
        return None if answer.rehearsed else Record(answer.data)

    def open_session(self, form: Pairs) -> Record:
        """The answer of the token server; asking again with our own keys does no harm, so it is repeated."""
        fields = (("client_id", self.keys.app_id), *form)
        headers: tuple[tuple[str, str], ...] = ()
        if self.choices.client_auth == "post":
            fields = (*fields, ("client_secret", self.keys.app_secret))
        else:
            headers = (("Authorization", f"Basic {self._basic()}"),)
        address = (self.keys.auth_url.rstrip("/") or self._base_url) + TOKEN
        call = Call("POST", address, "read", form=fields, headers=headers, bucket=f"tiki/{self.keys.app_id}")
        return Record(self._http.call(call, find_token_error).data)

    def _send(
        self, method: Method, path: str, effect: Effect, query: Pairs = (), json: object = None
    ) -> Answer:
        """``path`` without its version: its first part chooses that, and of requests the verb does."""
        if self._credentials is None:
            raise MarketplaceError("Tiki: no token at hand yet", permanent=True, kind="relogin")
        name = path.partition("/")[0]
        version = self.choices.versions["request_list" if (method, name) == ("GET", "requests") else name]
        call = Call(
            method,
            f"{self._base_url}/integration/{version}/{path}",
            effect,
            tuple(query),
            json=json,
            headers=(("Authorization", f"Bearer {self._credentials.access_token}"),),
            bucket=f"tiki/{self.keys.app_id}/{self._credentials.ext_shop_id}",
        )
        return self._http.call(call, find_error)

    def _basic(self) -> str:
        return base64.b64encode(f"{self.keys.app_id}:{self.keys.app_secret}".encode()).decode()
