"""A sign-in that ends in the middle of a form: told as a page, nothing done, and nothing typed is lost but secrets."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from portal_stage import Stage, make_stage, problem_of, soup
from test_portal_security import PAGES

from anahtar_server.audit.models import AuditEntry
from anahtar_server.people.acts import register_representative
from anahtar_server.people.models import Firm
from anahtar_server.signin.models import SignIn
from anahtar_server.signin.rules import SIGNED_IN_FOR

pytestmark = pytest.mark.django_db
SECRET = "dört kuş ve köprü"  # typed by a test


@dataclass(frozen=True)
class Form:
    """A form: the page on which it stands, where it goes, what is typed, and how that looks when it stands there."""

    page: str
    goes: str = ""
    typed: dict[str, str] = field(default_factory=dict)
    stands: tuple[str, ...] = ()


FORMS: dict[str, Form] = {
    "nes_pin": Form(
        "/nes/pin/",
        typed={"card": "A0" * 12, "entered": "hayir", "duties": "on"},
        stands=("#card-" + "A0" * 12 + "[checked]", "#entered-hayir[checked]", "#id_duties[checked]"),
    ),
    "muhur_pin": Form(
        "{firm}pin/",
        typed={"card": "B0" * 12, "entered": "bilmiyorum", "duties": "on"},
        stands=("#entered-bilmiyorum[checked]", "#id_duties[checked]"),
    ),
    "nes_askiya_al": Form("/nes/sertifika/0a01/askiya-al/"),
    "nes_askidan_indir": Form("/nes/sertifika/0a01/askidan-indir/"),
    "nes_iptal": Form(
        "/nes/sertifika/0a01/iptal/",
        typed={"reason": "1", "last_four": "0a01"},
        stands=("#id_last_four[value='0a01']", "input[name=reason][value='1'][checked]"),
    ),
    "nes_kart_kayip": Form(f"/nes/kart/{'A0' * 12}/kayip/"),
    "nes_kart_bulundu": Form(f"/nes/kart/{'A0' * 12}/bulundu/"),
    "muhur_askiya_al": Form("{firm}sertifika/0b01/askiya-al/"),
    "muhur_askidan_indir": Form("{firm}sertifika/0b01/askidan-indir/"),
    "muhur_iptal": Form(
        "{firm}sertifika/0b01/iptal/", typed={"last_four": "0b01"}, stands=("#id_last_four[value='0b01']",)
    ),
    "muhur_kart_kayip": Form(f"{{firm}}kart/{'B0' * 12}/kayip/"),
    "muhur_kart_bulundu": Form(f"{{firm}}kart/{'B0' * 12}/bulundu/"),
    "muhur_karar": Form("{question}", typed={"yanit": "evet"}),
    "muhur_karar_sayisi": Form(
        "{firm}kararlar/", goes="{firm}kararlar/sayi/", typed={"sayi": "1"}, stands=("#sayi-1[checked]",)
    ),
    "oturum_kapat": Form("/oturumlar/", goes="/oturumlar/kapat/"),
    "iletisim": Form(
        "/iletisim/",
        typed={"channel": "email", "address": "yeni@example.org"},
        stands=("#channel-email[checked]", "#id_address[value='yeni@example.org']"),
    ),
    "iletisim_kaldir": Form("/iletisim/", goes="/iletisim/kaldir/", typed={"hat": "1"}),
    "web_parola": Form("/web-parola/", typed={"password": SECRET, "password_again": SECRET}),
    "onay": Form("{onay}", typed={"onay": SECRET}),
    "islem_yenile": Form("{islem}", goes="{islem}yenile/"),
    "islem_vazgec": Form("{islem}", goes="{islem}vazgec/"),
    "islem_baglanti": Form("{islem}", goes="{islem}baglanti/"),
}
"""Every form of those who are signed in, by the name of the address to which it goes."""


@pytest.fixture
def stage() -> Stage:
    """A signed-in holder."""
    made = make_stage()
    made.sign_in()
    return made


@pytest.fixture
def places(stage: Stage) -> dict[str, str]:
    """Where the pages stand that are not always at the same place."""
    firm, now = f"/muhur/{stage.firm.pk}/", timezone.now()
    register_representative(holder=stage.stranger, firm=stage.firm, since=now, until=None, actor="x", now=now)
    Firm.objects.update(representatives_needed=2)
    onay = stage.client.post("/nes/sertifika/0a01/iptal/", {"last_four": "0a01"}).headers["Location"]
    question = stage.client.post(f"{firm}kararlar/sayi/", {"sayi": "1"}).headers["Location"]
    return {"firm": firm, "islem": stage.open(), "onay": onay, "question": question}


def expire(stage: Stage) -> None:
    SignIn.objects.update(signed_in_at=timezone.now() - timedelta(minutes=61))


def grow_stale(stage: Stage) -> None:
    SignIn.objects.update(authenticated_at=timezone.now() - timedelta(minutes=16))


def back(stage: Stage) -> None:
    SignIn.objects.update(signed_in_at=timezone.now(), authenticated_at=timezone.now())


@pytest.mark.parametrize("name", FORMS)
def test_a_form_that_comes_after_the_sign_in_ended_loses_nothing(
    stage: Stage, places: dict[str, str], name: str
) -> None:
    form = FORMS[name]
    page = form.page.format(**places)
    assert stage.client.get(page).status_code == 200
    expire(stage)
    acts = AuditEntry.objects.count()
    answer = stage.client.post((form.goes or form.page).format(**places), form.typed)
    assert problem_of(answer) == (401, "sign-in-needed")
    way_in = soup(answer).select_one("main a[href^='/giris/?next=']")
    assert way_in is not None
    assert AuditEntry.objects.count() == acts
    assert SECRET not in str(dict(stage.client.session))
    assert stage.client.get(str(way_in["href"])).status_code == 200
    back(stage)
    again = stage.client.get(str(way_in["href"]), follow=True)
    assert again.redirect_chain[-1][0] == page
    assert again.status_code == 200
    assert [stands for stands in form.stands if soup(again).select_one(stands) is None] == []


@pytest.mark.parametrize("name", ["nes_pin", "nes_iptal", "muhur_karar_sayisi", "iletisim", "web_parola"])
def test_a_form_that_asks_for_a_fresher_sign_in_loses_nothing(stage: Stage, places: dict[str, str], name: str) -> None:
    form = FORMS[name]
    grow_stale(stage)
    answer = stage.client.post((form.goes or form.page).format(**places), form.typed)
    assert problem_of(answer) == (401, "sign-in-stale")
    assert SECRET not in str(dict(stage.client.session))
    back(stage)
    page = soup(stage.client.get(form.page.format(**places)))
    assert [stands for stands in form.stands if page.select_one(stands) is None] == []


def test_every_form_of_those_who_are_signed_in_is_in_the_list() -> None:
    asked = {name for name, address in PAGES if problem_of(Client().post(address)) == (401, "sign-in-needed")}
    assert asked == set(FORMS)


def test_the_browser_keeps_what_was_typed_longer_than_a_sign_in_counts() -> None:
    assert timedelta(seconds=settings.SESSION_COOKIE_AGE) >= 2 * SIGNED_IN_FOR
