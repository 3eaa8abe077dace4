"""Signing in by OpenID Connect: authorization code with PKCE (S256), state and nonce.

Authlib makes the requests; it does not check the `iss` of the answer, nor that `acr` and `auth_time` are what was
asked. `rules.py` does.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session

from anahtar_server.config import config
from anahtar_server.signin.assertion import Claims, check_assertion
from anahtar_server.signin.discovery import discovery
from anahtar_server.signin.port import Identity, Kept, Provider
from anahtar_server.signin.rules import (
    BEGUN_FOR,
    AnswerWrong,
    Asked,
    Reason,
    check_access_token,
    check_asked,
    check_response,
)
from anahtar_server.signin.transport import Bounded

SCOPE = "openid profile"


def _chance() -> str:
    return secrets.token_urlsafe(32)  # 43 characters: long enough for a PKCE verifier (RFC 7636 section 4.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIdConnect:
    """An OpenID Connect provider as a `Provider`. `chance` returns 43 unguessable characters."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    chance: Callable[[], str] = _chance

    def begin(self, asked: Asked, *, now: datetime, language: str = "tr") -> tuple[str, Kept]:
        """See Provider.begin."""
        kept = Kept(state=self.chance(), nonce=self.chance(), verifier=self.chance(), begun_at=now, asked=asked)
        with self._client() as client:
            url, _ = client.create_authorization_url(
                discovery(self.issuer).metadata().authorization_endpoint,
                state=kept.state,
                code_verifier=kept.verifier,
                nonce=kept.nonce,
                ui_locales=language,
                **_wishes(asked),
            )
        return str(url), kept

    def finish(self, params: Mapping[str, str], kept: Kept, *, now: datetime) -> Identity:
        """See Provider.finish."""
        if not kept.begun_at <= now <= kept.begun_at + BEGUN_FOR:
            raise AnswerWrong(Reason.TIME)
        code = check_response(params, state=kept.state, issuer=self.issuer)
        token, access_token = self._trade(code, kept)
        claims = self._checked(token, kept, now)
        check_access_token(claims.at_hash, claims.algorithm, access_token)
        check_asked(
            kept.asked,
            level=claims.level,
            authenticated_at=claims.authenticated_at,
            begun_at=kept.begun_at,
            now=now,
        )
        return _identity(claims, token)

    def _client(self) -> OAuth2Session:
        client = OAuth2Session(
            self.client_id,
            self.client_secret,
            scope=SCOPE,
            redirect_uri=self.redirect_uri,
            token_endpoint_auth_method="client_secret_basic",  # noqa: S106 - the name of a method
            code_challenge_method="S256",
        )
        Bounded.mount_on(client, self.issuer)
        return client

    def _trade(self, code: str, kept: Kept) -> tuple[str, str]:
        """Trade the code for ID token and access token (RFC 6749 section 4.1.3)."""
        address = discovery(self.issuer).metadata().token_endpoint
        try:
            with self._client() as client:
                answer = client.fetch_token(address, code=code, code_verifier=kept.verifier, allow_redirects=False)
        except requests.RequestException:
            raise AnswerWrong(Reason.PROVIDER_GONE) from None
        except (AuthlibBaseError, ValueError, TypeError, AttributeError, RecursionError):
            raise AnswerWrong(Reason.PROVIDER_ERROR) from None
        token = answer.get("id_token") if isinstance(answer, dict) else None
        if not isinstance(token, str):
            raise AnswerWrong(Reason.TOKEN)
        return token, str(answer.get("access_token", ""))

    def _checked(self, token: str, kept: Kept, now: datetime) -> Claims:
        keys = discovery(self.issuer).keys()
        try:
            return check_assertion(token, keys, self.issuer, self.client_id, kept.nonce, now)
        except AnswerWrong as wrong:
            if wrong.reason is not Reason.KEY_UNKNOWN:
                raise
        # The provider may have taken a new key since we looked.
        keys = discovery(self.issuer).keys(again=True)
        return check_assertion(token, keys, self.issuer, self.client_id, kept.nonce, now)


def _wishes(asked: Asked) -> dict[str, str]:
    wishes = {}
    if asked.level is not None:
        wishes["acr_values"] = asked.level.value
    if asked.again:
        wishes["prompt"] = "login"
    if asked.max_age is not None:
        wishes["max_age"] = str(int(asked.max_age.total_seconds()))
    return wishes


def _identity(claims: Claims, token: str) -> Identity:
    return Identity(
        tckn=claims.tckn,
        given_name=claims.given_name,
        family_name=claims.family_name,
        birth_date=claims.birth_date,
        issuer=claims.issuer,
        method=claims.method,
        level=claims.level,
        authenticated_at=claims.authenticated_at,
        assertion=token,
        nonce=claims.nonce,
    )


@cache
def provider() -> Provider:
    """Return the provider that the settings name."""
    settings = config()
    return OpenIdConnect(
        issuer=settings.signin.issuer,
        client_id=settings.signin.client_id,
        client_secret=settings.signin.client_secret_file.read().decode(),
        redirect_uri=settings.portal.public_url.rstrip("/") + "/giris/donus/",
    )
