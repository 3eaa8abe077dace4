"""The page of the web password."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.utils import timezone
from portal_stage import Stage, make_stage, problem_of, soup

from anahtar_server.confirmation.models import WebPassword
from anahtar_server.notices.models import OutboxMessage
from anahtar_server.signin.models import SignIn

pytestmark = pytest.mark.django_db
GOOD = "dört kuş ve bir köprü"


@pytest.fixture
def stage() -> Stage:
    """A holder who signed in just now and has confirmed."""
    made = make_stage()
    made.sign_in()
    made.confirm(str(made.client.post("/web-parola/").headers["Location"]))
    return made


def send(stage: Stage, password: str, again: str) -> Any:
    return stage.client.post("/web-parola/", {"password": password, "password_again": again})


def standing(stage: Stage) -> str:
    element = soup(stage.client.get("/web-parola/")).find(id="web-parola-durumu")
    assert element is not None
    return str(element["data-state"])


def test_a_web_password_is_set_and_counts_after_a_day(stage: Stage) -> None:
    assert standing(stage) == "none"
    assert send(stage, GOOD, GOOD).headers["Location"] == "/web-parola/"
    assert check_password(GOOD, WebPassword.objects.get(holder=stage.holder).encoded)
    assert standing(stage) == "new"
    WebPassword.objects.update(set_at=timezone.now() - timedelta(hours=25))
    assert standing(stage) == "usable"


@pytest.mark.parametrize(
    ("password", "again", "field"),
    [
        ("kısa", "kısa", "id_password"),
        ("aaaaaaaaaaaa", "aaaaaaaaaaaa", "id_password"),
        ("", "", "id_password"),
        ("x" * 129, "x" * 129, "id_password"),
        (GOOD, GOOD + " ", "id_password_again"),
        (GOOD, "", "id_password_again"),
    ],
)
def test_a_password_against_the_rule_is_refused_beside_its_field(
    stage: Stage, password: str, again: str, field: str
) -> None:
    answer = send(stage, password, again)
    assert (answer.status_code, WebPassword.objects.count()) == (422, 0)
    page = soup(answer)
    assert page.find(id=f"{field}_error") is not None
    assert page.select_one(f"#error-summary a[href='#{field}']") is not None
    if password.strip():
        assert password not in answer.content.decode()


def test_a_web_password_needs_a_sign_in_of_the_last_minutes(stage: Stage) -> None:
    stage.sign_in(ago=timedelta(minutes=6))
    assert stage.client.get("/web-parola/").headers["Location"] == "/giris/?next=%2Fweb-parola%2F&yeniden=1"
    assert problem_of(send(stage, GOOD, GOOD)) == (401, "sign-in-stale")
    assert WebPassword.objects.count() == 0


@pytest.mark.parametrize("level", ["substantial", "high"])
def test_without_a_confirmation_no_password_is_set_at_any_level(level: str) -> None:
    made = make_stage()
    made.sign_in()
    SignIn.objects.update(level=level)
    page = soup(made.client.get("/web-parola/"))
    assert (page.find(id="id_password"), page.find(id="web-parola-onay") is not None) == (None, True)
    assert send(made, GOOD, GOOD).headers["Location"].startswith("/onay/")
    assert WebPassword.objects.count() == 0


def test_a_confirmation_sets_one_password_only(stage: Stage) -> None:
    send(stage, GOOD, GOOD)
    assert send(stage, GOOD + "!", GOOD + "!").headers["Location"].startswith("/onay/")
    assert check_password(GOOD, WebPassword.objects.get(holder=stage.holder).encoded)


def test_a_new_password_is_told_on_every_line_with_a_way_to_object(stage: Stage) -> None:
    send(stage, GOOD, GOOD)
    texts = {one.channel: one.text for one in OutboxMessage.objects.filter(key__startswith="web-password-set:")}
    assert set(texts) == {"sms", "email"}
    assert all("/itiraz" in text and GOOD not in text for text in texts.values())
