"""Sertifika Listele, Askıya Al, Askıdan İndir, Sertifikamı İptal Et, as a holder does them on the pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.test import Client
from django.utils import timezone
from portal_stage import Stage, make_stage, problem_of, sign_in_browser, soup

from anahtar_server.cards.models import Card
from anahtar_server.certificates.acts import suspend
from anahtar_server.certificates.models import Certificate, Change
from anahtar_server.notices.models import OutboxMessage

pytestmark = pytest.mark.django_db
PAGE = "/nes/sertifika/0a01/"


@pytest.fixture
def stage() -> Stage:
    """A signed-in holder."""
    made = make_stage()
    made.sign_in()
    return made


def state(stage: Stage) -> str:
    return Certificate.objects.get(pk=stage.certificate.pk).state


def to_the_confirmation(stage: Stage, act: str, **fields: str) -> str:
    answer = stage.client.post(PAGE + act + "/", fields)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.headers["Location"])


def test_a_certificate_is_suspended_by_one_button(stage: Stage) -> None:
    assert stage.client.post(PAGE + "askiya-al/").headers["Location"] == PAGE
    assert state(stage) == "suspended"
    shown = soup(stage.client.get(PAGE)).find(id="durum")
    assert shown is not None
    assert "Askıda" in shown.get_text()


def test_a_suspension_is_lifted_after_its_confirmation(stage: Stage) -> None:
    stage.client.post(PAGE + "askiya-al/")
    waiting = to_the_confirmation(stage, "askidan-indir")
    assert state(stage) == "suspended"
    assert stage.confirm(waiting) == PAGE
    assert state(stage) == "valid"


def test_a_certificate_is_revoked_after_its_last_four_digits_and_a_confirmation(stage: Stage) -> None:
    waiting = to_the_confirmation(stage, "iptal", last_four="0A01", reason="1")
    assert state(stage) == "valid"
    assert stage.confirm(waiting) == PAGE
    assert state(stage) == "revoked"
    assert Change.objects.get(certificate=stage.certificate, event="revoke").reason == 1
    assert problem_of(stage.client.get(waiting)) == (404, "page-not-found")


@pytest.mark.parametrize("typed", ["", "0b01", "a01", "iptal"])
def test_other_digits_revoke_nothing_and_the_field_says_so(stage: Stage, typed: str) -> None:
    answer = stage.client.post(PAGE + "iptal/", {"last_four": typed, "reason": "4"})
    page = soup(answer)
    assert answer.status_code == 422
    assert page.select_one("#id_last_four[aria-invalid=true]") is not None
    assert page.select_one("#reason-0") is not None
    assert state(stage) == "valid"


def test_a_wrong_code_revokes_nothing_and_says_how_many_tries_are_left(stage: Stage) -> None:
    waiting = to_the_confirmation(stage, "iptal", last_four="0a01")
    stage.client.post(waiting, {"yontem": "sms"})
    answer = stage.client.post(waiting, {"onay": "00000000x"})
    assert answer.status_code != 200
    assert "Kalan deneme sayısı: 4" in soup(answer).get_text()
    for _ in range(4):
        answer = stage.client.post(waiting, {"onay": "00000000x"})
    assert problem_of(answer)[1] == "confirmation-over"
    assert state(stage) == "valid"
    assert problem_of(stage.client.get(waiting)) == (404, "page-not-found")


def test_a_code_is_for_one_act_and_one_person(stage: Stage) -> None:
    waiting = to_the_confirmation(stage, "iptal", last_four="0a01")
    stranger = Client()
    sign_in_browser(stranger, stage.stranger)
    assert problem_of(stranger.get(waiting)) == (404, "page-not-found")
    stage.sign_in(holder=stage.stranger)  # the next person at the same browser
    assert problem_of(stage.client.post(waiting, {"yontem": "web"})) == (404, "page-not-found")
    stage.sign_in()
    stage.client.post(waiting, {"yontem": "sms"})
    other = to_the_confirmation(stage, "iptal", last_four="0a01")
    assert problem_of(stage.client.post(other, {"onay": "12345678"}))[1] == "confirmation-not-asked"


def test_the_confirmations_sms_names_the_act_first_and_is_forgotten_when_sent(stage: Stage) -> None:
    waiting = to_the_confirmation(stage, "iptal", last_four="0a01")
    stage.client.post(waiting, {"yontem": "sms"})
    message = OutboxMessage.objects.filter(channel="sms").latest("pk")
    assert message.text.startswith("Sertifika iptali onay kodu: ")
    assert message.secret


def test_a_line_added_today_confirms_nothing_and_the_page_says_when_it_will(stage: Stage) -> None:
    stage.holder.contact_lines.update(since=timezone.now() - timedelta(hours=23))
    waiting = to_the_confirmation(stage, "iptal", last_four="0a01")
    page = soup(stage.client.get(waiting))
    assert page.find("button", string="SMS ile Kod Gönder") is None
    assert "Kullanılabileceği zaman" in page.get_text()
    assert problem_of(stage.client.post(waiting, {"yontem": "sms"}))[1] == "method-too-new"


def test_what_an_officer_suspended_is_not_the_holders_to_lift(stage: Stage) -> None:
    suspend(certificate=stage.certificate, actor="officer:1", now=timezone.now())
    page = soup(stage.client.get(PAGE + "askidan-indir/"))
    assert "Bu askıyı siz kaldıramazsınız" in page.get_text()
    assert page.find("button", string="Onaya Geç") is None
    assert stage.client.post(PAGE + "askidan-indir/").status_code == 200
    assert state(stage) == "suspended"


def test_lifting_and_revoking_ask_for_a_fresher_sign_in_than_suspending(stage: Stage) -> None:
    stage.sign_in(ago=timedelta(minutes=6))
    assert stage.client.get(PAGE + "askiya-al/").status_code == 200
    for act in ("askidan-indir", "iptal"):
        assert "yeniden=1" in stage.client.get(PAGE + act + "/").headers["Location"]


@pytest.mark.parametrize("act", ["", "askiya-al/", "askidan-indir/", "iptal/", "indir/pem/"])
def test_another_persons_serial_is_unknown_on_every_page(stage: Stage, act: str) -> None:
    for page in ("/nes/sertifika/0b01/", "/nes/sertifika/ffff/", f"/nes/sertifika/{'a' * 60}/"):
        assert problem_of(stage.client.get(page + act)) == (404, "page-not-found")


def test_a_representative_suspends_the_firms_certificate(stage: Stage) -> None:
    page = f"/muhur/{stage.firm.pk}/sertifika/0b01/"
    assert stage.client.post(page + "askiya-al/").headers["Location"] == page
    assert Certificate.objects.get(pk=stage.seal_certificate.pk).state == "suspended"


def test_a_lost_card_is_reported_and_found_again(stage: Stage) -> None:
    page = f"/nes/kart/{stage.card.serial}/"
    assert stage.client.post(page + "kayip/").headers["Location"] == "/nes/"
    assert state(stage) == "suspended"
    assert "Kayıp bildirilmiş" in soup(stage.client.get("/nes/")).get_text()
    waiting = str(stage.client.post(page + "bulundu/").headers["Location"])
    assert stage.confirm(waiting) == "/nes/"
    assert Card.objects.get(pk=stage.card.pk).condition == "in-use"
    assert state(stage) == "suspended"  # found is one thing, lifted another


def test_the_cards_of_others_are_unknown(stage: Stage) -> None:
    for act in ("kayip/", "bulundu/"):
        for serial in (stage.seal.serial, "FF", "x" * 60):
            assert problem_of(stage.client.post(f"/nes/kart/{serial}/{act}")) == (404, "page-not-found")


def test_a_certificate_is_handed_out_as_it_is(stage: Stage) -> None:
    der = stage.client.get(PAGE + "indir/der/")
    pem = stage.client.get(PAGE + "indir/pem/")
    assert der.content == bytes(stage.certificate.der)
    assert x509.load_pem_x509_certificate(pem.content).public_bytes(Encoding.DER) == der.content
    assert der.headers["Content-Disposition"] == 'attachment; filename="0a01.cer"'
    assert problem_of(stage.client.get(PAGE + "indir/exe/")) == (404, "page-not-found")


def test_the_details_show_every_field_and_the_life(stage: Stage) -> None:
    stage.client.post(PAGE + "askiya-al/")
    page = soup(stage.client.get(PAGE))
    fields = page.find(id="alanlar")
    assert fields is not None
    assert {"Konu (subject)", "Açık anahtar", "SHA-256 özeti"} <= {one.get_text() for one in fields.find_all("dt")}
    life = [item.get_text() for item in page.select(".life li")]
    assert "Askıya alındı" in life[-2]
    assert "Geçerlilik sonu" in life[-1]
