"""Signing in at a provider over HTTP: what is asked, what is believed, and what happens when nobody is there."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from joserfc.jwk import ECKey

from anahtar_server.signin import transport
from anahtar_server.signin.discovery import Discovery, discovery
from anahtar_server.signin.oidc import OpenIdConnect
from anahtar_server.signin.port import Identity, Kept
from anahtar_server.signin.rules import AnswerWrong, Asked, Level, Reason
from anahtar_server.signin.stand_in import StandIn

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TCKN = "10000000146"
BACK = "http://127.0.0.1:8400/giris/donus/"


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with StandIn(client_id="anahtar-portal", tckn=TCKN, clock=lambda: NOW, rehearsal=True) as running:
        yield running
    discovery.cache_clear()


def portal_at(stand_in: StandIn) -> OpenIdConnect:
    return OpenIdConnect(issuer=stand_in.issuer, client_id="anahtar-portal", client_secret="s3cret", redirect_uri=BACK)


def come_back(url: str) -> dict[str, str]:
    location = requests.get(url, allow_redirects=False, timeout=3).headers["Location"]
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def sign_in(stand_in: StandIn, asked: Asked | None = None, now: datetime = NOW) -> Identity:
    portal = portal_at(stand_in)
    url, kept = portal.begin(asked or Asked(), now=NOW)
    return portal.finish(come_back(url), kept, now=now)


def reason_of(stand_in: StandIn, **given: Any) -> Reason:
    with pytest.raises(AnswerWrong) as caught:
        sign_in(stand_in, **given)
    return caught.value.reason


def test_a_person_signs_in(stand_in: StandIn) -> None:
    identity = sign_in(stand_in)
    assert (identity.tckn, identity.level, identity.issuer) == (TCKN, Level.SUBSTANTIAL, stand_in.issuer)
    assert identity.authenticated_at == NOW
    assert TCKN not in repr(identity)


def test_the_code_is_bound_to_a_verifier_by_s256(stand_in: StandIn) -> None:
    sign_in(stand_in)
    asked, traded = stand_in.asked[0], stand_in.traded[0]
    challenge = urlsafe_b64encode(sha256(traded["code_verifier"].encode()).digest()).rstrip(b"=").decode()
    assert (asked["code_challenge_method"], asked["code_challenge"]) == ("S256", challenge)
    assert traded["authorization"] == "Basic " + b64encode(b"anahtar-portal:s3cret").decode()
    assert traded["redirect_uri"] == asked["redirect_uri"] == BACK


def test_every_beginning_has_secrets_of_its_own(stand_in: StandIn) -> None:
    portal = portal_at(stand_in)
    first, second = (portal.begin(Asked(), now=NOW)[1] for _ in range(2))
    assert len({first.state, first.nonce, first.verifier, second.state, second.nonce, second.verifier}) == 6
    assert first.nonce not in repr(first)


def test_what_is_wished_is_asked_for(stand_in: StandIn) -> None:
    sign_in(stand_in, Asked(level=Level.SUBSTANTIAL, again=True, max_age=timedelta(minutes=15)))
    asked = stand_in.asked[0]
    assert (asked["acr_values"], asked["prompt"], asked["max_age"]) == ("substantial", "login", "900")


def test_what_was_kept_survives_the_session() -> None:
    asked = Asked(level=Level.HIGH, again=True, max_age=timedelta(minutes=5))
    for wish in (asked, Asked()):
        kept = Kept(state="s", nonce="n", verifier="v", begun_at=NOW, asked=wish)
        assert Kept.from_stored(kept.stored()) == kept


def test_an_answer_of_another_issuer_is_refused_before_its_code_is_traded(stand_in: StandIn) -> None:
    stand_in.bend_answer = lambda answer: {**answer, "iss": "http://127.0.0.1:9"}
    assert reason_of(stand_in) is Reason.ISSUER_PARAMETER
    assert stand_in.traded == []


def test_an_answer_that_names_no_issuer_is_refused(stand_in: StandIn) -> None:
    stand_in.bend_answer = lambda answer: {"code": answer["code"], "state": answer["state"]}
    assert reason_of(stand_in) is Reason.ISSUER_PARAMETER


@pytest.mark.parametrize(
    ("claim", "value", "reason"),
    [("nonce", "another", Reason.NONCE), ("aud", "other", Reason.AUDIENCE), ("acr", "low", Reason.LEVEL)],
)
def test_a_bent_statement_is_refused(stand_in: StandIn, claim: str, value: str, reason: Reason) -> None:
    stand_in.bend = lambda claims: {**claims, claim: value}
    assert reason_of(stand_in, asked=Asked(level=Level.SUBSTANTIAL)) is reason


def test_an_old_session_at_the_provider_is_no_new_sign_in(stand_in: StandIn) -> None:
    stand_in.authenticated_at = NOW - timedelta(hours=2)
    assert sign_in(stand_in).authenticated_at == NOW - timedelta(hours=2)
    assert reason_of(stand_in, asked=Asked(again=True)) is Reason.AUTH_TIME


def test_a_beginning_is_over_after_a_while(stand_in: StandIn) -> None:
    assert reason_of(stand_in, now=NOW + timedelta(minutes=21)) is Reason.TIME


def test_a_new_key_of_the_provider_is_found(stand_in: StandIn) -> None:
    sign_in(stand_in)
    discovery(stand_in.issuer).clock = lambda: 1e9  # long after the keys were fetched
    discovery(stand_in.issuer).keys()
    discovery(stand_in.issuer).clock = lambda: 1e9 + 11
    stand_in.signer.key = ECKey.generate_key("P-256", {"kid": "newer", "use": "sig"})
    assert sign_in(stand_in).tckn == TCKN


def test_an_unknown_key_does_not_make_us_ask_again_and_again(stand_in: StandIn) -> None:
    known = Discovery(stand_in.issuer, clock=lambda: 0.0)
    first = known.keys()
    assert known.keys(again=True) is first


def test_metadata_are_kept_for_five_minutes(stand_in: StandIn) -> None:
    moment = [0.0]
    known = Discovery(stand_in.issuer, clock=lambda: moment[0])
    known.metadata()
    stand_in.bend_metadata = lambda said: {**said, "issuer": "http://other"}
    moment[0] = 299.0
    known.metadata()
    moment[0] = 300.0
    with pytest.raises(AnswerWrong):
        known.metadata()


@pytest.mark.parametrize(
    "bent",
    [
        {"issuer": "https://other.example"},
        {"token_endpoint": "ftp://127.0.0.1/"},
        {"jwks_uri": None},
        {"authorization_endpoint": ["http://127.0.0.1/"]},
        {"padding": "x" * 300_000},
    ],
)
def test_strange_metadata_are_refused(stand_in: StandIn, bent: dict[str, Any]) -> None:
    stand_in.bend_metadata = lambda said: {**said, **bent}
    with pytest.raises(AnswerWrong):
        Discovery(stand_in.issuer).metadata()


def test_nobody_there_is_told_from_a_wrong_answer() -> None:
    with pytest.raises(AnswerWrong) as caught:
        Discovery("http://127.0.0.1:9").metadata()
    assert caught.value.reason is Reason.PROVIDER_GONE


def test_a_slow_answer_is_given_up_as_a_whole(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter([0.0, transport.TIMEOUT_SECONDS + 1])
    monkeypatch.setattr(transport.Bounded, "clock", lambda _self: next(ticks))
    with pytest.raises(AnswerWrong) as caught:
        Discovery(stand_in.issuer).metadata()
    assert caught.value.reason is Reason.PROVIDER_GONE


def half(access_token: str) -> str:
    return urlsafe_b64encode(sha256(access_token.encode()).digest()[:16]).decode().rstrip("=")


def test_an_access_token_that_the_statement_names_is_believed(stand_in: StandIn) -> None:
    stand_in.bend = lambda claims: {**claims, "at_hash": half("none")}
    assert sign_in(stand_in).tckn == TCKN


@pytest.mark.parametrize("said", [half("another"), "", 7])
def test_another_access_token_than_the_statement_names_is_refused(stand_in: StandIn, said: object) -> None:
    stand_in.bend = lambda claims: {**claims, "at_hash": said}
    assert reason_of(stand_in) is Reason.ACCESS_TOKEN


def test_the_provider_is_told_the_language_of_the_page(stand_in: StandIn) -> None:
    url, _ = portal_at(stand_in).begin(Asked(), now=NOW, language="en")
    assert parse_qs(urlsplit(url).query)["ui_locales"] == ["en"]
