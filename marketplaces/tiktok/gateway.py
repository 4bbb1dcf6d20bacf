"""Signed calls: parameters and paging in the query, filters and changes as JSON, the token in a header."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from marketplaces.http import Answer, Client
from marketplaces.interface import Clock, MarketplaceError
from marketplaces.reading import Record
from marketplaces.tiktok.errors import STALE_CIPHER, TikTokError, find_error, find_failure
from marketplaces.tiktok.paths import OF_NO_SHOP, path_of
from marketplaces.tiktok.signing import base_string, sign
from marketplaces.values import AppKeys, Credentials
from marketplaces.wire import Call, Effect, json_bytes

Pairs = Iterable[tuple[str, str]]
Files = tuple[tuple[str, str, bytes], ...]

BEHIND_S = 60
"""Calls say a time a little past: TikTok takes one up to five minutes past, and 30 seconds ahead."""


@dataclass(frozen=True, slots=True)
class OwnShop:
    """A shop the seller's agreement covers; its cipher names it in calls."""

    ext_shop_id: str
    region: str
    cipher: str


class Gateway:
    """One application, and one shop once its seller has agreed."""

    def __init__(self, http: Client, keys: AppKeys, credentials: Credentials | None, clock: Clock) -> None:
        self.keys = keys
        self.clock = clock
        self.auth_url = (keys.auth_url or keys.base_url).rstrip("/")
        self._http = http
        self._credentials = credentials
        self._cipher = ""

    def with_credentials(self, credentials: Credentials) -> Gateway:
        """The same application with a seller's tokens."""
        return Gateway(self._http, self.keys, credentials, self.clock)

    def get(self, name: str, query: Pairs = (), product: str = "") -> Record:
        """The ``data`` of a reading call."""
        return _data(self._ask(name, "GET", "read", query, product=product))

    def search(self, name: str, query: Pairs, body: object = None) -> Record:
        """The ``data`` of a search; without a filter no body is sent, for ``{}`` is signed by few."""
        return _data(self._ask(name, "POST", "read", query, body))

    def change(self, name: str, body: object, product: str = "") -> Record | None:
        """The ``data`` of a changing call, empty where TikTok sends none; None in a rehearsal.

        Raises:
            TikTokError: also when the answer is good and the failure stands inside it.
        """
        answer = self._ask(name, "POST", "change", (), body, product=product)
        if answer.rehearsed:
            return None
        data = Record(answer.data)
        told = data.record("data") if data.has("data") else Record({})
        failure = find_failure(told)
        if failure:
            raise failure
        return told

    def upload(self, name: str, filename: str, content: bytes) -> Record | None:
        """The ``data`` of a picture's upload; None in a rehearsal."""
        answer = self._ask(name, "POST", "change", (), files=(("data", filename, content),))
        return None if answer.rehearsed else _data(answer)

    def open_session(self, path: str, query: Pairs) -> Record:
        """The ``data`` of a token call: unsigned, its secrets in the query."""
        pairs = (("app_key", self.keys.app_id), ("app_secret", self.keys.app_secret), *query)
        call = Call("GET", self.auth_url + path, "session", pairs, bucket=f"tiktok/{self.keys.app_id}/tokens")
        return _data(self._http.call(call, find_error))

    def shops(self) -> list[OwnShop]:
        """The shops the seller's agreement covers."""
        return [
            OwnShop(record.identifier("id"), record.text("region", default=""), record.identifier("cipher"))
            for record in self.get("shops").records("shops")
        ]

    def _ask(
        self,
        name: str,
        method: Literal["GET", "POST"],
        effect: Effect,
        query: Pairs,
        body: object = None,
        files: Files = (),
        product: str = "",
    ) -> Answer:
        """A cipher that is no longer good is asked for anew, once: TikTok did nothing when it refused it."""
        own, path = tuple(query), path_of(self.keys, name, product)
        for is_last in (name in OF_NO_SHOP, True):
            signed = self._signed(path, (*self._shop(name), *own), body)
            bucket = f"tiktok/{self.keys.app_id}/{self._seller.ext_shop_id}/{name}"
            url = self.keys.base_url.rstrip("/") + path
            call = Call(method, url, effect, signed, body, (), files, self._headers(files), bucket)
            try:
                return self._http.call(call, find_error)
            except TikTokError as error:
                if is_last or not error.codes & STALE_CIPHER:
                    raise
                self._cipher = ""
        raise AssertionError("the second try returns or raises")

    @property
    def _seller(self) -> Credentials:
        if self._credentials is None:
            raise MarketplaceError("TikTok Shop: no seller has agreed yet", permanent=True, kind="relogin")
        return self._credentials

    def _headers(self, files: Files) -> tuple[tuple[str, str], ...]:
        """TikTok wants a content type even of a GET; a form with files writes its own."""
        token = ("x-tts-access-token", self._seller.access_token)
        return (token,) if files else (token, ("Content-Type", "application/json"))

    def _shop(self, name: str) -> Pairs:
        if name in OF_NO_SHOP:
            return ()
        if not self._cipher:
            ours = self._seller.ext_shop_id
            found = {shop.ext_shop_id: shop.cipher for shop in self.shops()}
            if ours not in found:
                message = f"TikTok Shop: the seller's agreement covers {sorted(found)}, not {ours}"
                raise MarketplaceError(message, permanent=True, kind="relogin")
            self._cipher = found[ours]
        return (("shop_cipher", self._cipher),)

    def _signed(self, path: str, own: Pairs, body: object) -> tuple[tuple[str, str], ...]:
        """The call's parameters, empty ones left out, and their signature."""
        stamp = str(int(self.clock().timestamp()) - BEHIND_S)
        common = (("app_key", self.keys.app_id), ("timestamp", stamp))
        pairs = tuple(pair for pair in (*common, *own) if pair[1])
        sent = b"" if body is None else json_bytes(body)
        signature = sign(self.keys.app_secret, base_string(self.keys.app_secret, path, pairs, sent))
        return (*pairs, ("sign", signature))


def _data(answer: Answer) -> Record:
    return Record(answer.data).record("data")
