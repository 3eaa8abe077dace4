"""My history, my sign-ins, my contact lines."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from portal_stage import EMAIL, MOBILE, Stage, make_stage, problem_of, sign_in_browser, soup

from anahtar_server.notices.models import OutboxMessage
from anahtar_server.people.acts import register_firm, register_representative
from anahtar_server.people.models import ContactLine
from anahtar_server.signin.models import SignIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    """A signed-in holder."""
    made = make_stage()
    made.sign_in()
    return made


def begin_line(stage: Stage, channel: str, address: str) -> str:
    answer = stage.client.post("/iletisim/", {"channel": channel, "address": address})
    assert answer.status_code == 302, soup(answer).get_text()
    return str(answer.headers["Location"])


def test_the_history_tells_what_was_done_in_words_the_newest_first(stage: Stage) -> None:
    stage.open()
    rows = [row.get_text(" ") for row in soup(stage.client.get("/nes/gecmis/")).select("tbody tr")]
    assert "PIN işlemi başlatıldı" in rows[0]
    assert any("Giriş yapıldı" in row and "127.0.0.1" in row and "E-Devlet Şifresi" in row for row in rows)
    assert not any("unlock" in row for row in rows)


def of_history(client: Client, page: str) -> list[list[str]]:
    """What, who and where of each row of a history, the newest first."""
    rows = soup(client.get(page)).select("tbody tr")
    return [[cell.get_text(" ", strip=True) for cell in row.select("td")[1:]] for row in rows]


def test_each_act_of_the_holder_has_its_place(stage: Stage) -> None:
    stage.client.post(stage.open() + "vazgec/")
    stage.client.post("/nes/sertifika/0a01/askiya-al/")
    begun = of_history(stage.client, "/nes/gecmis/")[:4]
    assert begun[0][0].startswith("Sertifika askıya alındı")
    assert {tuple(row[1:]) for row in begun} == {("siz", "127.0.0.1 · E-Devlet Şifresi")}


def test_an_act_while_two_sign_ins_were_open_names_both_places(stage: Stage) -> None:
    sign_in_browser(Client(), stage.holder)
    SignIn.objects.filter(pk=SignIn.objects.latest("signed_in_at").pk).update(address="192.0.2.7")
    stage.client.post("/nes/sertifika/0a01/askiya-al/")
    where = of_history(stage.client, "/nes/gecmis/")[0][2]
    assert where == "127.0.0.1 · E-Devlet Şifresi / 192.0.2.7 · E-Devlet Şifresi"


def test_a_sign_in_that_had_ended_is_no_place_of_a_later_act(stage: Stage) -> None:
    sign_in_browser(Client(), stage.holder)
    SignIn.objects.filter(pk=SignIn.objects.latest("signed_in_at").pk).update(
        address="192.0.2.7", ended_at=timezone.now() - timedelta(seconds=1)
    )
    stage.client.post("/nes/sertifika/0a01/askiya-al/")
    assert "192.0.2.7" not in of_history(stage.client, "/nes/gecmis/")[0][2]


def test_another_representative_is_named_by_first_letters_in_a_firms_history(stage: Stage) -> None:
    now = timezone.now()
    register_representative(holder=stage.stranger, firm=stage.firm, since=now, until=None, actor="x", now=now)
    other = Client()
    sign_in_browser(other, stage.stranger)
    other.post(f"/muhur/{stage.firm.pk}/sertifika/0b01/askiya-al/")
    address = f"/muhur/{stage.firm.pk}/gecmis/"
    assert of_history(stage.client, address)[0][1:] == ["I*** Ö***", "127.0.0.1 · E-Devlet Şifresi"]
    assert of_history(other, address)[0][1] == "siz"


def test_the_history_asks_no_more_however_long_it_is(stage: Stage) -> None:
    counts = []
    for _ in range(2):
        stage.client.post(stage.open() + "vazgec/")
        with CaptureQueriesContext(connection) as asked:
            stage.client.get("/nes/gecmis/")
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_history_of_others_is_not_in_mine(stage: Stage) -> None:
    other = Client()
    sign_in_browser(other, stage.stranger)
    rows = soup(other.get("/nes/gecmis/")).select("tbody tr")
    assert ["Giriş yapıldı" in row.get_text() for row in rows] == [True, False]
    assert problem_of(other.get(f"/muhur/{stage.firm.pk}/gecmis/")) == (404, "page-not-found")


def test_a_firms_history_has_its_seals_acts(stage: Stage) -> None:
    stage.client.post(f"/muhur/{stage.firm.pk}/pin/", {"card": stage.seal.serial, "duties": "on"})
    text = soup(stage.client.get(f"/muhur/{stage.firm.pk}/gecmis/")).get_text()
    assert "PIN işlemi başlatıldı" in text
    assert "Giriş yapıldı" not in text


def test_every_sign_in_is_listed_and_another_one_can_be_ended(stage: Stage) -> None:
    other = Client()
    entered = sign_in_browser(other, stage.holder)
    page = soup(stage.client.get("/oturumlar/"))
    assert len(page.select(".card")) == 2
    assert stage.client.post("/oturumlar/kapat/", {"giris": str(entered.pk)}).headers["Location"] == "/oturumlar/"
    assert other.get("/nes/").status_code == 302
    assert stage.client.get("/nes/").status_code == 200


def test_signing_out_everywhere_ends_all_of_them(stage: Stage) -> None:
    other = Client()
    sign_in_browser(other, stage.holder)
    assert stage.client.post("/oturumlar/kapat/").headers["Location"] == "/"
    assert [client.get("/nes/").status_code for client in (stage.client, other)] == [302, 302]


def test_another_persons_sign_in_cannot_be_ended(stage: Stage) -> None:
    entered = sign_in_browser(Client(), stage.stranger)
    assert problem_of(stage.client.post("/oturumlar/kapat/", {"giris": str(entered.pk)})) == (404, "page-not-found")
    assert SignIn.objects.get(pk=entered.pk).ended_at is None


def test_a_sign_in_ends_by_itself_after_an_hour(stage: Stage) -> None:
    SignIn.objects.update(signed_in_at=timezone.now() - timedelta(minutes=61))
    assert stage.client.get("/nes/").status_code == 302


def test_lines_are_shown_masked(stage: Stage) -> None:
    page = soup(stage.client.get("/iletisim/")).get_text()
    assert MOBILE not in page
    assert EMAIL not in page
    assert "+90 *** *** ** 67" in page
    assert "a***@example.org" in page


def test_a_new_line_is_confirmed_by_the_old_one_and_told_there(stage: Stage) -> None:
    assert stage.confirm(begin_line(stage, "sms", "0532 765 43 21")) == "/iletisim/"
    assert ContactLine.objects.filter(holder=stage.holder, address="+905327654321").exists()
    told = OutboxMessage.objects.filter(key__startswith="line-added:")
    assert {message.address for message in told} == {MOBILE, EMAIL}
    assert all("+90 *** *** ** 21" in message.text and "/itiraz" in message.text for message in told)
    assert "Kullanılabileceği zaman" in soup(stage.client.get("/iletisim/")).get_text().replace("kullanıl", "Kullanıl")


def test_adding_the_same_line_twice_changes_nothing(stage: Stage) -> None:
    first, second = (begin_line(stage, "email", "yeni@example.org") for _ in range(2))
    stage.confirm(first)
    stage.confirm(second)
    assert ContactLine.objects.filter(address="yeni@example.org").count() == 1


@pytest.mark.parametrize(
    ("channel", "address"),
    [("sms", "12345"), ("sms", "a@b.org"), ("email", "+905327654321"), ("email", ""), ("sms", MOBILE)],
)
def test_an_address_that_is_none_is_refused_beside_its_field(stage: Stage, channel: str, address: str) -> None:
    answer = stage.client.post("/iletisim/", {"channel": channel, "address": address})
    assert answer.status_code == 422
    assert soup(answer).select_one("#id_address_error") is not None


def test_what_was_typed_too_late_stands_there_again_after_signing_in(stage: Stage) -> None:
    SignIn.objects.update(authenticated_at=timezone.now() - timedelta(minutes=6))
    answer = stage.client.post("/iletisim/", {"channel": "email", "address": "yeni@example.org"})
    assert problem_of(answer) == (401, "sign-in-stale")
    SignIn.objects.update(authenticated_at=timezone.now())
    page = soup(stage.client.get("/iletisim/"))
    assert page.select_one("#id_address[value='yeni@example.org']") is not None
    assert page.select_one("#channel-email[checked]") is not None
    assert soup(stage.client.get("/iletisim/")).select_one("#id_address[value='']") is not None


def test_a_secret_typed_too_late_is_kept_nowhere(stage: Stage) -> None:
    SignIn.objects.update(authenticated_at=timezone.now() - timedelta(minutes=6))
    stage.client.post("/web-parola/", {"password": "dört kuş ve köprü", "password_again": "dört kuş ve köprü"})
    assert "kuş" not in str(dict(stage.client.session))


def test_the_last_known_line_of_a_kind_stays(stage: Stage) -> None:
    stage.confirm(begin_line(stage, "sms", "0532 765 43 21"))
    old = ContactLine.objects.get(address=MOBILE)
    assert problem_of(stage.client.post("/iletisim/kaldir/", {"hat": str(old.pk)})) == (404, "page-not-found")
    ContactLine.objects.filter(address="+905327654321").update(since=timezone.now() - timedelta(hours=25))
    waiting = str(stage.client.post("/iletisim/kaldir/", {"hat": str(old.pk)}).headers["Location"])
    assert stage.confirm(waiting) == "/iletisim/"
    assert ContactLine.objects.get(pk=old.pk).ended_at is not None
    assert MOBILE in {message.address for message in OutboxMessage.objects.filter(key__startswith="line-ended:")}


def test_forty_firms_are_found_by_title_and_by_number(stage: Stage) -> None:
    now = timezone.now()
    for number in range(1, 41):
        firm = register_firm(tax_number=vkn_of(number), title=f"IŞIK {number} Ticaret", actor="rehearsal", now=now)
        register_representative(holder=stage.holder, firm=firm, since=now, until=None, actor="rehearsal", now=now)
    assert len(soup(stage.client.get("/muhur/")).select("#mukellefler a")) == 41
    for query, count in (("ışık 39 tic", 1), ("IŞIK ticaret", 40), (vkn_of(12), 1), ("yok böyle", 0)):
        page = soup(stage.client.get("/muhur/", {"ara": query}))
        assert len(page.select("#mukellefler a")) == count, query


def vkn_of(number: int) -> str:
    from stdnum.tr import vkn

    body = f"{number:09d}"
    return body + str(vkn.calc_check_digit(body))
