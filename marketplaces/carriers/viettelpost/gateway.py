"""Calls of one account: a token in a header of its own, an envelope around most answers."""

from __future__ import annotations

from dataclasses import replace

from marketplaces.carriers.values import CarrierKeys, Login, Party, Pass
from marketplaces.carriers.viettelpost.choices import read_choices
from marketplaces.carriers.viettelpost.discretion import discreet
from marketplaces.carriers.viettelpost.errors import find_error, find_login_error
from marketplaces.http import Answer, Client
from marketplaces.interface import Clock, MarketplaceError
from marketplaces.reading import Record
from marketplaces.wire import Call

BUCKET = "viettelpost"


class Gateway:
    """One account, once somebody has logged in."""

    def __init__(self, http: Client, keys: CarrierKeys, token: Pass | None, clock: Clock) -> None:
        self.choices = read_choices(keys)
        self.clock = clock
        self._http = http
        self._token = token
        self._base_url = keys.base_url.rstrip("/")

    def login(self, path: str, account: Login, token: str = "") -> Record:
        """The ``data`` of a login; asking again does no harm."""
        body = {"USERNAME": account.username, "PASSWORD": account.password}
        headers = (("Token", token),) if token else ()
        call = Call("POST", self._base_url + path, "read", json=body, headers=headers, bucket=BUCKET)
        judge = discreet(find_login_error, (Party(account.username, "", account.password),))
        return Record(self._http.call(call, judge).data).record("data")

    def ask(self, path: str, body: object, *parties: Party) -> object:
        """The whole answer to a question that changes nothing, though it is a POST."""
        return self._send(Call("POST", path, "read", json=body), parties).data

    def look(self, path: str, number: str) -> object:
        """The ``data`` of what is known under a number."""
        data = self._send(Call("GET", path, "read", query=(("orderNumber", number),)), ()).data
        return data.get("data") if isinstance(data, dict) else data

    def change(self, path: str, body: object, *parties: Party) -> Answer:
        """Send a change, once."""
        return self._send(Call("POST", path, "change", json=body), parties)

    def _send(self, call: Call, parties: tuple[Party, ...]) -> Answer:
        if self._token is None:
            raise MarketplaceError("ViettelPost: not logged in yet", permanent=True, kind="relogin")
        whole = replace(
            call,
            url=self._base_url + call.url,
            headers=(("Token", self._token.token),),
            bucket=BUCKET,
        )
        return self._http.call(whole, discreet(find_error, parties))
