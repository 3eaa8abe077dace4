"""The provider's signed statement, each check broken once."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from anahtar_server.signin.assertion import Claims, check_assertion
from anahtar_server.signin.rules import AnswerWrong, Level, Reason
from anahtar_server.signin.stand_in import Signer

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TCKN = "10000000146"
ISSUER, CLIENT, NONCE = "https://kapi.example", "anahtar-portal", "a-nonce"

SIGNER = Signer(issuer=ISSUER, client_id=CLIENT, rehearsal=True)


def said(**changed: Any) -> dict[str, Any]:
    claims = {**SIGNER.claims(tckn=TCKN, nonce=NONCE, now=NOW), **changed}
    return {name: value for name, value in claims.items() if value is not None}


def check(token: str, keys: KeySet | None = None, now: datetime = NOW, kept: timedelta = timedelta(0)) -> Claims:
    return check_assertion(token, keys or SIGNER.public_keys, ISSUER, CLIENT, NONCE, now, kept)


def reason_of(token: str, **given: Any) -> Reason:
    with pytest.raises(AnswerWrong) as caught:
        check(token, **given)
    return caught.value.reason


def test_a_right_statement_is_read() -> None:
    claims = check(SIGNER.sign(said()))
    assert (claims.tckn, claims.level, claims.authenticated_at) == (TCKN, Level.SUBSTANTIAL, NOW)
    assert claims.method == "e-devlet-sifresi"
    assert claims.methods == ("pwd", "otp")


def test_the_claims_do_not_print_the_person() -> None:
    assert TCKN not in repr(check(SIGNER.sign(said())))


@pytest.mark.parametrize(
    ("claim", "value", "reason"),
    [
        ("iss", "https://other.example", Reason.ISSUER),
        ("iss", None, Reason.ISSUER),
        ("aud", "another-client", Reason.AUDIENCE),
        ("aud", [CLIENT, "another-client"], Reason.AUDIENCE),
        ("aud", None, Reason.AUDIENCE),
        ("azp", "another-client", Reason.AUDIENCE),
        ("nonce", "another", Reason.NONCE),
        ("nonce", None, Reason.NONCE),
        ("nonce", 7, Reason.NONCE),
        ("exp", int((NOW - timedelta(minutes=1)).timestamp()), Reason.TIME),
        ("exp", None, Reason.TIME),
        ("exp", 10**30, Reason.TIME),
        ("iat", int((NOW + timedelta(minutes=2)).timestamp()), Reason.TIME),
        ("iat", "soon", Reason.TIME),
        ("auth_time", None, Reason.AUTH_TIME),
        ("auth_time", True, Reason.AUTH_TIME),
        ("acr", None, Reason.LEVEL),
        ("acr", "very high", Reason.LEVEL),
        ("acr", ["high"], Reason.LEVEL),
        ("sub", "", Reason.SUBJECT),
        ("sub", None, Reason.SUBJECT),
        ("tckn", "10000000147", Reason.TCKN),
        ("tckn", "١٠٠٠٠٠٠٠١٤٦", Reason.TCKN),
        ("tckn", None, Reason.TCKN),
        ("given_name", None, Reason.PERSON),
        ("family_name", "x" * 300, Reason.PERSON),
    ],
)
def test_a_statement_with_one_wrong_claim_is_refused(claim: str, value: Any, reason: Reason) -> None:
    assert reason_of(SIGNER.sign(said(**{claim: value}))) is reason


def test_a_nonce_that_was_never_given_matches_nothing() -> None:
    with pytest.raises(AnswerWrong):
        check_assertion(SIGNER.sign(said(nonce="")), SIGNER.public_keys, ISSUER, CLIENT, "", NOW)


def test_a_stored_statement_counts_for_a_while_after_its_end() -> None:
    token, later = SIGNER.sign(said()), NOW + timedelta(minutes=40)
    assert reason_of(token, now=later) is Reason.TIME
    assert check(token, now=later, kept=timedelta(hours=1)).tckn == TCKN


def by_hand(header: dict[str, Any], secret: bytes) -> str:
    """Write a token without the library, which would not help to forge one."""
    parts = [urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, said())]
    mac = hmac.digest(secret, b".".join(parts), "sha256") if secret else b""
    return b".".join([*parts, urlsafe_b64encode(mac).rstrip(b"=")]).decode()


def test_an_unsigned_statement_is_refused() -> None:
    assert reason_of(by_hand({"alg": "none"}, b"")) is Reason.TOKEN
    assert reason_of(by_hand({"alg": "none", "kid": SIGNER.key.kid}, b"")) is Reason.TOKEN


def test_a_statement_signed_with_the_public_key_as_a_shared_secret_is_refused() -> None:
    header = {"alg": "HS256", "kid": SIGNER.key.kid}
    assert reason_of(by_hand(header, SIGNER.key.as_pem(private=False))) is Reason.TOKEN


def test_a_key_that_the_provider_does_not_publish_is_refused() -> None:
    stranger = ECKey.generate_key("P-256", {"kid": "stranger"})
    forged = jwt.encode({"alg": "ES256", "kid": "stranger"}, said(), stranger)
    assert reason_of(forged) is Reason.KEY_UNKNOWN


def test_a_stranger_under_the_name_of_a_known_key_is_refused() -> None:
    stranger = ECKey.generate_key("P-256", {"kid": "stand-in"})
    assert reason_of(jwt.encode({"alg": "ES256", "kid": "stand-in"}, said(), stranger)) is Reason.TOKEN


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "a.b",
        "a.b.c",
        "a.b.c.d",
        "é.é.é",
        "x" * 20_000,
        "W10.W10.W10",
        "e30.e30.",
        "bnVsbA.e30.",
        "Ww" * 4000 + ".e30.",
    ],
)
def test_rubbish_is_refused(token: str) -> None:
    assert reason_of(token) is Reason.TOKEN


def test_the_pretend_signer_refuses_to_work_in_earnest() -> None:
    with pytest.raises(RuntimeError):
        Signer(issuer=ISSUER, client_id=CLIENT, rehearsal=False)
