"""Ortak kararlar: so many representatives as the firm asks for, each in their own sign-in, told, refused, lapsed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from portal_stage import Stage, a_card, make_stage, problem_of, sign_in_browser, soup

from anahtar_server.audit.models import AuditEntry
from anahtar_server.cards.acts import register_card
from anahtar_server.certificates.models import Certificate
from anahtar_server.notices.models import OutboxMessage
from anahtar_server.people.acts import add_contact_line, register_firm, register_representative
from anahtar_server.people.agreement_rules import ASKED_FOR, GOOD_FOR, Verdict, verdict
from anahtar_server.people.agreement_texts import _TURNS
from anahtar_server.people.agreements import lapse
from anahtar_server.people.models import Agreement, Firm, Representation
from anahtar_server.unlock.acts import use_agreements
from anahtar_server.unlock.models import Unlock

pytestmark = pytest.mark.django_db
PORTAL = "http://localhost:8400"


@dataclass
class Two:
    """A firm with two representatives who must both agree, each with a browser."""

    stage: Stage
    first: Client
    second: Client
    home: str

    def ask_for_pin(self) -> str:
        """The first one asks for a PIN; return the address of that question."""
        answer = self.first.post(f"{self.home}pin/", {"card": self.stage.seal.serial, "duties": "on"})
        assert answer.status_code == 302, answer.content.decode()
        return str(answer.headers["Location"])


@pytest.fixture
def two() -> Two:
    """The stage's holder and stranger, both for the firm."""
    stage = make_stage()
    stage.sign_in()
    now = timezone.now()
    before = now - timedelta(days=20)
    register_representative(
        holder=stage.stranger, firm=stage.firm, since=before, until=now + timedelta(days=9), actor="x", now=before
    )
    add_contact_line(holder=stage.stranger, channel="sms", address="+905307654321", actor="x", now=before)
    Firm.objects.update(representatives_needed=2)
    second = Client()
    sign_in_browser(second, stage.stranger)
    return Two(stage, stage.client, second, f"/muhur/{stage.firm.pk}/")


def test_a_pin_is_opened_after_both_have_agreed(two: Two) -> None:
    question = two.ask_for_pin()
    assert "/karar/" in question
    assert Unlock.objects.count() == 0
    assert two.second.post(question, {"yanit": "evet"}).status_code == 302
    page = soup(two.first.get(question)).find(id="devam")
    assert page is not None
    assert page["href"] == f"{two.home}pin/"
    assert two.ask_for_pin().startswith("/islem/")


def test_one_alone_opens_nothing_however_often_they_ask(two: Two) -> None:
    questions = {two.ask_for_pin() for _ in range(3)}
    assert len(questions) == 1
    assert two.first.post(questions.pop(), {"yanit": "evet"}).status_code == 302
    assert two.ask_for_pin() not in ("", None)
    assert Unlock.objects.count() == 0
    assert Agreement.objects.get().state == "open"


def test_whoever_only_agreed_does_not_open_it(two: Two) -> None:
    two.second.post(two.ask_for_pin(), {"yanit": "evet"})
    answer = two.second.post(f"{two.home}pin/", {"card": two.stage.seal.serial, "duties": "on"})
    assert "/karar/" in answer.headers["Location"]
    assert Unlock.objects.count() == 0


def test_an_agreement_is_good_for_one_pin_and_for_a_renewed_code(two: Two) -> None:
    two.second.post(two.ask_for_pin(), {"yanit": "evet"})
    opened = two.ask_for_pin()
    renewed = str(two.first.post(opened + "yenile/").headers["Location"])
    assert renewed.startswith("/islem/")
    Unlock.objects.filter(live=True).update(state="done", live=False)
    assert "/karar/" in two.ask_for_pin()


