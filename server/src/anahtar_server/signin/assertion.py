"""The provider's signed statement about a person (the ID token), checked without asking anybody.

The portal checks it at sign-in; the key service checks the stored one again for itself, with keys it fetched itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from anahtar_server.people.rules import checked_tckn
from anahtar_server.signin.discovery import fetch_keys
from anahtar_server.signin.rules import AnswerWrong, Level, Reason, check_addressee, check_times

__all__ = ["ALGORITHMS", "Claims", "check_assertion", "fetch_keys"]

ALGORITHMS = ["ES256", "ES384", "PS256", "RS256"]
"""Signatures with a public key only: with `none` or a shared secret everybody could write the statement."""

LONGEST_TOKEN = 16 * 1024
_LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What the provider says of a person and of how they signed in. It prints nothing about the person."""

    issuer: str
    subject: str = field(repr=False)
    tckn: str = field(repr=False)
    given_name: str = field(repr=False)
    family_name: str = field(repr=False)
    birth_date: date | None = field(repr=False)
    authenticated_at: datetime
    issued_at: datetime
    expires_at: datetime
    level: Level
    method: str
    methods: tuple[str, ...]
    session: str = field(repr=False)
    nonce: str = field(repr=False)
    algorithm: str
    at_hash: object = field(repr=False)


def check_assertion(
    token: str,
    keys: KeySet,
    issuer: str,
    client_id: str,
    nonce: str,
    now: datetime,
    kept: timedelta = timedelta(0),
) -> Claims:
    """Return what the token says, if `issuer` signed it for `client_id` and `nonce` and it is in time.

    `kept`: how long after its end a stored token still counts (the key service looks back at a sign-in).
    Raises AnswerWrong with the check that failed. OpenID Connect Core 1.0 section 3.1.3.7.
    """
    raw, algorithm = _signed(token, keys)
    check_addressee(raw, issuer=issuer, client_id=client_id, nonce=nonce)
    claims = _read(raw, algorithm)
    check_times(claims.issued_at, claims.expires_at, now, kept)
    return claims


def _signed(token: str, keys: KeySet) -> tuple[Mapping[str, Any], str]:
    if len(token) > LONGEST_TOKEN:
        raise AnswerWrong(Reason.TOKEN)
    registry = JWSRegistry(algorithms=ALGORITHMS)
    try:
        decoded = jwt.decode(token, keys, algorithms=ALGORITHMS, registry=registry)
        return decoded.claims, str(decoded.header["alg"])
    except InvalidKeyIdError:
        raise AnswerWrong(Reason.KEY_UNKNOWN) from None
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise AnswerWrong(Reason.TOKEN) from None


def _read(raw: Mapping[str, Any], algorithm: str) -> Claims:
    return Claims(
        issuer=raw["iss"],
        subject=_text(raw, "sub", Reason.SUBJECT),
        tckn=_tckn(raw),
        given_name=_text(raw, "given_name", Reason.PERSON),
        family_name=_text(raw, "family_name", Reason.PERSON),
        birth_date=_date(raw.get("birthdate")),
        authenticated_at=_time(raw, "auth_time", Reason.AUTH_TIME),
        issued_at=_time(raw, "iat", Reason.TIME),
        expires_at=_time(raw, "exp", Reason.TIME),
        level=_level(raw),
        method=str(raw.get("giris_yontemi") or "")[:40],
        methods=_methods(raw.get("amr")),
        session=str(raw.get("sid") or "")[:_LONGEST_TEXT],
        nonce=raw["nonce"],
        algorithm=algorithm,
        at_hash=raw.get("at_hash"),
    )


def _text(raw: Mapping[str, Any], name: str, reason: Reason) -> str:
    value = raw.get(name)
    if not isinstance(value, str) or not 0 < len(value.strip()) <= _LONGEST_TEXT:
        raise AnswerWrong(reason)
    return value.strip()


def _tckn(raw: Mapping[str, Any]) -> str:
    try:
        return checked_tckn(_text(raw, "tckn", Reason.TCKN))
    except ValueError:
        raise AnswerWrong(Reason.TCKN) from None


def _time(raw: Mapping[str, Any], name: str, reason: Reason) -> datetime:
    value = raw.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise AnswerWrong(reason)
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        raise AnswerWrong(reason) from None


def _level(raw: Mapping[str, Any]) -> Level:
    try:
        return Level(raw.get("acr", ""))
    except ValueError:
        raise AnswerWrong(Reason.LEVEL) from None


def _methods(value: object) -> tuple[str, ...]:
    return tuple(str(method)[:20] for method in value[:10]) if isinstance(value, list) else ()


def _date(value: object) -> date | None:
    """The birth date helps no check here: a register has its own, so a missing one is no fault."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
