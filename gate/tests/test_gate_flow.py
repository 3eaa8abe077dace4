"""The whole way: from the client's request to an ID token and the userinfo answer."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import KeySet

from anahtar_gate.provider.models import AuthorizationCode


def claims_of(visitor: Any, answer: Any) -> dict[str, Any]:
    """The claims of the ID token, checked with the published key."""
    keys = KeySet.import_key_set(visitor.browser.get("/jwks.json").json())
    return jwt.decode(answer.json()["id_token"], keys, ["ES256"]).claims


def test_a_person_signs_in_and_the_client_learns_who_it_is(visitor: Any) -> None:
    before = int(time.time())
    answer = visitor.sign_in().trade()
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    claims = claims_of(visitor, answer)
    assert claims["iss"] == visitor.issuer
    assert claims["aud"] == visitor.client_id
    assert claims["nonce"] == "nonce-1"
    assert claims["tckn"] == visitor.tckn
    assert (claims["given_name"], claims["family_name"], claims["birthdate"]) == ("Işıl", "Örnek", "1990-02-03")
    assert claims["acr"] == "substantial"
    assert claims["amr"] == ["pwd", "otp", "mfa"]
    assert claims["giris_yontemi"] == "e-devlet-sifresi"
    assert before <= claims["auth_time"] <= time.time()
    assert claims["exp"] - claims["iat"] == 300
    assert len(claims["sid"]) >= 16
    assert claims["sub"] not in ("", visitor.tckn)


def test_the_answer_brings_state_and_issuer(visitor: Any) -> None:
    answer = visitor.sign_in().answer
    assert answer["state"] == "durum & state"
    assert answer["iss"] == visitor.issuer


def test_a_request_may_come_without_state_and_nonce(visitor: Any) -> None:
    answer = visitor.sign_in(state=None, nonce=None).answer
    assert set(answer) == {"code", "iss"}
    assert "nonce" not in claims_of(visitor, visitor.trade())


def test_userinfo_says_the_same_as_the_id_token(visitor: Any) -> None:
    answer = visitor.sign_in().trade()
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    told = visitor.browser.get("/userinfo", headers=bearer).json()
    claims = claims_of(visitor, answer)
    assert told == {name: claims[name] for name in told}
    assert told["tckn"] == visitor.tckn


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer nothing"}, {"Authorization": "Basic Zm9v"}])
def test_userinfo_is_refused_without_a_live_token(visitor: Any, header: dict[str, str]) -> None:
    answer = visitor.browser.get("/userinfo", headers=header)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_code_works_once_and_its_second_use_ends_the_first_token(visitor: Any) -> None:
    code = visitor.sign_in().answer["code"]
    first = visitor.trade(code)
    second = visitor.trade(code)
    assert (second.status_code, second.json()["error"]) == (400, "invalid_grant")
    bearer = {"Authorization": f"Bearer {first.json()['access_token']}"}
    assert visitor.browser.get("/userinfo", headers=bearer).status_code == 401


def test_a_code_older_than_a_minute_is_refused(visitor: Any) -> None:
    code = visitor.sign_in().answer["code"]
    stored = AuthorizationCode.objects.get()
    assert timedelta(seconds=55) < stored.expires_at - timezone.now() <= timedelta(seconds=60)
    AuthorizationCode.objects.update(expires_at=timezone.now())
    assert visitor.trade(code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"code_verifier": "w" * 43}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_request"),
        ({"redirect_uri": "http://localhost:8400/elsewhere"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"code": "ş"}, "invalid_grant"),
    ],
)
def test_a_wrong_trade_is_refused(visitor: Any, change: dict[str, str], error: str) -> None:
    answer = visitor.sign_in().trade(**change)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_a_client_with_a_wrong_secret_gets_nothing_and_the_code_lives_on(visitor: Any) -> None:
    visitor.sign_in()
    refused = visitor.trade(secret="guess")
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert refused["WWW-Authenticate"].startswith("Basic")
    assert visitor.trade().status_code == 200


@pytest.mark.parametrize("header", [None, "Basic !", "Basic /w==", "Basic bm9jb2xvbg==", "Bearer x"])
def test_a_client_that_shows_no_secret_is_refused(visitor: Any, header: str | None) -> None:
    headers = {"Authorization": header} if header else {}
    form = {"grant_type": "authorization_code", "code": "x", "client_id": visitor.client_id}
    answer = visitor.browser.post("/token", form, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_token_parameters_in_the_address_or_twice_are_refused(visitor: Any) -> None:
    for answer in (
        visitor.browser.post("/token?grant_type=authorization_code", {}),
        visitor.browser.post("/token", {"code": ["a", "b"]}),
    ):
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_two_sectors_know_a_person_by_different_names(visitor: Any, person: Any) -> None:
    from anahtar_gate.provider.claims import pairwise_subject
    from anahtar_gate.provider.models import Client

    here, there = (Client(redirect_uris=[f"https://{host}/back"]) for host in ("a.example", "b.example"))
    assert pairwise_subject(person, here) == pairwise_subject(person, here)
    assert pairwise_subject(person, here) != pairwise_subject(person, there)


def test_no_code_or_token_lies_in_the_database_in_clear(visitor: Any) -> None:
    from anahtar_gate.provider.models import AccessToken

    code = visitor.sign_in().answer["code"]
    token = visitor.trade(code).json()["access_token"]
    stored = str([*AuthorizationCode.objects.values(), *AccessToken.objects.values()])
    assert code not in stored
    assert token not in stored


def test_discovery_names_what_the_gate_can_do(visitor: Any) -> None:
    told = visitor.browser.get("/.well-known/openid-configuration").json()
    assert told["issuer"] == visitor.issuer
    assert told["response_types_supported"] == ["code"]
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["acr_values_supported"] == ["substantial"]
    assert told["id_token_signing_alg_values_supported"] == ["ES256"]
    assert told["authorization_response_iss_parameter_supported"] is True


def test_the_published_key_is_public(visitor: Any) -> None:
    (key,) = visitor.browser.get("/jwks.json").json()["keys"]
    assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("EC", "P-256", "ES256", "sig")
    assert "d" not in key
