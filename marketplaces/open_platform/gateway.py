"""Signed calls: reads carry their parameters in the query, changes in a form, files beside a form."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable

from marketplaces.http import Answer, Client, Judge
from marketplaces.interface import Clock, MarketplaceError
from marketplaces.open_platform.signing import base_string, sign
from marketplaces.reading import Record
from marketplaces.values import AppKeys, Credentials
from marketplaces.wire import Call

Pairs = Iterable[tuple[str, str]]
Files = tuple[tuple[str, str, bytes], ...]


class OpenGateway(ABC):
    """One application, and one shop once its seller has agreed.

    Each marketplace says its ``place`` (for messages), its ``judge`` of answers, and its ``bucket``.
    """

    place: str
    judge: Judge

    def __init__(self, http: Client, keys: AppKeys, credentials: Credentials | None, clock: Clock) -> None:
        self.keys = keys
        self.clock = clock
        self._http = http
        self._credentials = credentials
        self._base_url = keys.base_url.rstrip("/")
        self.auth_url = (keys.auth_url or keys.base_url).rstrip("/")

    @property
    @abstractmethod
    def bucket(self) -> str:
        """The pace this shop's calls count against."""

    @property
    def token_url(self) -> str:
        """Where tokens are asked for."""
        return self.auth_url

    def get(self, api: str, query: Pairs = ()) -> Record:
        """A reading call of the shop; what it says is still to be read."""
        return self._read(api, (*self._token(), *query))

    def get_public(self, api: str, query: Pairs = ()) -> Record:
        """A reading call that needs no seller."""
        return self._read(api, query)

    def post(self, api: str, form: Pairs, files: Files = ()) -> Record | None:
        """A changing call; None in a rehearsal."""
        signed = self._signed(api, (*self._token(), *form))
        url = self._base_url + api
        answer = self._send(Call("POST", url, "change", form=signed, files=files, bucket=self.bucket))
        return None if answer.rehearsed else Record(answer.data)

    def open_session(self, api: str, form: Pairs) -> Record:
        """A token call: at the tokens' own host, and without a token."""
        signed = self._signed(api, form)
        call = Call("POST", self.token_url + api, "session", form=signed, bucket=self.bucket)
        return Record(self._send(call).data)

    def _read(self, api: str, query: Pairs) -> Record:
        signed = self._signed(api, query)
        return Record(self._send(Call("GET", self._base_url + api, "read", signed, bucket=self.bucket)).data)

    def _token(self) -> Pairs:
        if self._credentials is None:
            raise MarketplaceError(f"{self.place}: no seller has agreed yet", permanent=True, kind="relogin")
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
        return self._http.call(call, type(self).judge)
