"""What the gate says about a person and a sign-in."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Any

from anahtar_gate.methods.registry import method
from anahtar_gate.people.models import Person
from anahtar_gate.provider.models import AuthorizationCode, Client
from anahtar_gate.provider.rules import ID_TOKEN_LIFE


def pairwise_subject(person: Person, client: Client) -> str:
    """A name for the person that stays the same for this sector and says nothing to another.

    HMAC-SHA-256 of the sector under the person's own secret seed, base64url (OpenID Connect Core 1.0, section 8.1).
    """
    digest = hmac.new(bytes.fromhex(person.subject_seed), client.sector.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def person_claims(code: AuthorizationCode) -> dict[str, Any]:
    """The claims of the userinfo answer; the ID token holds them too."""
    person, used = code.person, method(code.method)
    return {
        "sub": pairwise_subject(person, code.client),
        "tckn": person.tckn,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "birthdate": person.birth_date.isoformat(),
        "auth_time": int(code.auth_time.timestamp()),
        "acr": str(used.acr),
        "amr": list(used.amr),
        "giris_yontemi": used.key,
        "sid": code.sid,
    }


def id_token_claims(code: AuthorizationCode, *, issuer: str, at_hash: str, now: datetime) -> dict[str, Any]:
    """The claims of the ID token (OpenID Connect Core 1.0, section 2)."""
    claims = {
        "iss": issuer,
        "aud": code.client.client_id,
        "iat": int(now.timestamp()),
        "exp": int((now + ID_TOKEN_LIFE).timestamp()),
        "at_hash": at_hash,
        **person_claims(code),
    }
    return {**claims, "nonce": code.nonce} if code.nonce else claims
