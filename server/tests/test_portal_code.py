"""The page of an unlock: the code read aloud, renewed, live; and the question whose wrong PINs they were."""

from __future__ import annotations

import pytest
from django.utils import timezone
from portal_stage import Stage, make_stage, problem_of, soup

from anahtar_server.limits.models import Hit
from anahtar_server.unlock.models import Unlock

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    """A signed-in holder."""
    made = make_stage()
    made.sign_in()
    return made


def test_a_renewed_code_ends_the_old_one(stage: Stage) -> None:
    first = stage.open()
    answer = stage.client.post(first + "yenile/")
    second = str(answer.headers["Location"])
    assert second != first
    assert sorted(Unlock.objects.values_list("state", flat=True)) == ["cancelled", "opened"]
    assert soup(stage.client.get(second)).find(id="code") is not None


def test_a_code_that_a_program_has_taken_is_not_renewed(stage: Stage) -> None:
    address = stage.open()
    Unlock.objects.update(state="claimed", claimed_at=timezone.now())
    assert problem_of(stage.client.post(address + "yenile/"))[1] == "unlock-not-ready"
    assert Unlock.objects.count() == 1


def test_when_no_more_codes_may_be_made_the_old_one_still_counts(stage: Stage) -> None:
    address = stage.open()
    now = timezone.now()
    Hit.objects.bulk_create(Hit(kind="open", key=f"card:{stage.card.pk}", at=now) for _ in range(10))
    assert problem_of(stage.client.post(address + "yenile/"))[1] == "too-many"
    assert Unlock.objects.get().state == "opened"


def test_the_part_that_moves_is_the_same_as_on_the_page(stage: Stage) -> None:
    address = stage.open()
    page, part = soup(stage.client.get(address)), soup(stage.client.get(address + "canli/"))
    whole, moving = page.select_one("[data-surum]"), part.select_one("[data-surum]")
    assert whole is not None
    assert moving is not None
    assert whole["data-surum"] == moving["data-surum"]
    assert part.find("html") is None
    assert [tag.get("id") for tag in whole.find_all(id=True)] == [tag.get("id") for tag in moving.find_all(id=True)]


@pytest.mark.parametrize("entered", ["hayir", "bilmiyorum"])
def test_whoever_did_not_enter_the_wrong_pins_is_offered_to_suspend_first(stage: Stage, entered: str) -> None:
    fields = {"card": stage.card.serial, "duties": "on", "entered": entered}
    page = soup(stage.client.post("/nes/pin/", fields))
    first = page.select_one("main a.button")
    assert first is not None
    assert first["href"] == "/nes/sertifika/0a01/askiya-al/"
    assert Unlock.objects.count() == 0
    going_on = {str(one["name"]): str(one["value"]) for one in page.select("#devam input")}
    assert stage.client.post("/nes/pin/", going_on).status_code == 302
    assert Unlock.objects.count() == 1


def test_whoever_entered_them_goes_straight_on(stage: Stage) -> None:
    answer = stage.client.post("/nes/pin/", {"card": stage.card.serial, "duties": "on", "entered": "evet"})
    assert answer.headers["Location"].startswith("/islem/")


def test_the_code_is_read_out_letter_by_letter(stage: Stage) -> None:
    page = soup(stage.client.get(stage.open()))
    code, spoken = page.find(id="code"), page.find(id="code-spoken")
    assert code is not None
    assert spoken is not None
    assert code["aria-hidden"] == "true"
    letters = [letter for letter in code.get_text() if letter != "-"]
    said = spoken.get_text()
    for letter in letters:
        assert letter in said
    assert said.count("grup:") == 3
