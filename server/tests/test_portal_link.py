"""The link that brings the code into the program: for its own page only, 60 seconds, once, told to nobody else."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from portal_stage import Stage, make_stage, problem_of, sign_in_browser, soup

from anahtar_server.audit.models import AuditEntry
from anahtar_server.config import Limits
from anahtar_server.limits.models import Hit
from anahtar_server.unlock.links import LASTS, MOST, trade_link
from anahtar_server.unlock.models import Link, Unlock
from anahtar_wire.problems import Problem, Refusal

pytestmark = pytest.mark.django_db
UNKNOWN = "q3Zt0uJ8vYk1xW5rBnM4aA"


@pytest.fixture
def stage() -> Stage:
    """A signed-in holder."""
    made = make_stage()
    made.sign_in()
    return made


def _reference(stage: Stage, address: str) -> str:
    link = soup(stage.client.post(address + "baglanti/")).find(id="ac")
    assert link is not None
    parts = urlsplit(str(link["href"]))
    assert (parts.scheme, parts.netloc, parts.path) == ("eimza", "unlock", "")
    return parse_qs(parts.query)["ref"][0]


def _code(stage: Stage, address: str) -> str:
    code = soup(stage.client.get(address)).find(id="code")
    assert code is not None
    return code.get_text()


def _trade(reference: str) -> tuple[int, dict[str, object]]:
    answer = Client().post("/api/v1/link", {"version": 1, "ref": reference}, content_type="application/json")
    read = json.loads(answer.content)
    assert isinstance(read, dict)
    return answer.status_code, read


def _trade_at(reference: str, now: datetime) -> str:
    return trade_link(reference=reference, address="127.0.0.1", limits=Limits(), now=now)


def test_a_program_trades_a_link_for_the_code_on_the_page(stage: Stage) -> None:
    address = stage.open()
    assert _trade(_reference(stage, address)) == (200, {"version": 1, "code": _code(stage, address)})


def test_a_link_works_once(stage: Stage) -> None:
    reference = _reference(stage, stage.open())
    assert _trade(reference)[0] == 200
    status, problem = _trade(reference)
    assert (status, problem["code"]) == (410, "link-spent")


def test_an_unknown_link_is_answered_like_a_used_one(stage: Stage) -> None:
    reference = _reference(stage, stage.open())
    _trade(reference)
    assert _trade(UNKNOWN) == _trade(reference)


def test_a_link_is_too_old_after_sixty_seconds(stage: Stage) -> None:
    reference, now = _reference(stage, stage.open()), timezone.now()
    with pytest.raises(Refusal) as refused:
        _trade_at(reference, now + LASTS)
    assert refused.value.problem is Problem.LINK_SPENT
    assert _trade_at(reference, now + LASTS - timedelta(seconds=5))


def test_a_newer_link_ends_the_older(stage: Stage) -> None:
    address = stage.open()
    first, second = _reference(stage, address), _reference(stage, address)
    assert _trade(first)[0] == 410
    assert _trade(second)[0] == 200


def test_the_link_of_a_cancelled_unlock_is_spent(stage: Stage) -> None:
    address = stage.open()
    reference = _reference(stage, address)
    stage.client.post(address + "vazgec/")
    assert _trade(reference)[0] == 410


def test_trading_a_link_does_not_claim_the_code(stage: Stage) -> None:
    _trade(_reference(stage, stage.open()))
    unlock = Unlock.objects.get()
    assert (unlock.state, unlock.code_tries_used) == ("opened", 0)


def test_neither_code_nor_reference_stands_in_the_database(stage: Stage) -> None:
    address = stage.open()
    code, reference = _code(stage, address), _reference(stage, address)
    kept = Link.objects.get()
    for secret in (code.encode(), code.replace("-", "").encode(), reference.encode()):
        assert secret not in bytes(kept.sealed)
        assert secret not in bytes(kept.digest)
    rows = "".join(str(entry.__dict__) for entry in AuditEntry.objects.all())
    assert reference not in rows
    assert code not in rows


def test_another_person_makes_no_link(stage: Stage) -> None:
    address = stage.open()
    other = Client()
    sign_in_browser(other, stage.stranger)
    assert problem_of(other.post(address + "baglanti/"))[1] == "page-not-found"


def test_a_browser_without_the_code_is_sent_to_the_page_that_says_what_to_do(stage: Stage) -> None:
    address = stage.open()
    other = Client()
    sign_in_browser(other, stage.holder)
    answer = other.post(address + "baglanti/")
    assert (answer.status_code, answer.headers["Location"]) == (302, address)


def test_opening_the_address_makes_no_link(stage: Stage) -> None:
    address = stage.open()
    assert stage.client.get(address + "baglanti/").status_code == 404
    assert Link.objects.count() == 0


def test_nobody_makes_links_without_end(stage: Stage) -> None:
    address = stage.open()
    name, now = Unlock.objects.get().name, timezone.now()
    Hit.objects.bulk_create(Hit(kind="link-made", key=name, at=now) for _ in range(MOST))
    assert problem_of(stage.client.post(address + "baglanti/"))[1] == "too-many"


def test_guessing_links_is_ended(stage: Stage) -> None:
    reference = _reference(stage, stage.open())
    answers = [_trade(UNKNOWN)[0] for _ in range(11)]
    assert answers == [410] * 10 + [429]
    assert _trade(reference)[0] == 429
