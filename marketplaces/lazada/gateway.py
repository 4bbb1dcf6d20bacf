"""Signed calls: reads carry their parameters in the query, changes in a form, pictures beside a form."""

from __future__ import annotations

import json
from collections.abc import Iterable

from marketplaces.http import Answer, Client
from marketplaces.interface import Clock, MarketplaceError
from marketplaces.lazada.errors import find_error
from marketplaces.lazada.signing import base_string, sign
from marketplaces.reading import Record
from marketplaces.values import AppKeys, Credentials
from marketplaces.wire import Call

Pairs = Iterable[tuple[str, str]]
Files = tuple[tuple[str, str, bytes], ...]


class Gateway:
    """One application, and one shop once its seller has agreed."""

    def __init__(self, http: Client, keys: AppKeys, credentials: Credentials | None, clock: Clock) -> None:
        self.keys = keys
        self.clock = clock
        self._http = http
        self._credentials = credentials
        self._base_url = keys.base_url.rstrip("/")
        self.auth_url = (keys.auth_url or keys.base_url).rstrip("/")

    def get(self, api: str, query: Pairs = ()) -> Record:
        """A reading call of the shop; its ``data`` is still to be read."""
        return self._read(api, (*self._token(), *query))

    def get_public(self, api: str, query: Pairs = ()) -> Record:
        """A reading call that needs no seller."""
        return self._read(api, query)

    def change(self, api: str, body: object, name: str = "payload") -> Record | None:
        """A changing call whose whole request is one parameter of JSON; None in a rehearsal."""
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        return self._change(api, ((name, text),))

    def upload(self, api: str, name: str, content: bytes) -> Record | None:
        """A picture; None in a rehearsal."""
        return self._change(api, (), (("image", name, content),))

    def open_session(self, api: str, form: Pairs) -> Record:
        """A token call: at the tokens' own host, and without a token."""
        signed = self._signed(api, form)
        return Record(
            self._send(Call("POST", self.auth_url + api, "session", form=signed, bucket=self._bucket)).data
        )

    @property
    def _bucket(self) -> str:
        return f"lazada/{self.keys.app_id}/{self._credentials.ext_shop_id if self._credentials else ''}"

    def _read(self, api: str, query: Pairs) -> Record:
        signed = self._signed(api, query)
        return Record(self._send(Call("GET", self._base_url + api, "read", signed, bucket=self._bucket)).data)

    def _change(self, api: str, form: Pairs, files: Files = ()) -> Record | None:
        signed = self._signed(api, (*self._token(), *form))
        url = self._base_url + api
        answer = self._send(Call("POST", url, "change", form=signed, files=files, bucket=self._bucket))
        return None if answer.rehearsed else Record(answer.data)

    def _token(self) -> Pairs:
        if self._credentials is None:
            raise MarketplaceError("Lazada: no seller has agreed yet", permanent=True, kind="relogin")
        return (("access_token", self._credentials.access_token),)

    def _signed(self, api: str, own: Pairs) -> tuple[tuple[str, str], ...]:
        """The system parameters and the call's own, empty ones left out, and their signature."""
        system = (
            ("app_key", self.keys.app_id),
            ("sign_method", "sha256"),
            ("timestamp", str(int(self.clock().timestamp()) * 1000)),
        )
        pairs = tuple(pair for pair in (*system, *own) if pair[1])
        return (*pairs, ("sign", sign(self.keys.app_secret, base_string(api, pairs))))

    def _send(self, call: Call) -> Answer:
        return self._http.call(call, find_error)
