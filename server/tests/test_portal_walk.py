"""A holder's way through the pages, as a browser without script walks it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from portal_stage import TITLE, Stage, a_card, a_certificate, make_stage, problem_of, sign_in_browser, soup

from anahtar_server.audit.models import AuditEntry
from anahtar_server.config import config
from anahtar_server.signin.models import SignIn
from anahtar_server.unlock import acts
from anahtar_server.unlock.models import Unlock
from anahtar_wire.code import VerificationCode
from anahtar_wire.messages import ClaimRequest, Program

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    """A holder, a firm, a stranger."""
    return make_stage()


def code_shown(stage: Stage, address: str) -> str | None:
    shown = soup(stage.client.get(address)).find(id="code")
    return shown.get_text() if shown else None


def state_shown(stage: Stage, address: str) -> str:
    element = soup(stage.client.get(address)).find(id="state")
    assert element is not None
    return str(element["data-state"])


def unlock_at(address: str) -> Unlock:
    return Unlock.objects.get(pk=address.split("/")[2])


def claim(code: str) -> None:
    """Bring the code as the program does."""
    program = Program(name="eimza", release="0", system="Linux", computer="MASAÜSTÜ-7")
    acts.claim(
        request=ClaimRequest(code=code, program_key=bytes([4]) * 65, program=program),
        code=VerificationCode.parse(code),
        address="127.0.0.1",
        code_key=config().portal.code_key_file.read(),
        limits=config().limits,
        now=timezone.now(),
    )


def test_the_landing_page_has_both_doors_and_both_tabs(stage: Stage) -> None:
    page = soup(stage.client.get("/"))
    assert [door.get_text() for door in page.select(".doors a")] == [
        "NES PIN Oluşturma/Değiştirme",
        "Mali Mühür PIN Oluşturma/Değiştirme",
    ]
    assert {"Kilit Çözme", "Yardım"} <= {link.get_text() for link in page.select("header nav a")}


@pytest.mark.parametrize(("door", "target"), [("nes", "/nes/"), ("muhur", "/muhur/")])
def test_a_door_leads_to_the_gate_and_back_to_its_menu(stage: Stage, door: str, target: str) -> None:
    page = soup(stage.client.get(f"/online-islemler/?hedef={door}"))
    button = page.select_one("#e-devlet-ile-giris")
    assert button is not None
    assert button.get_text() == "E-Devlet ile Giriş"
    form = soup(stage.client.get(str(button["href"]))).select_one("form#giris")
    assert form is not None
    going_to = form.select_one("[name=next]")
    assert going_to is not None
    assert going_to["value"] == target
    assert form.select_one("button").get_text() == "E-Devlet Kapısına Git"  # type: ignore[union-attr]


def test_a_signed_in_holder_is_led_straight_to_the_menu(stage: Stage) -> None:
    stage.sign_in()
    assert stage.client.get("/online-islemler/?hedef=muhur").headers["Location"] == "/muhur/"


def test_a_page_for_holders_asks_others_to_sign_in_and_remembers_where_they_were_going(stage: Stage) -> None:
    answer = stage.client.get("/muhur/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/giris/?next=%2Fmuhur%2F")


def test_the_menu_shows_the_cards_and_every_act_of_the_guide(stage: Stage) -> None:
    stage.sign_in()
    page = soup(stage.client.get("/nes/"))
    assert page.h1 is not None
    assert page.h1.get_text() == "NES İşlemleri"
    assert stage.card.serial in page.get_text()
    acts = {"Sertifika Listele", "Askıya Al", "Askıdan İndir", "Sertifikamı İptal Et", "PIN Oluşturma/Kilit Çözme"}
    links = {link.get_text(): str(link["href"]) for link in page.select("#islemler a")}
    assert acts <= set(links)
    assert all(stage.client.get(address).status_code == 200 for address in links.values())


def test_certificates_are_listed_with_their_state(stage: Stage) -> None:
    stage.sign_in()
    row = soup(stage.client.get("/nes/sertifika/")).select_one("tbody tr")
    assert row is not None
    assert "0a01" in row.get_text()
    assert "Geçerli" in row.get_text()


@pytest.mark.parametrize(("page", "shown"), [("/nes/", ".card"), ("/nes/sertifika/", "tbody tr")])
def test_the_number_of_queries_does_not_grow_with_the_cards(stage: Stage, page: str, shown: str) -> None:
    stage.sign_in()
    with CaptureQueriesContext(connection) as before:
        stage.client.get(page)
    for number in range(3):
        a_certificate(a_card(f"C{number}" * 8, stage.holder), f"c{number}")
    with CaptureQueriesContext(connection) as after:
        assert len(soup(stage.client.get(page)).select(shown)) == 4
    assert len(before) == len(after)


def test_certificate_details_are_found_by_the_serial_number(stage: Stage) -> None:
    stage.sign_in()
    assert "Ayşe Deneme" in stage.client.get("/nes/sertifika/0a01/").content.decode()
    assert TITLE in stage.client.get(f"/muhur/{stage.firm.pk}/sertifika/0b01/").content.decode()


def test_a_representative_chooses_the_firm_even_if_there_is_one(stage: Stage) -> None:
    stage.sign_in()
    links = [str(a["href"]) for a in soup(stage.client.get("/muhur/")).select("#mukellefler a")]
    assert links == [f"/muhur/{stage.firm.pk}/"]
    assert TITLE in stage.client.get(links[0]).content.decode()


def test_an_unlock_is_opened_and_its_code_shown_again_on_refresh(stage: Stage) -> None:
    stage.sign_in()
    address = stage.open()
    code = code_shown(stage, address)
    assert code is not None
    assert code == code_shown(stage, address)
    assert VerificationCode.parse(code).reveal() == code
    assert state_shown(stage, address) == "opened"


def test_a_seal_card_is_unlocked_by_the_same_page(stage: Stage) -> None:
    stage.sign_in()
    answer = stage.client.post(f"/muhur/{stage.firm.pk}/pin/", {"card": stage.seal.serial, "duties": "on"})
    assert unlock_at(answer.headers["Location"]).card == stage.seal


def test_the_accepted_duties_are_recorded(stage: Stage) -> None:
    stage.sign_in()
    name = stage.open().split("/")[2]
    assert AuditEntry.objects.filter(act="duties-accepted", subject=f"unlock:{name}").count() == 1


def test_the_page_tells_live_which_computer_took_the_code(stage: Stage) -> None:
    stage.sign_in()
    address = stage.open()
    code = code_shown(stage, address)
    assert code is not None
    claim(code)
    page = soup(stage.client.get(address))
    computer = page.find(id="computer")
    assert computer is not None
    assert computer.get_text() == "MASAÜSTÜ-7"
    assert page.find(id="code") is None
    assert page.find("meta", attrs={"http-equiv": "refresh"}) is not None
    assert [item["data-done"] for item in page.select(".steps li")] == ["yes", "yes", "no", "no", "no"]
    assert stage.client.cookies["anahtar_kod"].value == ""


def test_giving_up_ends_the_unlock_and_stops_the_refresh(stage: Stage) -> None:
    stage.sign_in()
    address = stage.open()
    assert stage.client.post(address + "vazgec/").headers["Location"] == address
    assert state_shown(stage, address) == "cancelled"
    page = soup(stage.client.get(address))
    assert page.find("meta", attrs={"http-equiv": "refresh"}) is None
    assert page.find(id="vazgec") is None
    assert stage.client.post(address + "vazgec/").status_code == 302


def test_sending_the_form_twice_leads_to_the_one_unlock(stage: Stage) -> None:
    stage.sign_in()
    assert stage.open() == stage.open()
    assert Unlock.objects.count() == 1


def test_the_menu_leads_back_to_an_unlock_under_way(stage: Stage) -> None:
    stage.sign_in()
    address = stage.open()
    assert address in {str(a["href"]) for a in soup(stage.client.get("/nes/")).select("main a")}


def test_the_code_is_for_the_browser_that_made_it(stage: Stage) -> None:
    stage.sign_in()
    address = stage.open()
    other = type(stage.client)()
    sign_in_browser(other, stage.holder)
    page = soup(other.get(address))
    assert page.find(id="code") is None
    assert "yeni bir kod oluşturun" in page.get_text()


def test_another_unlocks_cookie_shows_nothing(stage: Stage) -> None:
    stage.sign_in()
    first = stage.open()
    sealed = stage.client.cookies["anahtar_kod"].value
    stage.client.post(first + "vazgec/")
    second = stage.open()
    stage.client.cookies["anahtar_kod"] = sealed
    assert code_shown(stage, second) is None
    stage.client.cookies["anahtar_kod"] = "rubbish"
    assert code_shown(stage, second) is None


def test_a_code_past_its_time_is_not_shown(stage: Stage) -> None:
    stage.sign_in()
    address = stage.open()
    Unlock.objects.update(code_expires_at=timezone.now())
    assert code_shown(stage, address) is None
    assert "Doğrulama kodunun süresi doldu" in stage.client.get(address).content.decode()


def test_the_cookie_of_the_code_is_for_its_page_only(stage: Stage) -> None:
    stage.sign_in()
    address = stage.open()
    cookie = stage.client.cookies["anahtar_kod"]
    assert (cookie["path"], cookie["samesite"], cookie["httponly"]) == (address, "Strict", True)
    assert 0 < int(cookie["max-age"]) <= 600


def test_signing_out_ends_the_sign_in_for_good(stage: Stage) -> None:
    entered = stage.sign_in()
    kept = stage.client.cookies[settings.SESSION_COOKIE_NAME].value
    assert stage.client.post("/cikis/").headers["Location"] == "/"
    assert SignIn.objects.get(pk=entered.pk).ended_at is not None
    stage.client.cookies[settings.SESSION_COOKIE_NAME] = kept
    assert stage.client.get("/nes/").status_code == 302


def test_a_stale_sign_in_is_led_to_a_new_one_and_back(stage: Stage) -> None:
    stage.sign_in(ago=timedelta(minutes=16))
    answer = stage.client.get("/nes/pin/")
    assert answer.headers["Location"] == "/giris/?next=%2Fnes%2Fpin%2F&yeniden=1"
    assert soup(stage.client.get(answer.headers["Location"])).select_one("form#giris [name=yeniden]") is not None


def test_a_form_sent_with_a_stale_sign_in_opens_nothing(stage: Stage) -> None:
    stage.sign_in(ago=timedelta(minutes=16))
    answer = stage.client.post("/nes/pin/", {"card": stage.card.serial, "duties": "on"})
    assert problem_of(answer) == (401, "sign-in-stale")
    assert Unlock.objects.count() == 0
    link = soup(answer).select_one("#giris-yap")
    assert link is not None
    assert link["href"] == "/giris/?next=%2Fnes%2Fpin%2F&yeniden=1"
