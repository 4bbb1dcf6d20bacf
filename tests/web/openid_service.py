"""Another service whose accounts open accounts here: an OpenID provider over TCP with faults to commit.

Written from the standards and never from our side: it signs by itself, checks PKCE by itself, and shares no
library with what it is asked by.
"""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from flask import Flask, Response, jsonify, redirect, request

from trace.commands.servers import Server, free_port

CLIENT, SECRET = "nongsan-thu", "bi-mat-cua-nongsan"
HOST = "127.0.0.1"


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def number(value: int) -> str:
    return b64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


class Key:
    """A signing key and the name it goes by."""

    def __init__(self, kid: str) -> None:
        self.kid = kid
        self.private = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def public(self) -> dict[str, str]:
        numbers = self.private.public_key().public_numbers()
        named = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid}
        return {**named, "n": number(numbers.n), "e": number(numbers.e)}

    def sign(self, said: bytes) -> bytes:
        return self.private.sign(said, padding.PKCS1v15(), SHA256())


class Service:
    """The provider; ``fault`` is what it does wrong, ``claims`` what it says of who signs in there,
    ``meanwhile`` what happens while it is asked."""

    def __init__(self) -> None:
        self.fault = ""
        self.meanwhile: Callable[[], None] = lambda: None
        self.claims: dict[str, Any] = {"sub": "cong-dan-7"}
        self.key = Key("khoa-1")
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[dict[str, str]] = []
        self.port = free_port(HOST, 23_000 + secrets.randbelow(9_000))
        self.issuer = f"http://{HOST}:{self.port}"
        self.server = Server(self._app(), HOST, self.port)

    def _app(self) -> Flask:
        app = Flask("openid-service")
        app.add_url_rule("/.well-known/openid-configuration", view_func=self.about)
        app.add_url_rule("/keys", view_func=self.keys)
        app.add_url_rule("/authorize", view_func=self.authorize)
        app.add_url_rule("/token", view_func=self.token, methods=["POST"])
        return app

    def about(self) -> Any:
        if self.fault == "down":
            return "bảo trì", 503
        if self.fault == "no json":
            return "<html>bảo trì</html>"
        elsewhere = f"http://{HOST}:{self.port + 1}"
        return jsonify(
            issuer=elsewhere if self.fault == "discovery of another" else self.issuer,
            authorization_endpoint=f"{self.issuer}/authorize",
            token_endpoint=f"{elsewhere if self.fault == 'token elsewhere' else self.issuer}/token",
            jwks_uri=f"{elsewhere if self.fault == 'keys elsewhere' else self.issuer}/keys",
            authorization_response_iss_parameter_supported=True,
        )

    def keys(self) -> Any:
        return jsonify(keys=[self.key.public()])

    def authorize(self) -> Any:
        """Whoever asks is let in at once; what was asked is remembered."""
        asked = request.args.to_dict()
        self.asked.append(asked)
        back = {"state": asked["state"], "iss": self.issuer}
        if self.fault == "denied":
            return redirect(f"{asked['redirect_uri']}?{urlencode({**back, 'error': 'access_denied'})}")
        if self.fault == "state":
            back["state"] = secrets.token_urlsafe(32)
        if self.fault == "iss":
            back["iss"] = "https://ke-khac.example"
        if self.fault == "no iss":
            del back["iss"]
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        if self.fault == "no code":
            code = ""
        return redirect(f"{asked['redirect_uri']}?{urlencode({**back, 'code': code})}")

    def token(self) -> Any:
        self.meanwhile()
        if self.fault == "slow":
            time.sleep(2)
        if self.fault == "endless":
            return Response(self._endless(), mimetype="application/json")
        if self.fault == "redirect":
            return redirect(f"http://{HOST}:{self.port}/keys")
        said = request.authorization
        known = said is not None and (said.username, said.password) == (CLIENT, SECRET)
        asked = self.codes.pop(request.form.get("code", ""), None)
        if not known:
            return jsonify(error="invalid_client"), 401
        if asked is None or request.form.get("redirect_uri") != asked["redirect_uri"]:
            return jsonify(error="invalid_grant"), 400
        if not self._fits(asked, request.form.get("code_verifier", "")):
            return jsonify(error="invalid_grant", error_description="code_verifier"), 400
        access = secrets.token_urlsafe(16)
        answer = {"access_token": access, "token_type": "Bearer", "id_token": self._signed(asked, access)}
        if self.fault == "no id_token":
            del answer["id_token"]
        return jsonify(answer)

    def _fits(self, asked: dict[str, str], verifier: str) -> bool:
        made = b64(hashlib.sha256(verifier.encode()).digest())
        if self.fault == "verifier":
            made = b64(hashlib.sha256(b"another" + verifier.encode()).digest())
        return asked.get("code_challenge_method") == "S256" and asked.get("code_challenge") == made

    def _endless(self) -> Iterator[bytes]:
        for _ in range(100):
            yield b" "
            time.sleep(0.05)

    def _signed(self, asked: dict[str, str], access: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked.get("nonce"),
        }
        claims["at_hash"] = b64(hashlib.sha256(access.encode()).digest()[:16])
        claims |= self.claims
        header = {"alg": "RS256", "kid": self.key.kid}
        wrong = {
            "nonce": {"nonce": "cua-lan-khac"},
            "aud": {"aud": "ung-dung-khac"},
            "aud of two": {"aud": [CLIENT, "ung-dung-khac"]},
            "azp": {"aud": [CLIENT, "ung-dung-khac"], "azp": "ung-dung-khac"},
            "issuer": {"iss": "https://ke-khac.example"},
            "expired": {"iat": now - 600, "exp": now - 300},
            "from tomorrow": {"iat": now + 86_400, "exp": now + 90_000},
            "at_hash": {"at_hash": b64(bytes(16))},
            "expired of late": {"iat": now - 200, "exp": now - 60},
        }
        claims |= wrong.get(self.fault, {})
        if self.fault == "no nonce":
            del claims["nonce"]
        if self.fault == "no exp":
            del claims["exp"]
        if self.fault == "alg none":
            header = {"alg": "none"}
        if self.fault in {"alg hs256", "secret hs256"}:
            header["alg"] = "HS256"
        said = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"
        return f"{said}.{b64(self._signature(said.encode()))}"

    def _signature(self, said: bytes) -> bytes:
        if self.fault == "alg none":
            return b""
        if self.fault == "alg hs256":
            return hashlib.sha256(json.dumps(self.key.public()).encode() + said).digest()
        if self.fault == "secret hs256":
            import hmac

            return hmac.new(SECRET.encode(), said, hashlib.sha256).digest()
        if self.fault == "key":
            return Key(self.key.kid).sign(said)
        return self.key.sign(said)
