"""A pretend OpenID provider on the loopback, for tests: it lets in whomever it was told, and asks nobody anything.

It refuses to be made outside of a rehearsal. What it says can be bent (`bend`, `bend_answer`), so that tests see each
check fail.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

Bend = Callable[[dict[str, Any]], dict[str, Any]]


def _straight(said: dict[str, Any]) -> dict[str, Any]:
    return said


@dataclass(kw_only=True)
class Signer:
    """Signs statements about people with a key of its own (ES256). Times are arguments."""

    issuer: str
    client_id: str
    rehearsal: bool
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "stand-in", "use": "sig"}))

    def __post_init__(self) -> None:
        if not self.rehearsal:
            raise RuntimeError("the stand-in provider works in rehearsal only")

    @property
    def public_keys(self) -> KeySet:
        """The keys that check what it signs."""
        return KeySet.import_key_set({"keys": [self.key.as_dict(private=False)]})

    def claims(
        self, *, tckn: str, nonce: str, now: datetime, authenticated_at: datetime | None = None
    ) -> dict[str, Any]:
        """Return what is said of a person who signed in with the e-Devlet password."""
        return {
            "iss": self.issuer,
            "aud": self.client_id,
            "sub": "stand-in-" + tckn[-4:],
            "tckn": tckn,
            "given_name": "Deneme",
            "family_name": "Kişisi",
            "birthdate": "1980-01-02",
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(minutes=5)).timestamp()),
            "auth_time": int((authenticated_at or now).timestamp()),
            "acr": "substantial",
            "amr": ["pwd", "otp"],
            "giris_yontemi": "e-devlet-sifresi",
            "sid": "stand-in-session",
            "nonce": nonce,
        }

    def sign(self, claims: dict[str, Any]) -> str:
        """Return the claims as a signed ID token."""
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, claims, self.key)


@dataclass(kw_only=True)
class StandIn:
    """The provider as an HTTP server on a free loopback port; use it in a `with` block.

    `tckn` is who signs in, `clock` its time, `authenticated_at` when the person proved it (None: now). `asked` collects
    the parameters of each authorization request.
    """

    client_id: str
    tckn: str
    clock: Callable[[], datetime]
    rehearsal: bool
    authenticated_at: datetime | None = None
    bend: Bend = _straight
    bend_answer: Bend = _straight
    bend_metadata: Bend = _straight
    asked: list[dict[str, str]] = field(default_factory=list)
    traded: list[dict[str, str]] = field(default_factory=list)

    def __enter__(self) -> Self:
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                stand_in._answer(self, urlsplit(self.path))

            do_POST = do_GET

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing: addresses carry codes."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        self.signer = Signer(issuer=self.issuer, client_id=self.client_id, rehearsal=self.rehearsal)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, handler: BaseHTTPRequestHandler, url: Any) -> None:
        if url.path == "/authorize":
            location = self._authorize({name: values[0] for name, values in parse_qs(url.query).items()})
            handler.send_response(302)
            handler.send_header("Location", location)
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return
        pages: dict[str, Callable[[], dict[str, Any]]] = {
            "/.well-known/openid-configuration": self._metadata,
            "/jwks.json": self._keys,
            "/token": partial(self._token, handler),
        }
        found = pages.get(url.path)
        body = json.dumps(found() if found else {}).encode()
        handler.send_response(200 if found else 404)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def _keys(self) -> dict[str, Any]:
        return dict(self.signer.public_keys.as_dict())

    def _metadata(self) -> dict[str, Any]:
        places = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/jwks.json"}
        said = {"issuer": self.issuer, **{name: self.issuer + path for name, path in places.items()}}
        return self.bend_metadata(said)

    def _authorize(self, asked: dict[str, str]) -> str:
        self.asked.append(asked)
        answer = self.bend_answer({"code": f"code-{len(self.asked)}", "state": asked["state"], "iss": self.issuer})
        return asked["redirect_uri"] + "?" + urlencode(answer)

    def _token(self, handler: BaseHTTPRequestHandler) -> dict[str, Any]:
        length = int(handler.headers.get("Content-Length", "0"))
        sent = {name: values[0] for name, values in parse_qs(handler.rfile.read(length).decode()).items()}
        self.traded.append({**sent, "authorization": handler.headers.get("Authorization", "")})
        asked = {f"code-{number}": one for number, one in enumerate(self.asked, 1)}.get(sent.get("code", ""))
        if asked is None:
            return {"error": "invalid_grant"}
        now = self.clock()
        claims = self.signer.claims(
            tckn=self.tckn, nonce=asked["nonce"], now=now, authenticated_at=self.authenticated_at
        )
        token = self.signer.sign(self.bend(claims))
        return {"access_token": "none", "token_type": "Bearer", "expires_in": 60, "id_token": token}