def test_a_second_pin_within_the_hour_needs_a_second_agreement_and_gets_it(two: Two) -> None:
    two.second.post(two.ask_for_pin(), {"yanit": "evet"})
    assert two.ask_for_pin().startswith("/islem/")
    Unlock.objects.update(state="done", live=False)
    two.second.post(two.ask_for_pin(), {"yanit": "evet"})
    assert two.ask_for_pin().startswith("/islem/")


@pytest.mark.parametrize(
    ("state", "after", "told"),
    [
        ("done", timedelta(0), "used"),
        ("done", GOOD_FOR, "used"),
        ("cancelled", timedelta(0), "agreed"),
        ("cancelled", GOOD_FOR, "lapsed"),
        ("uncertain", timedelta(0), "agreed"),
        ("uncertain", GOOD_FOR, "used"),
        ("not-done", timedelta(0), "agreed"),
    ],
)
def test_an_agreement_says_whether_its_pin_was_set(two: Two, state: str, after: timedelta, told: str) -> None:
    question = two.ask_for_pin()
    two.second.post(question, {"yanit": "evet"})
    assert two.ask_for_pin().startswith("/islem/")
    Unlock.objects.update(state=state, live=False)
    now = timezone.now() + after
    assert use_agreements(now=now) == (told == "used")
    lapse(portal_url=PORTAL, now=now)
    found = soup(two.first.get(question)).find(id="karar")
    assert found is not None
    assert found["data-state"] == told


def test_a_refusal_ends_the_question_and_is_told(two: Two) -> None:
    question = two.ask_for_pin()
    two.second.post(question, {"yanit": "hayir"})
    assert Agreement.objects.get().state == "refused"
    assert problem_of(two.second.post(question, {"yanit": "evet"}))[1] == "agreement-over"
    told = OutboxMessage.objects.filter(key__contains=":refused:")
    assert {one.address for one in told} == {"+905301234567", "ayse@example.org", "+905307654321"}
    assert "/karar/" in two.ask_for_pin()


def test_an_answer_sent_twice_is_one_answer(two: Two) -> None:
    question = two.ask_for_pin()
    for _ in range(2):
        assert two.second.post(question, {"yanit": "evet"}).headers["Location"] == question
    assert AuditEntry.objects.filter(act="agreement-answered").count() == 2


def test_a_number_sent_twice_asks_once(two: Two) -> None:
    Firm.objects.update(representatives_needed=1)
    address = f"{two.home}kararlar/sayi/"
    two.first.post(address, {"sayi": "2"})
    assert two.first.post(address, {"sayi": "2"}).headers["Location"] == f"{two.home}kararlar/"
    assert Agreement.objects.count() == 1


def test_whoever_asked_may_withdraw(two: Two) -> None:
    two.first.post(two.ask_for_pin(), {"yanit": "hayir"})
    assert Agreement.objects.get().state == "refused"


def test_everyone_is_told_of_the_question_with_a_way_to_object(two: Two) -> None:
    two.ask_for_pin()
    told = {one.address: one.text for one in OutboxMessage.objects.filter(key__contains=":asked:")}
    assert set(told) == {"+905301234567", "ayse@example.org", "+905307654321"}
    assert "kabulünüz isteniyor" in told["+905307654321"]
    code = told["+905307654321"].rsplit(" ", 1)[1]
    assert Client().post("/itiraz/", {"kod": code}).status_code == 200
    assert Certificate.objects.get(serial="0b01").state == "suspended"


def test_a_notice_names_the_taxpayer_and_the_list_marks_it(two: Two) -> None:
    assert len(soup(two.second.get("/muhur/")).select("#mukellefler .word")) == 0
    two.ask_for_pin()
    mail = OutboxMessage.objects.get(channel="email", key__contains=":asked:")
    assert f"Mükellef: {two.stage.firm.title}." in mail.text
    assert len(soup(two.second.get("/muhur/")).select("#mukellefler .word.warning")) == 1


