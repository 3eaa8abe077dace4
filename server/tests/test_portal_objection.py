"""Bu ben değildim: stopping everything with the code of a notice, without signing in."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from portal_stage import Stage, make_stage, problem_of, soup

from anahtar_server.certificates.card_acts import report_lost
from anahtar_server.certificates.models import Certificate
from anahtar_server.notices.models import OutboxMessage
from anahtar_server.people.models import Objection
from anahtar_server.people.objections import make_objection
from anahtar_server.signin.models import SignIn
from anahtar_server.unlock.models import Unlock

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    """A signed-in holder, or whoever signed in as one."""
    made = make_stage()
    made.sign_in()
    return made


def code_for(stage: Stage, subject: str) -> str:
    return make_objection(
        holder=stage.holder, subject=subject, about="unlock:x", choose=secrets.choice, now=timezone.now()
    )


def states() -> list[str]:
    return sorted(Certificate.objects.values_list("state", flat=True))


def test_the_button_suspends_cancels_and_signs_out_everywhere(stage: Stage) -> None:
    stage.open()
    answer = Client().post("/itiraz/", {"kod": code_for(stage, f"card:{stage.card.pk}")})
    assert soup(answer).find(id="itiraz-sonucu") is not None
    assert states() == ["suspended", "valid"]
    assert Unlock.objects.get().state == "cancelled"
    assert not SignIn.objects.filter(ended_at=None).exists()


def test_the_holder_may_lift_what_the_objection_suspended(stage: Stage) -> None:
    Client().post("/itiraz/", {"kod": code_for(stage, f"holder:{stage.holder.pk}")})
    stage.sign_in()
    assert soup(stage.client.get("/nes/sertifika/0a01/askidan-indir/")).find("button", string="Onaya Geç") is not None


def test_each_notice_of_a_certificate_says_how_to_object_and_its_code_works(stage: Stage) -> None:
    report_lost(card=stage.seal, actor=f"holder:{stage.holder.pk}", now=timezone.now())
    sent = list(OutboxMessage.objects.filter(key__startswith="card-lost:"))
    assert {one.channel for one in sent} == {"sms", "email"}
    assert all(one.secret for one in sent)  # blanked once they have left
    by_sms = next(one.text for one in sent if one.channel == "sms")
    assert "localhost:8400/itiraz" in by_sms
    code = by_sms.rsplit(" ", 1)[1]
    assert f"/itiraz/?kod={code}" in next(one.text for one in sent if one.channel == "email")
    Certificate.objects.update(state="valid")
    assert Client().post("/itiraz/", {"kod": code}).status_code == 200
    assert {one.serial: one.state for one in Certificate.objects.all()} == {"0a01": "valid", "0b01": "suspended"}


def test_whoever_has_no_card_is_told_that_nothing_was_suspended(stage: Stage) -> None:
    code = make_objection(
        holder=stage.stranger,
        subject=f"holder:{stage.stranger.pk}",
        about="x",
        choose=secrets.choice,
        now=timezone.now(),
    )
    told = soup(Client().post("/itiraz/", {"kod": code}))
    assert told.h1 is not None
    assert told.h1.get_text() == "Oturumlarınız kapatıldı"
    assert states() == ["valid", "valid"]


def test_opening_the_link_acts_on_nothing(stage: Stage) -> None:
    code = code_for(stage, f"card:{stage.card.pk}")
    page = soup(Client().get("/itiraz/", {"kod": code}))
    field = page.find(id="id_kod")
    assert field is not None
    assert field["value"] == code
    assert states() == ["valid", "valid"]


def test_a_code_is_used_once_and_for_a_week(stage: Stage) -> None:
    code = code_for(stage, f"card:{stage.card.pk}")
    assert Client().post("/itiraz/", {"kod": code.lower().replace("-", " ")}).status_code == 200
    assert Client().post("/itiraz/", {"kod": code}).status_code == 422
    late = code_for(stage, f"card:{stage.card.pk}")
    Objection.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    assert Client().post("/itiraz/", {"kod": late}).status_code == 422


def test_unknown_used_and_late_codes_are_answered_alike(stage: Stage) -> None:
    used = code_for(stage, f"card:{stage.card.pk}")
    Client().post("/itiraz/", {"kod": used})
    texts = [
        soup(Client().post("/itiraz/", {"kod": code})).get_text().replace(code, "") for code in (used, "ABCDE-FGHJK")
    ]
    assert texts[0] == texts[1]


def test_guessing_is_stopped_after_ten_tries(stage: Stage) -> None:
    for _ in range(10):
        assert Client().post("/itiraz/", {"kod": "ABCDE-FGHJK"}).status_code == 422
    assert problem_of(Client().post("/itiraz/", {"kod": "ABCDE-FGHJK"}))[1] == "too-many"


def test_the_database_does_not_hold_the_code(stage: Stage) -> None:
    code = code_for(stage, f"card:{stage.card.pk}").replace("-", "")
    kept = Objection.objects.get()
    assert code.encode() not in bytes(kept.digest)
    assert code not in str(vars(kept))
