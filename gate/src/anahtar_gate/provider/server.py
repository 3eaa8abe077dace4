"""The OpenID provider: Authlib's grant and PKCE, bound to our tables, clock and key.

Authlib comes without types, so its classes are ``Any`` here and nowhere else.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from authlib.common.urls import add_params_to_uri
from authlib.integrations.django_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749 import InvalidClientError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core.grants import OpenIDCode as AuthlibOpenIDCode
from authlib.oidc.core.util import create_half_hash
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from joserfc import jwt

from anahtar_gate.config import current_config
from anahtar_gate.people.models import Person
from anahtar_gate.people.queries import person_by_id
from anahtar_gate.provider.acts import consume_code, issue_code, issue_token
from anahtar_gate.provider.claims import id_token_claims
from anahtar_gate.provider.keys import load_signing_key
from anahtar_gate.provider.models import AccessToken, AuthorizationCode, Client
from anahtar_gate.provider.queries import active_client
from anahtar_gate.provider.rules import TOKEN_LIFE, RequestRefused
from anahtar_gate.provider.session import SignedIn

ONLY_BASIC = ["client_secret_basic"]


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]
    """The code flow over our tables."""

    TOKEN_ENDPOINT_AUTH_METHODS = ONLY_BASIC

    def save_authorization_code(self, code: str, request: Any) -> None:
        """Store what the ID token will say."""
        signed_in: SignedIn = request.user
        person = person_by_id(signed_in.person_id)
        if person is None:
            raise OAuth2Error(error="access_denied", redirect_uri=request.payload.redirect_uri)
        issue_code(
            code=code,
            client=request.client,
            person=person,
            signed_in=signed_in,
            asked=request.payload.data,
            scope=request.scope,
            now=timezone.now(),
        )

    def query_authorization_code(self, code: str, client: Client) -> AuthorizationCode | None:
        """Use up the code. Authlib deletes it only at the end, so two requests at once would both pass."""
        return consume_code(code=code, client=client, now=timezone.now())

    def delete_authorization_code(self, authorization_code: AuthorizationCode) -> None:
        """Nothing: it was used up when it was read, and is remembered to know one that comes twice."""

    def authenticate_user(self, authorization_code: AuthorizationCode) -> Person:
        """The person behind the code."""
        return authorization_code.person


class OpenIDCode(AuthlibOpenIDCode):  # type: ignore[misc]
    """Adds the ID token to the token answer; the request's own checks are ``rules.read_asked``."""

    def __call__(self, grant: Any) -> None:
        """Hook into the token answer alone."""
        grant.register_hook("after_create_token_response", self.process_token)

    def encode_id_token(self, token: dict[str, Any], request: Any) -> str:
        """The signed ID token."""
        config = current_config()
        signing = load_signing_key(config.signing_key_file)
        at_hash = create_half_hash(token["access_token"], signing.algorithm).decode()
        claims = id_token_claims(
            request.authorization_code, issuer=config.public_url, at_hash=at_hash, now=timezone.now()
        )
        header = {"alg": signing.algorithm, "kid": signing.kid, "typ": "JWT"}
        return jwt.encode(header, claims, signing.key, [signing.algorithm])


class Server(AuthorizationServer):  # type: ignore[misc]
    """Authlib's server: requests as checked mappings, every redirect with its issuer."""

    def query_client(self, client_id: str) -> Client | None:
        """The registered client."""
        return active_client(client_id)

    def save_token(self, token: dict[str, Any], request: Any) -> None:
        """Store the access token's hash."""
        issue_token(token=token["access_token"], code=request.authorization_code, now=timezone.now())

    def create_oauth2_request(self, request: HttpRequest | dict[str, str]) -> Any:
        """An authorization request from its checked parameters; a token request from the HTTP request."""
        if isinstance(request, HttpRequest):
            return super().create_oauth2_request(request)
        asked = OAuth2Request("GET", f"{current_config().public_url}/authorize", headers={})
        asked.payload = BasicOAuth2Payload(request)
        return asked

    def handle_response(self, status_code: int, payload: Any, headers: list[tuple[str, str]]) -> HttpResponse:
        """Answer; a redirect, whether it brings a code or an error, names its issuer (RFC 9207, section 2)."""
        issuer = {"iss": current_config().public_url}
        with_issuer = [
            (name, add_params_to_uri(value, issuer) if name == "Location" else value) for name, value in headers
        ]
        response: HttpResponse = super().handle_response(status_code, payload, with_issuer)
        return response

    def refuse(self, refusal: RequestRefused, parameters: dict[str, str]) -> HttpResponse:
        """Send the error to the request's redirect URI, which must have been checked before."""
        error = OAuth2Error(
            error=refusal.error,
            description=refusal.description,
            redirect_uri=parameters["redirect_uri"],
            state=parameters.get("state"),
        )
        response: HttpResponse = self.handle_error_response(None, error)
        return response

    def answer(self, parameters: dict[str, str], signed_in: SignedIn) -> HttpResponse:
        """Send a fresh code to the client; the parameters must have passed all checks."""
        request = self.create_oauth2_request(parameters)
        grant = self.get_authorization_grant(request)
        response: HttpResponse = self.create_authorization_response(request, grant_user=signed_in, grant=grant)
        return response


def read_basic(header: str) -> tuple[str, str] | None:
    """Identifier and secret of an Authorization header (RFC 6749, section 2.3.1), or None when it has none.

    Authlib's own reader fails on bytes that are not UTF-8.
    """
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, secret = base64.b64decode(token.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (unquote(name), unquote(secret)) if colon else None


def authenticate_by_basic(query_client: Callable[[str], Client | None], request: Any) -> Client:
    """The client that proved itself; an unknown one and a wrong secret meet the same refusal (401)."""
    given = read_basic(request.headers.get("Authorization", ""))
    client = query_client(given[0]) if given else None
    if given is None or client is None or not client.check_client_secret(given[1]):
        raise InvalidClientError(status_code=401, description="The client did not prove itself.")
    return client


def _make_server() -> Server:
    server = Server(Client, AccessToken)
    server.load_config(
        {
            "access_token_generator": lambda *args, **kwargs: secrets.token_urlsafe(32),
            "token_expires_in": {"authorization_code": int(TOKEN_LIFE.total_seconds())},
        }
    )
    server.register_client_auth_method("client_secret_basic", authenticate_by_basic)
    server.register_grant(CodeGrant, [OpenIDCode(), CodeChallenge(required=True)])
    return server


server = _make_server()