def code_in(key: str) -> str:
    """The code to object in the newest notice whose key holds `key`."""
    return OutboxMessage.objects.filter(channel="sms", key__contains=key).latest("pk").text.rsplit(" ", 1)[1]


def test_an_objection_ends_what_was_asked_and_what_was_agreed_to(two: Two) -> None:
    two.second.post(two.ask_for_pin(), {"yanit": "evet"})
    assert Client().post("/itiraz/", {"kod": code_in(":agreed:")}).status_code == 200
    assert Agreement.objects.get().state == "refused"


def test_an_objection_to_another_number_suspends_the_firms_seals_and_nobodys_own(two: Two) -> None:
    two.first.post(f"{two.home}kararlar/sayi/", {"sayi": "1"})
    assert Client().post("/itiraz/", {"kod": code_in(":asked:")}).status_code == 200
    assert {one.serial: one.state for one in Certificate.objects.all()} == {"0a01": "valid", "0b01": "suspended"}
    assert Agreement.objects.get().state == "refused"


def test_a_question_lapses_after_a_day_and_that_is_told(two: Two) -> None:
    question, now = two.ask_for_pin(), timezone.now()
    assert lapse(portal_url=PORTAL, now=now + ASKED_FOR - timedelta(minutes=1)) == 0
    assert lapse(portal_url=PORTAL, now=now + ASKED_FOR) == 1
    assert lapse(portal_url=PORTAL, now=now + ASKED_FOR) == 0
    assert OutboxMessage.objects.filter(key__contains=":lapsed:").count() == 3
    assert problem_of(two.second.post(question, {"yanit": "evet"}))[1] == "agreement-over"


def test_what_was_agreed_to_is_good_for_an_hour(two: Two) -> None:
    two.second.post(two.ask_for_pin(), {"yanit": "evet"})
    Agreement.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    assert "/karar/" in two.ask_for_pin()
    assert timedelta(hours=1) == GOOD_FOR


def test_the_yes_of_someone_whose_authority_has_ended_does_not_count(two: Two) -> None:
    two.second.post(two.ask_for_pin(), {"yanit": "evet"})
    Representation.objects.filter(holder=two.stage.stranger).update(until=timezone.now() - timedelta(seconds=1))
    assert "/karar/" in two.ask_for_pin()
    assert Unlock.objects.count() == 0


def test_someone_whose_authority_has_ended_sees_no_question(two: Two) -> None:
    question = two.ask_for_pin()
    Representation.objects.filter(holder=two.stage.stranger).update(until=timezone.now() - timedelta(seconds=1))
    assert problem_of(two.second.post(question, {"yanit": "evet"}))[1] == "page-not-found"
    assert two.second.get(f"{two.home}kararlar/").status_code == 404


def test_a_revocation_needs_both_and_uses_their_agreement_up(two: Two) -> None:
    address, form = f"{two.home}sertifika/0b01/iptal/", {"reason": "0", "last_four": "0b01"}
    question = str(two.first.post(address, form).headers["Location"])
    assert "/karar/" in question
    two.second.post(question, {"yanit": "evet"})
    confirmation = str(two.first.post(address, form).headers["Location"])
    assert confirmation.startswith("/onay/")
    two.stage.confirm(confirmation)
    assert Certificate.objects.get(serial="0b01").state == "revoked"
    assert Agreement.objects.get().state == "used"


def test_a_suspension_needs_nobody_else(two: Two) -> None:
    two.first.post(f"{two.home}sertifika/0b01/askiya-al/")
    assert Certificate.objects.get(serial="0b01").state == "suspended"


def test_the_number_is_changed_by_those_whom_it_concerns(two: Two) -> None:
    question = str(two.first.post(f"{two.home}kararlar/sayi/", {"sayi": "1"}).headers["Location"])
    assert Firm.objects.get().representatives_needed == 2
    two.second.post(question, {"yanit": "evet"})
    assert Firm.objects.get().representatives_needed == 1
    assert two.ask_for_pin().startswith("/islem/")


