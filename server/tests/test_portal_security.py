"""What keeps other sites, guessers and old pages from acting: headers, origins, limits, cookies."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from portal_stage import Stage, make_stage, problem_of

from anahtar_server.limits.models import Hit
from anahtar_server.portal import rules
from anahtar_server.unlock.models import Unlock

pytestmark = pytest.mark.django_db
FOR_EVERYBODY = {
    "landing", "online_islemler", "yardim", "yardim_konusu", "yardim_kodu", "security_txt", "dil", "giris",
    "giris_donus", "cikis", "itiraz", "indirilen",
}  # fmt: skip


@pytest.fixture
def stage() -> Stage:
    """A signed-in holder."""
    made = make_stage()
    made.sign_in()
    return made


def addresses(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, str]]:
    """Every page's name with an address of its shape."""
    for pattern in patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, path)
        elif not path.startswith("api/"):
            yield str(pattern.name), "/" + fill(path)


def fill(path: str) -> str:
    nobody = "00000000-0000-0000-0000-000000000000"
    for converter, value in (("<uuid:firm>", nobody), ("<uuid:one>", nobody), ("<str:form>", "pem")):
        path = path.replace(converter, value)
    for converter in ("<str:serial>", "<str:name>", "<str:code>", "<str:slug>", "<path:place>"):
        path = path.replace(converter, "x")
    return path


PAGES = sorted(addresses(get_resolver().url_patterns))


def test_every_answer_of_every_page_has_its_security_headers() -> None:
    client = Client()
    for name, address in PAGES:
        for method in ("get", "post", "put"):
            headers = getattr(client, method)(address).headers
            assert "default-src 'none'" in headers["Content-Security-Policy"], name
            assert "unsafe" not in headers["Content-Security-Policy"], name
            assert headers["X-Frame-Options"] == "DENY", name
            assert headers["X-Content-Type-Options"] == "nosniff", name
            assert headers["Referrer-Policy"] == "same-origin", name
            assert headers["Cross-Origin-Opener-Policy"] == "same-origin", name
            assert headers["Cross-Origin-Resource-Policy"] == "same-origin", name
            assert "usb=()" in headers["Permissions-Policy"], name


def test_every_page_but_those_for_everybody_sends_strangers_to_the_entrance() -> None:
    client = Client()
    for name, address in PAGES:
        if name not in FOR_EVERYBODY:
            answers = [client.get(address), client.post(address)]
            for answer in answers:
                entrance = answer.status_code == 302 and answer.headers["Location"].startswith("/giris/?")
                assert entrance or problem_of(answer) in ((401, "sign-in-needed"), (404, "page-not-found")), name
            assert any(one.status_code in (302, 401) for one in answers), name


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:8400", "sec-fetch-site": "cross-site"},
    ],
)
def test_a_change_that_another_site_sent_is_refused(stage: Stage, headers: dict[str, str]) -> None:
    answer = stage.client.post("/nes/pin/", {"card": stage.card.serial, "duties": "on"}, headers=headers)
    assert problem_of(answer) == (403, "form-old")
    assert Unlock.objects.count() == 0


@pytest.mark.parametrize(
    "headers", [{}, {"origin": "http://localhost:8400", "sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}]
)
def test_a_change_from_our_own_pages_is_taken(stage: Stage, headers: dict[str, str]) -> None:
    answer = stage.client.post("/nes/pin/", {"card": stage.card.serial, "duties": "on"}, headers=headers)
    assert answer.status_code == 302


def test_opening_a_page_from_another_site_is_no_change(stage: Stage) -> None:
    assert stage.client.get("/nes/", headers={"sec-fetch-site": "cross-site"}).status_code == 200


def test_too_many_sign_ins_from_one_address_are_stopped() -> None:
    now = timezone.now()
    Hit.objects.bulk_create(Hit(kind="sign-in", key="127.0.0.1", at=now) for _ in range(rules.SIGN_INS))
    assert problem_of(Client().post("/giris/", {"next": "/nes/"}))[1] == "too-many"
