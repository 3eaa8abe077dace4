"""What the pages refuse, and how they say it: a friendly page with a code, never a bare status or a trace."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from portal_stage import Stage, make_stage, problem_of, sign_in_browser, soup

from anahtar_server.cards.acts import flag_lost
from anahtar_server.people.models import Representation
from anahtar_server.portal.views import holder as holder_pages
from anahtar_server.unlock.models import Unlock
from anahtar_wire.problems import Problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    """A signed-in holder."""
    made = make_stage()
    made.sign_in()
    return made


@pytest.fixture
def stranger(stage: Stage) -> Client:
    """The browser of somebody who is signed in too."""
    client = Client()
    sign_in_browser(client, stage.stranger)
    return client


def test_another_persons_certificate_and_an_unknown_one_are_answered_alike(stage: Stage, stranger: Client) -> None:
    assert stage.client.get("/nes/sertifika/0a01/").status_code == 200
    others, unknown = stranger.get("/nes/sertifika/0a01/"), stranger.get("/nes/sertifika/ffff/")
    assert problem_of(others) == problem_of(unknown) == (404, "page-not-found")
    texts = [soup(answer).get_text() for answer in (others, unknown)]
    assert texts[0] == texts[1]


def test_another_persons_unlock_and_an_unknown_one_are_answered_alike(stage: Stage, stranger: Client) -> None:
    address = stage.open()
    for page in (address, f"/islem/{uuid4().hex}/", "/islem/no-name/"):
        assert problem_of(stranger.get(page)) == (404, "page-not-found")
        assert problem_of(stranger.post(page + "vazgec/")) == (404, "page-not-found")
    assert Unlock.objects.get().state == "opened"


def asked_for(client: Client, page: str) -> list[str]:
    """The questions that a page asked the database, without their values: whoever times an answer sees no more."""
    with CaptureQueriesContext(connection) as asked:
        assert problem_of(client.get(page)) == (404, "page-not-found")
    return [re.sub(r"'[^']*'|\b\d+\b", "?", query["sql"]) for query in asked.captured_queries]


@pytest.mark.parametrize(
    ("theirs", "unknown"),
    [
        ("/nes/sertifika/0a01/", "/nes/sertifika/ffff/"),
        ("/nes/sertifika/0a01/iptal/", "/nes/sertifika/ffff/iptal/"),
        ("/nes/sertifika/0a01/indir/pem/", "/nes/sertifika/ffff/indir/pem/"),
        (f"/nes/kart/{'A0' * 12}/kayip/", f"/nes/kart/{'FF' * 12}/kayip/"),
        ("{unlock}", f"/islem/{'0' * 32}/"),
        ("{firm}", f"/muhur/{'0' * 8}-0000-0000-0000-{'0' * 12}/"),
    ],
)
def test_what_is_another_persons_costs_the_same_work_as_what_is_unknown(
    stage: Stage, stranger: Client, theirs: str, unknown: str
) -> None:
    places = {"unlock": stage.open(), "firm": f"/muhur/{stage.firm.pk}/"}
    assert asked_for(stranger, theirs.format(**places)) == asked_for(stranger, unknown)


def test_the_firms_of_others_are_unknown(stage: Stage, stranger: Client) -> None:
    for page in ("", "pin/", "sertifika/0b01/"):
        assert problem_of(stranger.get(f"/muhur/{stage.firm.pk}/{page}")) == (404, "page-not-found")
    answer = stranger.post(f"/muhur/{stage.firm.pk}/pin/", {"card": stage.seal.serial, "duties": "on"})
    assert problem_of(answer) == (404, "page-not-found")
    assert Unlock.objects.count() == 0


def test_a_representation_that_ended_opens_nothing_any_more(stage: Stage) -> None:
    Representation.objects.update(until=timezone.now() - timedelta(minutes=1))
    assert problem_of(stage.client.get(f"/muhur/{stage.firm.pk}/")) == (404, "page-not-found")


def test_a_seals_certificate_is_not_on_the_persons_own_pages(stage: Stage) -> None:
    assert problem_of(stage.client.get("/nes/sertifika/0b01/")) == (404, "page-not-found")


def test_another_persons_card_cannot_be_chosen(stage: Stage, stranger: Client) -> None:
    answer = stranger.post("/nes/pin/", {"card": stage.card.serial, "duties": "on"})
    assert answer.status_code == 422
    assert Unlock.objects.count() == 0


def test_a_seal_cannot_be_chosen_on_the_persons_page(stage: Stage) -> None:
    assert stage.client.post("/nes/pin/", {"card": stage.seal.serial, "duties": "on"}).status_code == 422
    assert Unlock.objects.count() == 0


def test_without_the_duties_nothing_opens_and_the_field_says_so(stage: Stage) -> None:
    answer = stage.client.post("/nes/pin/", {"card": stage.card.serial})
    page = soup(answer)
    assert (answer.status_code, Unlock.objects.count()) == (400, 0)
    box, summary = page.select_one("#id_duties"), page.select_one("#error-summary[role=alert]")
    assert box is not None
    assert summary is not None
    assert page.find(id=str(box["aria-describedby"])) is not None
    assert {str(link["href"]) for link in summary.select("a")} == {"#id_duties"}
    assert "Deneme hakkınız azalmadı." in summary.get_text()
    chosen = page.select_one("input[name=card][checked]")
    assert chosen is not None
    assert chosen["value"] == stage.card.serial


def test_a_form_without_a_card_keeps_the_ticked_box(stage: Stage) -> None:
    page = soup(stage.client.post("/nes/pin/", {"duties": "on"}))
    assert page.select_one("#id_duties[checked]") is not None
    assert page.select_one("#id_card_error") is not None


def test_a_lost_card_is_named_but_cannot_be_chosen(stage: Stage) -> None:
    flag_lost(card=stage.card, actor="rehearsal", now=timezone.now())
    radio = soup(stage.client.get("/nes/pin/")).select_one("input[name=card]")
    assert radio is not None
    assert radio.has_attr("disabled")
    assert stage.client.post("/nes/pin/", {"card": stage.card.serial, "duties": "on"}).status_code == 422


def test_a_seal_under_another_representatives_hands_is_refused_by_name(stage: Stage) -> None:
    Representation.objects.create(holder=stage.stranger, firm=stage.firm, since=timezone.now(), until=None)
    stage.client.post(f"/muhur/{stage.firm.pk}/pin/", {"card": stage.seal.serial, "duties": "on"})
    other = Client()
    sign_in_browser(other, stage.stranger)
    answer = other.post(f"/muhur/{stage.firm.pk}/pin/", {"card": stage.seal.serial, "duties": "on"})
    assert problem_of(answer) == (409, "unlock-live")


@pytest.mark.parametrize(
    ("method", "page"),
    [("get", "/nowhere/"), ("post", "/"), ("get", "/cikis/"), ("put", "/nes/pin/"), ("get", "/yardim/no-code/")],
)
def test_what_no_page_answers_is_told_as_not_found(stage: Stage, method: str, page: str) -> None:
    assert problem_of(getattr(stage.client, method)(page)) == (404, "page-not-found")


def test_a_form_with_an_old_token_is_told_so() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert problem_of(strict.post("/giris/", {"next": "/nes/"})) == (403, "form-old")


@pytest.mark.parametrize("error", [RuntimeError("TCKN 10000000146"), KeyError("x"), Http404("x")])
def test_what_nobody_foresaw_says_internal_and_nothing_else(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(holder_pages, "firms_of", fail)
    answer = stage.client.get("/muhur/")
    expected = (404, "page-not-found") if isinstance(error, Http404) else (500, "internal")
    assert problem_of(answer) == expected
    shown = answer.content.decode() + "".join(capsys.readouterr())
    assert "10000000146" not in shown
    assert "Traceback" not in shown


def test_a_page_is_told_even_when_its_own_frame_fails(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("anahtar_server.portal.context.current", fail)
    assert problem_of(stage.client.get("/nowhere/")) == (404, "page-not-found")


def test_every_problem_has_a_help_page_of_its_own(stage: Stage) -> None:
    listed = {str(link["href"]) for link in soup(stage.client.get("/yardim/")).select("a:has(code)")}
    assert listed == {f"/yardim/{problem.value}/" for problem in Problem}
    for address in listed:
        answer = stage.client.get(address)
        assert answer.status_code == 200
        assert "?." not in answer.content.decode()


def test_too_large_a_form_is_told_as_a_page(stage: Stage) -> None:
    answer = stage.client.post("/nes/pin/", {"card": "x" * 100_000})
    assert problem_of(answer) == (403, "form-old")