@pytest.mark.parametrize(("number", "problem"), [("3", "act-not-allowed"), ("0", "act-not-allowed"), ("x", "form-old")])
def test_a_number_that_cannot_be_is_refused(two: Two, number: str, problem: str) -> None:
    assert problem_of(two.first.post(f"{two.home}kararlar/sayi/", {"sayi": number}))[1] == problem


def test_the_question_of_another_firm_is_answered_like_an_unknown_one(two: Two) -> None:
    question = two.ask_for_pin()
    other = register_firm(tax_number="1234567890", title="Prova A.Ş.", actor="x", now=timezone.now())
    before = timezone.now() - timedelta(days=1)
    register_representative(holder=two.stage.stranger, firm=other, since=before, until=None, actor="x", now=before)
    theirs = f"/muhur/{other.pk}/karar/{question.rstrip('/').rsplit('/', 1)[1]}/"
    unknown = f"/muhur/{other.pk}/karar/{uuid4()}/"
    answers = [two.second.get(address) for address in (theirs, unknown)]
    assert problem_of(answers[0]) == problem_of(answers[1]) == (404, "page-not-found")
    assert soup(answers[0]).select("main") == soup(answers[1]).select("main")


def test_each_turn_leaves_a_row_with_its_actor(two: Two) -> None:
    two.second.post(two.ask_for_pin(), {"yanit": "evet"})
    acts = [row.act for row in AuditEntry.objects.filter(subject=f"firm:{two.stage.firm.pk}").order_by("pk")]
    assert acts[-4:] == ["agreement-asked", "agreement-answered", "agreement-answered", "agreement-reached"]


def test_a_seal_on_an_hsm_says_why_it_has_no_pin(two: Two) -> None:
    now = timezone.now()
    register_card(
        serial="C0" * 12, family="hsm", key_version=1, pin_reference=0, owner=two.stage.firm, actor="x", now=now
    )
    page = soup(two.first.get(f"{two.home}pin/"))
    choice = page.find(id="card-" + "C0" * 12)
    assert choice is not None
    assert choice.has_attr("disabled")
    assert "donanım güvenlik modülünde" in page.get_text()
    answer = two.first.post(f"{two.home}pin/", {"card": "C0" * 12, "duties": "on"})
    assert answer.status_code == 422
    assert Unlock.objects.count() == 0


def test_limits_count_for_each_firm_and_card(two: Two) -> None:
    other = a_card("D0" * 12, two.stage.firm)
    Firm.objects.update(representatives_needed=1)
    for _ in range(10):
        two.first.post(two.ask_for_pin() + "vazgec/")
    answer = two.first.post(f"{two.home}pin/", {"card": two.stage.seal.serial, "duties": "on"})
    assert problem_of(answer)[1] == "too-many"
    answer = two.first.post(f"{two.home}pin/", {"card": other.serial, "duties": "on"})
    assert answer.headers["Location"].startswith("/islem/")


@pytest.mark.parametrize(
    ("yes", "no", "needed", "representatives", "led"),
    [
        (1, 0, 2, 3, Verdict.OPEN),
        (2, 0, 2, 3, Verdict.AGREED),
        (1, 1, 2, 3, Verdict.OPEN),
        (1, 2, 2, 3, Verdict.REFUSED),
        (1, 1, 2, 2, Verdict.REFUSED),
        (1, 0, 1, 1, Verdict.AGREED),
        (1, 0, 2, 1, Verdict.REFUSED),
    ],
)
def test_enough_yes_decide_and_too_few_left_refuse(
    yes: int, no: int, needed: int, representatives: int, led: Verdict
) -> None:
    assert verdict(yes, no, needed, representatives) is led


def test_every_turn_has_words_in_both_languages() -> None:
    assert set(_TURNS["tr"]) == set(_TURNS["en"])
