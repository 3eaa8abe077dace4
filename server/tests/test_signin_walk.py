"""Signing in through the pages, with a provider over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone
from portal_stage import HOLDER_TCKN, STRANGER_TCKN, Stage, make_stage, problem_of

from anahtar_server.audit.models import AuditEntry
from anahtar_server.portal.views import entering
from anahtar_server.signin.discovery import discovery
from anahtar_server.signin.models import SignIn
from anahtar_server.signin.oidc import OpenIdConnect
from anahtar_server.signin.stand_in import StandIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """A provider that lets the holder in, and a portal that uses it."""
    with StandIn(client_id="portal", tckn=HOLDER_TCKN, clock=timezone.now, rehearsal=True) as running:
        portal = OpenIdConnect(
            issuer=running.issuer,
            client_id="portal",
            client_secret="s3cret",
            redirect_uri="http://testserver/giris/donus/",
        )
        monkeypatch.setattr(entering, "provider", lambda: portal)
        yield running
    discovery.cache_clear()


@pytest.fixture
def stage() -> Stage:
    """A holder who is not signed in."""
    return make_stage()


def leave(stage: Stage, **fields: str) -> str:
    """Press "E-Devlet Kapısına Git" and return the address to which the gate sends the browser back."""
    away = stage.client.post("/giris/", {"next": "/muhur/", **fields})
    back = requests.get(away.headers["Location"], allow_redirects=False, timeout=3).headers["Location"]
    return urlsplit(back)._replace(scheme="", netloc="").geturl()


def walk(stage: Stage, **fields: str) -> Any:
    return stage.client.get(leave(stage, **fields))


def test_after_signing_in_one_lands_where_one_was_going(stage: Stage, gate: StandIn) -> None:
    assert walk(stage).headers["Location"] == "/muhur/"
    assert stage.client.get("/muhur/").status_code == 200
    kept = SignIn.objects.get()
    assert (kept.holder, kept.method, kept.level) == (stage.holder, "e-devlet-sifresi", "substantial")
    assert kept.assertion.count(".") == 2
    assert kept.nonce == gate.asked[0]["nonce"]


def test_signing_in_is_audited_without_saying_who_by_number(stage: Stage, gate: StandIn) -> None:
    walk(stage)
    row = AuditEntry.objects.get(act="signed-in")
    assert (row.actor, row.subject) == ("gate", f"holder:{stage.holder.pk}")
    assert HOLDER_TCKN not in row.facts


def test_the_session_gets_a_new_key(stage: Stage, gate: StandIn) -> None:
    address = leave(stage)
    before = stage.client.cookies[settings.SESSION_COOKIE_NAME].value
    stage.client.get(address)
    assert stage.client.cookies[settings.SESSION_COOKIE_NAME].value != before
    assert not Session.objects.filter(pk=before).exists()


def test_a_person_whom_nobody_registered_is_refused(stage: Stage, gate: StandIn) -> None:
    gate.tckn = "10000000214"
    assert problem_of(walk(stage)) == (403, "not-a-holder")
    assert SignIn.objects.count() == 0
    assert AuditEntry.objects.get(act="sign-in-refused").subject == "anyone"
    assert stage.client.get("/nes/").status_code == 302


@pytest.mark.parametrize(
    "bent",
    [{"iss": "http://127.0.0.1:9"}, {"iss": ""}, {"code": ""}, {"error": "access_denied", "code": ""}, {"error": "x"}],
)
def test_an_answer_that_is_not_right_lets_nobody_in(stage: Stage, gate: StandIn, bent: dict[str, Any]) -> None:
    gate.bend_answer = lambda answer: {**answer, **bent}
    assert problem_of(walk(stage)) == (403, "sign-in-refused")
    assert SignIn.objects.count() == 0
    assert AuditEntry.objects.filter(act="sign-in-refused").count() == 1


def test_a_bent_statement_lets_nobody_in(stage: Stage, gate: StandIn) -> None:
    gate.bend = lambda claims: {**claims, "nonce": "another"}
    assert problem_of(walk(stage)) == (403, "sign-in-refused")
    assert '"nonce"' in AuditEntry.objects.get(act="sign-in-refused").facts


def test_an_answer_counts_once_and_the_back_button_does_no_harm(stage: Stage, gate: StandIn) -> None:
    address = leave(stage)
    assert stage.client.get(address).headers["Location"] == "/muhur/"
    assert stage.client.get(address).headers["Location"] == "/"
    assert SignIn.objects.count() == 1


def test_an_answer_in_another_browser_lets_nobody_in(stage: Stage, gate: StandIn) -> None:
    address = leave(stage)
    assert problem_of(type(stage.client)().get(address)) == (403, "sign-in-refused")


def test_a_parameter_that_stands_twice_is_refused(stage: Stage, gate: StandIn) -> None:
    assert problem_of(stage.client.get(leave(stage) + "&code=code-1")) == (403, "sign-in-refused")


def test_two_windows_may_sign_in_side_by_side(stage: Stage, gate: StandIn) -> None:
    first, second = leave(stage), leave(stage, next="/nes/")
    assert stage.client.get(first).headers["Location"] == "/muhur/"
    assert stage.client.get(second).headers["Location"] == "/nes/"


def test_signing_in_again_asks_for_the_person_and_wants_it_done_now(stage: Stage, gate: StandIn) -> None:
    stage.sign_in(ago=timedelta(minutes=30))
    assert walk(stage, next="/nes/pin/", yeniden="1").headers["Location"] == "/nes/pin/"
    assert gate.asked[0]["prompt"] == "login"
    assert stage.client.get("/nes/pin/").status_code == 200
    gate.authenticated_at = timezone.now() - timedelta(minutes=30)
    assert problem_of(walk(stage, next="/nes/pin/", yeniden="1")) == (403, "sign-in-refused")


def test_another_person_takes_nothing_over(stage: Stage, gate: StandIn) -> None:
    walk(stage)
    opened = stage.open()
    gate.tckn = STRANGER_TCKN
    walk(stage, yeniden="1")
    assert problem_of(stage.client.get(opened)) == (404, "page-not-found")


def test_a_gate_that_is_gone_is_told_as_a_page(stage: Stage, gate: StandIn) -> None:
    gate.bend_metadata = lambda said: {}
    discovery.cache_clear()
    assert problem_of(stage.client.post("/giris/", {"next": "/nes/"})) == (403, "sign-in-refused")


@pytest.mark.parametrize("away", ["https://evil.example/", "//evil.example/", "/giris/?next=/giris/", "/cikis/"])
def test_after_signing_in_nobody_is_sent_away(stage: Stage, gate: StandIn, away: str) -> None:
    assert walk(stage, next=away).headers["Location"] == "/"
