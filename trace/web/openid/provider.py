"""The other service's side: discovery, the code traded in, the signed answer checked. No transaction is open.

OpenID Connect Core 1.0 (3.1.3), Discovery 1.0, PKCE (RFC 7636), the issuer in the answer (RFC 9207). Calls
go to the issuer's host and to those the settings name, nowhere else: no redirect is followed, no proxy known,
and what answers slowly or at length is left.
"""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from trace.services.openid import Way
from trace.settings_outside import OpenIdSettings

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by a key of the issuer's alone: never ``none``, never a shared secret."""
LEEWAY_S = 120
"""The two clocks may differ by so much."""
KEPT_S = 600.0
CONNECT_S, READ_S, TOTAL_S = 3.0, 5.0, 10.0
MOST_BYTES = 256 * 1024


class ProviderError(Exception):
    """The other service did not let anybody in: a key of the catalogs, and why for the log."""

    def __init__(self, key: str, why: str) -> None:
        super().__init__(key, why)
        self.key, self.why = key, why


class Line(OAuth2Session):  # type: ignore[misc]
    """Calls that are bounded in time and size and go to known hosts alone."""

    def __init__(self, provider: OpenIdSettings, secret: str) -> None:
        method = {"basic": "client_secret_basic", "post": "client_secret_post", "none": "none"}
        super().__init__(
            client_id=provider.client_id,
            client_secret=secret or None,
            token_endpoint_auth_method=method[provider.client_auth],
            scope=" ".join(provider.scopes),
            code_challenge_method="S256",
        )
        self.provider = provider
        self.trust_env = False
        self.verify = str(provider.ca_file) if provider.ca_file else True

    def request(self, method: str, url: str, auth: Any = None, **said: Any) -> requests.Response:
        """One call.

        Raises:
            ProviderError: another host, no answer, a slow or an endless one, a redirect.
        """
        check_address(self.provider, url)
        bounds = {"allow_redirects": False, "timeout": (CONNECT_S, READ_S), "stream": True}
        until = time.monotonic() + TOTAL_S
        try:
            answer: requests.Response = super().request(
                method, url, withhold_token=True, auth=auth, **{**said, **bounds}
            )
            answer._content = _bounded(answer, until)
        except requests.RequestException as error:
            raise ProviderError("openid.down", type(error).__name__) from None
        answer._content_consumed = True  # type: ignore[attr-defined]
        if answer.is_redirect or answer.status_code >= 500:
            raise ProviderError("openid.down", f"status {answer.status_code}")
        return answer


def _bounded(answer: requests.Response, until: float) -> bytes:
    body = b""
    for piece in answer.iter_content(8_192):
        body += piece
        if len(body) > MOST_BYTES or time.monotonic() > until:
            raise ProviderError("openid.down", "too long")
    return body


def check_address(provider: OpenIdSettings, url: object) -> str:
    """The address, if it lies where the issuer does or on a host the settings name.

    Raises:
        ProviderError: it does not.
    """
    read, home = urlsplit(str(url)), urlsplit(provider.issuer)
    known = read.netloc == home.netloc or (read.hostname in provider.hosts and not read.port)
    if not isinstance(url, str) or read.scheme != home.scheme or read.username is not None or not known:
        raise ProviderError("openid.answer", "an address elsewhere")
    return url


@dataclass
class Provider:
    """The other service, what it says of itself and its keys, kept for some minutes."""

    settings: OpenIdSettings
    secret_file: Path
    _about: dict[str, Any] = field(default_factory=dict)
    _keys: Any = None
    _since: float = 0.0

    def authorize_url(self, way: Way, back: str) -> str:
        """Where the browser goes.

        Raises:
            ProviderError: the service does not answer, or says something else of itself.
        """
        page = check_address(self.settings, self._read_about().get("authorization_endpoint"))
        made = {"state": way.state, "code_verifier": way.verifier, "nonce": way.nonce, "redirect_uri": back}
        if self.settings.acr:
            made["acr_values"] = " ".join(self.settings.acr)
        url, _state = self._line().create_authorization_url(page, **made)
        return str(url)

    def claims(self, way: Way, code: str, back: str, said_issuer: str | None) -> dict[str, Any]:
        """Trade the code in; what the signed answer says, checked.

        Raises:
            ProviderError: as above, or the answer is none to this way.
        """
        about = self._read_about()
        self._check_issuer(about, said_issuer)
        place = check_address(self.settings, about.get("token_endpoint"))
        given = {"code": code, "code_verifier": way.verifier, "redirect_uri": back}
        try:
            token = self._line().fetch_token(place, grant_type="authorization_code", **given)
        except (OAuthError, ValueError, requests.RequestException) as error:
            why = getattr(error, "error", type(error).__name__)
            raise ProviderError("openid.answer", f"token: {why}") from None
        return self._checked(token, way)

    def _checked(self, token: dict[str, Any], way: Way) -> dict[str, Any]:
        said = token.get("id_token")
        if not isinstance(said, str):
            raise ProviderError("openid.answer", "no id_token")
        try:
            read = self._opened(said)
            rules = {"iss": {"essential": True, "value": self.settings.issuer}}
            rules["aud"] = {"essential": True, "value": self.settings.client_id}
            asked = {"nonce": way.nonce, "client_id": self.settings.client_id}
            asked |= {"access_token": str(token.get("access_token") or "")}
            claims = CodeIDToken(read.claims, read.header, rules, asked)
            claims.validate(leeway=LEEWAY_S)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise ProviderError("openid.answer", f"id_token: {type(error).__name__} {error}") from None
        return dict(claims)

    def _opened(self, said: str) -> jwt.Token:
        registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
        try:
            return jwt.decode(said, self._read_keys(), registry=registry)
        except InvalidKeyIdError:
            self._keys = None  # the issuer signs with a key it did not have when we asked
            return jwt.decode(said, self._read_keys(), registry=registry)

    def _check_issuer(self, about: dict[str, Any], said: str | None) -> None:
        must = about.get("authorization_response_iss_parameter_supported") is True
        if (said is not None or must) and said != self.settings.issuer:
            raise ProviderError("openid.answer", "another issuer answered")

    def _read_about(self) -> dict[str, Any]:
        if not self._about or time.monotonic() - self._since > KEPT_S:
            said = self._json(f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
            if said.get("issuer") != self.settings.issuer:
                raise ProviderError("openid.answer", "discovery names another issuer")
            self._about, self._keys, self._since = said, None, time.monotonic()
        return self._about

    def _read_keys(self) -> KeySet:
        if self._keys is None:
            said: Any = self._json(check_address(self.settings, self._read_about().get("jwks_uri")))
            self._keys = KeySet.import_key_set(said)
        keys: KeySet = self._keys
        return keys

    def _json(self, url: str) -> dict[str, Any]:
        answer = self._line().request("GET", url)
        try:
            said = answer.json() if answer.status_code == 200 else None
        except ValueError:
            said = None
        if not isinstance(said, dict):
            raise ProviderError("openid.down", f"status {answer.status_code}, no JSON")
        return said

    def _line(self) -> Line:
        if self.settings.client_auth == "none":
            return Line(self.settings, "")
        try:
            secret = self.secret_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ProviderError("openid.down", f"secret file: {type(error).__name__}") from None
        if not secret or self.secret_file.stat().st_mode & 0o077:
            raise ProviderError("openid.down", "the secret's file is empty or open to others")
        return Line(self.settings, secret)
