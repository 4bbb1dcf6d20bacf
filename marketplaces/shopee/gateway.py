"""Signed calls: the common parameters always travel in the query, the rest as Shopee's reference says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from marketplaces.http import Answer, Client
from marketplaces.interface import Clock, MarketplaceError
from marketplaces.reading import Record
from marketplaces.shopee.errors import find_error
from marketplaces.shopee.signing import public_base, shop_base, sign
from marketplaces.values import AppKeys, Credentials
from marketplaces.wire import Call, Effect

Pairs = Iterable[tuple[str, str]]


class Gateway:
    """One application, and one shop once its seller has agreed."""

    def __init__(self, http: Client, keys: AppKeys, credentials: Credentials | None, clock: Clock) -> None:
        if not (keys.app_id.isascii() and keys.app_id.isdigit()):
            message = f"Shopee: partner_id must be digits, got {keys.app_id!r}"
            raise MarketplaceError(message, permanent=True, kind="setup")
        self.keys = keys
        self.clock = clock
        self._http = http
        self._credentials = credentials
        self._base_url = keys.base_url.rstrip("/")

    def get(self, path: str, query: Pairs = ()) -> Record:
        """The ``response`` of a reading call of the shop."""
        call = self._call("GET", path, "read", (*self._shop_query(path), *query))
        return Record(self._send(call).data).record("response")

    def change(self, path: str, body: object) -> Record | None:
        """The ``response`` of a changing call of the shop; None in a rehearsal."""
        call = self._call("POST", path, "change", self._shop_query(path), json=body)
        answer = self._send(call)
        return None if answer.rehearsed else Record(answer.data).record("response")

    def upload(self, path: str, name: str, content: bytes) -> Record | None:
        """The ``response`` of a picture's upload; None in a rehearsal."""
        files = (("image", name, content),)
        answer = self._send(self._call("POST", path, "change", self._shop_query(path), files=files))
        return None if answer.rehearsed else Record(answer.data).record("response")

    def open_session(self, path: str, body: object) -> Record:
        """The answer of a token call: no shop in its signature, its fields at the top."""
        return Record(
            self._send(self._call("POST", path, "session", self.public_query(path), json=body)).data
        )

    def public_query(self, path: str) -> tuple[tuple[str, str], ...]:
        """The common parameters of a call without a shop."""
        timestamp = self._timestamp()
        signature = sign(self.keys.app_secret, public_base(self.keys.app_id, path, timestamp))
        return (("partner_id", self.keys.app_id), ("timestamp", str(timestamp)), ("sign", signature))

    def address(self, path: str) -> str:
        """The full address of a path."""
        return self._base_url + path

    def _shop_query(self, path: str) -> tuple[tuple[str, str], ...]:
        if self._credentials is None:
            raise MarketplaceError("Shopee: no seller has agreed yet", permanent=True, kind="relogin")
        token, shop, timestamp = (
            self._credentials.access_token,
            self._credentials.ext_shop_id,
            self._timestamp(),
        )
        base = shop_base(self.keys.app_id, path, timestamp, token, shop)
        return (
            ("partner_id", self.keys.app_id),
            ("timestamp", str(timestamp)),
            ("access_token", token),
            ("shop_id", shop),
            ("sign", sign(self.keys.app_secret, base)),
        )

    def _call(
        self,
        method: Literal["GET", "POST"],
        path: str,
        effect: Effect,
        query: tuple[tuple[str, str], ...],
        json: object = None,
        files: tuple[tuple[str, str, bytes], ...] = (),
    ) -> Call:
        shop = self._credentials.ext_shop_id if self._credentials else ""
        bucket = f"shopee/{self.keys.app_id}/{shop}"
        return Call(method, self.address(path), effect, query, json=json, files=files, bucket=bucket)

    def _send(self, call: Call) -> Answer:
        return self._http.call(call, lambda answer: find_error(answer, self.clock()))

    def _timestamp(self) -> int:
        return int(self.clock().timestamp())
