"""Tables of the protocol: clients, codes, access tokens. Codes and tokens are kept as hashes only."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from django.db import models
from django.utils.crypto import constant_time_compare

from anahtar_gate.people.models import Person


def hashed(secret: str) -> str:
    """SHA-256 in hex; enough for secrets drawn with at least 128 bits of chance, never for passwords."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Client(models.Model):
    """A relying party. The methods below are what Authlib asks of a client (its ClientMixin)."""

    client_id = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=80)
    secret_hash = models.CharField(max_length=64)
    redirect_uris = models.JSONField()
    post_logout_redirect_uris = models.JSONField(default=list)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.client_id

    @property
    def sector(self) -> str:
        """What a person's subject is pairwise to (OpenID Connect Core 1.0, section 8.1)."""
        return urlsplit(self.redirect_uris[0]).hostname or ""

    def get_client_id(self) -> str:
        """The identifier."""
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        """None: every request must say its redirect URI."""

    def get_allowed_scope(self, scope: str | None) -> str:
        """The scopes granted; unknown ones are left out (OpenID Connect Core 1.0, section 3.1.2.1)."""
        return " ".join(one for one in (scope or "").split() if one in ("openid", "profile"))

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """True for a registered URI, compared as a string (RFC 9700, section 2.1)."""
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        """Compare in constant time."""
        return constant_time_compare(self.secret_hash, hashed(client_secret))

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """True for client_secret_basic alone, at every endpoint."""
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        """True for the code flow."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """True for the code grant."""
        return grant_type == "authorization_code"


class AuthorizationCode(models.Model):
    """One code, with everything that its ID token will say. Authlib asks for the ``get_`` methods."""

    code_hash = models.CharField(max_length=64, primary_key=True)
    client = models.ForeignKey(Client, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    redirect_uri = models.CharField(max_length=2048)
    scope = models.CharField(max_length=200)
    nonce = models.CharField(max_length=2048, blank=True)
    code_challenge = models.CharField(max_length=43)
    auth_time = models.DateTimeField()
    method = models.CharField(max_length=40)
    sid = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)
    replayed_at = models.DateTimeField(null=True)

    code_challenge_method = "S256"

    def __str__(self) -> str:
        return f"code of {self.client_id}"

    def get_redirect_uri(self) -> str:
        """The URI the code was sent to."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """The scopes granted."""
        return self.scope


class AccessToken(models.Model):
    """A bearer token for the userinfo endpoint."""

    token_hash = models.CharField(max_length=64, primary_key=True)
    code = models.ForeignKey(AuthorizationCode, on_delete=models.CASCADE)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"access token of {self.code.client_id}"
