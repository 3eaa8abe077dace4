"""The SMS gateway down, silent, doubling: one message an act as far as anyone can know, and another way to confirm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from anahtar_counts import Row
from race_cards import set_pin
from unlock_stage import LIMITS, SERIAL, Stage, make_stage

from anahtar_server.audit.models import AuditEntry
from anahtar_server.confirmation.acts import set_web_password
from anahtar_server.notices.gateways import Gateways
from anahtar_server.notices.models import OutboxMessage
from anahtar_server.notices.ports import NotSent
from anahtar_server.notices.rules import LEASE
from anahtar_server.notices.sending import send_due
from anahtar_server.unlock import queries
from anahtar_server.unlock.models import Unlock
from anahtar_wire.messages import ConfirmationRequest, Method, Outcome, Report, State

pytestmark = pytest.mark.django_db(transaction=True)
ROW = "HSM gone, slow, dropping sessions; SMS gateway down, slow, doubling"
PASSWORD = "uzun bir parola 9"


@dataclass
class Gateway:
    """An SMS gateway in one of its moods; `sent` is what reached the telephone."""

    mood: str = "well"
    sent: list[str] = field(default_factory=list)

    def send(self, to: str, text: str) -> None:
        """See SmsGateway.send."""
        if self.mood == "down":
            raise NotSent("connection refused")
        if self.mood != "silent":
            self.sent.append(text)
        if self.mood in ("silent", "doubling"):  # nobody knows whether it took the message
            raise TimeoutError


class NoMail:
    """The stage's holder has no e-mail address."""

    def send(self, to: str, subject: str, text: str) -> None:
        """See MailGateway.send."""
        raise AssertionError("nobody has an e-mail address here")


@pytest.fixture
def stage(folder: Path, now: datetime) -> Stage:
    """A holder whose card is locked, with a web password that counts."""
    made = make_stage(folder, now)
    set_web_password(holder=made.holder, password=PASSWORD, actor="x", now=now - timedelta(days=30))
    return made


@pytest.fixture
def row(counted: Callable[..., Row]) -> Row:
    """The row of these cases and of the keys'."""
    return counted(ROW, small=20, large=1_000, share=20)


def work(stage: Stage, gateway: Gateway, seconds: float = 0) -> None:
    """The worker's turn, so many seconds later."""
    stage.clock.pass_seconds(seconds)
    send_due(gateways=Gateways(sms=gateway, email=NoMail()), now=stage.clock())


def ask(stage: Stage, unlock: Unlock, method: Method) -> None:
    """Have the confirmation asked for."""
    request = ConfirmationRequest(method=method, card_serial=SERIAL)
    stage.ask("ask-confirmation", "confirmation", request, unlock)


def confirm_by_web(stage: Stage, unlock: Unlock) -> None:
    """The holder takes the other way."""
    ask(stage, unlock, Method.WEB)
    stage.answer(PASSWORD, unlock, Method.WEB)


@pytest.mark.parametrize("mood", ["down", "silent", "doubling"])
def test_where_no_sms_comes_the_web_password_confirms(stage: Stage, mood: str, row: Row) -> None:
    gateway = Gateway(mood)
    _, code = stage.open()
    unlock = stage.claim(code)
    ask(stage, unlock, Method.SMS)
    work(stage, gateway)
    confirm_by_web(stage, unlock)
    assert queries.by_name(unlock.name).now_in is State.CONFIRMED
    row.did(1)


@pytest.mark.parametrize(("mood", "most"), [("down", 0), ("silent", 0), ("doubling", 2)])
def test_a_code_goes_once_or_is_given_up_and_its_text_is_gone(stage: Stage, mood: str, most: int, row: Row) -> None:
    gateway = Gateway(mood)
    _, code = stage.open()
    ask(stage, stage.claim(code), Method.SMS)
    for _ in range(60):
        work(stage, gateway, 15)
    kept = OutboxMessage.objects.get(secret=True)
    assert (kept.state, kept.text) == ("given-up", "")
    assert len(gateway.sent) == most, "once, and once more where nobody could know"
    assert AuditEntry.objects.filter(act="message-given-up").count() == 1
    row.did(1)


@pytest.mark.parametrize(("mood", "most"), [("down", 1), ("silent", 1), ("doubling", 2)])
def test_the_notice_of_a_changed_pin_comes_when_the_gateway_is_well_again(
    stage: Stage, mood: str, most: int, row: Row
) -> None:
    gateway = Gateway(mood)
    _, code = stage.open()
    unlock = stage.claim(code)
    confirm_by_web(stage, unlock)
    evidence = set_pin(stage, unlock, "482916")
    stage.ask("report", "report", Report(outcome=Outcome.DONE, evidence=evidence), unlock)
    work(stage, gateway)
    gateway.mood = "well"
    for _ in range(5):
        work(stage, gateway, LEASE.total_seconds() + 1)
    assert len(gateway.sent) == most
    assert OutboxMessage.objects.get(key__startswith="done:").state == "sent"
    sent = AuditEntry.objects.get(act="message-sent")
    assert ('"perhaps_twice":true' in sent.facts) is (mood != "down"), "the audit says where it may be a second"
    row.did(1)


def test_each_code_that_is_asked_for_is_a_message_of_its_own_even_in_one_moment(stage: Stage, row: Row) -> None:
    gateway = Gateway()
    _, code = stage.open()
    unlock = stage.claim(code)
    for _ in range(LIMITS.sms_per_unlock):
        ask(stage, unlock, Method.SMS)
    work(stage, gateway)
    assert len(set(gateway.sent)) == LIMITS.sms_per_unlock
    row.did(1)
