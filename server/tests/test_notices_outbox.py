"""The outbox: one message an act, whatever happens to gateways and workers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from anahtar_server.audit.models import AuditEntry
from anahtar_server.audit.names import Act
from anahtar_server.notices.acts import tell
from anahtar_server.notices.gateways import Gateways
from anahtar_server.notices.models import OutboxMessage
from anahtar_server.notices.ports import AddressRefused, NotSent
from anahtar_server.notices.rules import LEASE, MOST_ATTEMPTS, SMS_TEXT, MessageTooLong
from anahtar_server.notices.sending import send_due

NOW = datetime(2026, 11, 23, 14, 55, tzinfo=UTC)
TO, CODE = "+905551112233", "48151623"


class PowerCut(BaseException):
    """The worker dies here."""


@dataclass
class Exchange:
    """A stand-in for a message centre: keeps what it was given; `before` and `after` may fail or die."""

    sent: list[tuple[str, ...]] = field(default_factory=list)
    before: Callable[[], None] = lambda: None
    after: Callable[[], None] = lambda: None

    def send(self, *message: str) -> None:
        self.before()
        self.sent.append(message)
        self.after()


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


def _tell(
    *,
    key: str = "unlock:1:code",
    channel: str = "sms",
    text: str = f"Kod {CODE}",
    subject: str | None = None,
    secret: bool = True,
    not_after: datetime | None = NOW + timedelta(minutes=3),
) -> None:
    with transaction.atomic():
        tell(
            channel="sms" if channel == "sms" else "email",
            address=TO,
            text=text,
            subject=subject,
            about="unlock:1",
            actor="key-service",
            now=NOW,
            not_after=not_after,
            secret=secret,
            key=key,
        )


def _send(exchange: Exchange, *, after: float = 0, most: int = 50) -> int:
    return send_due(gateways=Gateways(exchange, exchange), now=NOW + timedelta(seconds=after), most=most)


def _dies() -> None:
    raise PowerCut


def _raise_next(failures: Iterator[Exception]) -> None:
    for error in failures:
        raise error


def _fails(error: Exception) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


def _acts() -> list[str]:
    return [entry.act for entry in AuditEntry.objects.order_by("id")]


@pytest.mark.django_db
class TestOutbox:
    @pytest.mark.django_db(transaction=True)
    def test_a_message_outside_of_a_transaction_is_refused(self) -> None:
        with pytest.raises(TransactionManagementError):
            tell(
                channel="sms",
                address=TO,
                text="x",
                subject=None,
                about="x",
                actor="x",
                now=NOW,
                not_after=None,
                key="k",
            )

    def test_a_message_goes_back_with_its_act(self, exchange: Exchange) -> None:
        with transaction.atomic():
            _tell()
            transaction.set_rollback(True)
        assert _send(exchange) == 0

    def test_a_message_is_sent_once_and_its_secret_blanked(self, exchange: Exchange) -> None:
        _tell()
        assert _send(exchange) == 1
        assert _send(exchange, after=3600) == 0
        assert exchange.sent == [(TO, f"Kod {CODE}")]
        message = OutboxMessage.objects.get()
        assert (message.state, message.text, message.sent_at) == ("sent", "", NOW)
        assert _acts() == [Act.MESSAGE_QUEUED, Act.MESSAGE_SENT]

    def test_a_text_without_secret_is_kept(self, exchange: Exchange) -> None:
        _tell(secret=False)
        _send(exchange)
        assert OutboxMessage.objects.get().text == f"Kod {CODE}"

    def test_an_email_goes_by_the_mail_gateway_with_its_subject(self) -> None:
        sms, mail = Exchange(), Exchange()
        _tell(channel="email", subject="PIN değişti", text="uzun " * 100)
        send_due(gateways=Gateways(sms, mail), now=NOW)
        assert sms.sent == []
        assert mail.sent == [(TO, "PIN değişti", "uzun " * 100)]

    def test_the_same_key_tells_once(self, exchange: Exchange) -> None:
        _tell()
        _tell(text="another")
        _send(exchange)
        _tell()
        _send(exchange)
        assert len(exchange.sent) == 1
        assert _acts().count(Act.MESSAGE_QUEUED) == 1

    def test_an_sms_that_would_not_fit_is_refused_whole(self) -> None:
        _tell(key="fits", text="ş" * SMS_TEXT)
        with pytest.raises(MessageTooLong) as caught:
            _tell(text="ş" * (SMS_TEXT + 1))
        assert (caught.value.letters, caught.value.most) == (SMS_TEXT + 1, SMS_TEXT)
        assert OutboxMessage.objects.count() == 1

    def test_a_gateway_that_is_down_is_asked_again_later(self, exchange: Exchange) -> None:
        _tell()
        exchange.before = _fails(NotSent("down"))
        assert _send(exchange) == 1
        assert _send(exchange, after=1) == 0
        exchange.before = lambda: None
        assert _send(exchange, after=3) == 1
        assert len(exchange.sent) == 1
        assert OutboxMessage.objects.get().unsure is False

    def test_a_code_is_not_sent_when_it_is_over(self, exchange: Exchange) -> None:
        _tell()
        _send(exchange, after=180)
        message = OutboxMessage.objects.get()
        assert exchange.sent == []
        assert (message.state, message.text) == ("given-up", "")
        assert _acts()[-1] == Act.MESSAGE_GIVEN_UP

    def test_a_message_without_end_is_given_up_after_many_tries(self, exchange: Exchange) -> None:
        _tell(not_after=None)
        exchange.before = _fails(NotSent("down"))
        for hour in range(MOST_ATTEMPTS + 3):
            _send(exchange, after=3600 * hour)
        assert OutboxMessage.objects.get().attempts == MOST_ATTEMPTS
        assert OutboxMessage.objects.get().state == "given-up"

    def test_an_address_that_is_refused_is_given_up_at_once(self, exchange: Exchange) -> None:
        _tell()
        exchange.before = _fails(AddressRefused("550"))
        _send(exchange)
        assert OutboxMessage.objects.get().state == "given-up"
        assert '"why":"address-refused"' in AuditEntry.objects.order_by("id").last().facts  # type: ignore[union-attr]

    def test_a_worker_that_died_before_sending_is_followed_by_another(self, exchange: Exchange) -> None:
        _tell()
        exchange.before = _dies
        with pytest.raises(PowerCut):
            _send(exchange)
        exchange.before = lambda: None
        assert _send(exchange, after=1) == 0
        assert _send(exchange, after=LEASE.total_seconds() + 1) == 1
        assert len(exchange.sent) == 1

    def test_a_worker_that_died_after_sending_makes_one_more_message_at_most_and_the_audit_says_so(
        self, exchange: Exchange
    ) -> None:
        _tell(not_after=None)
        exchange.after = _dies
        for minute in range(4):
            try:
                _send(exchange, after=60 * minute)
            except PowerCut:
                continue
        assert len(exchange.sent) == 2
        assert OutboxMessage.objects.get().state == "given-up"
        assert '"why":"unsure-twice"' in AuditEntry.objects.order_by("id").last().facts  # type: ignore[union-attr]

    def test_a_second_message_is_marked_as_perhaps_the_second(self, exchange: Exchange) -> None:
        _tell()
        exchange.after = _dies
        with pytest.raises(PowerCut):
            _send(exchange)
        exchange.after = lambda: None
        _send(exchange, after=60)
        assert '"perhaps_twice":true' in AuditEntry.objects.order_by("id").last().facts  # type: ignore[union-attr]

    def test_a_code_whose_sending_is_unsure_does_not_go_again_when_it_is_over(self, exchange: Exchange) -> None:
        _tell()
        exchange.after = _dies
        with pytest.raises(PowerCut):
            _send(exchange)
        _send(exchange, after=181)
        assert len(exchange.sent) == 1
        assert OutboxMessage.objects.get().state == "given-up"

    def test_a_gateway_that_fell_silent_is_treated_like_a_dead_worker(self, exchange: Exchange) -> None:
        _tell()
        exchange.after = _fails(TimeoutError(f"no answer to {CODE}"))
        assert _send(exchange) == 1
        assert OutboxMessage.objects.get().state == "sending"
        assert _send(exchange, after=5) == 0

    def test_one_bad_message_does_not_hold_up_the_next(self, exchange: Exchange) -> None:
        _tell(key="first")
        _tell(key="second")
        failures = iter([ValueError("x")])
        exchange.before = lambda: _raise_next(failures)
        _send(exchange)
        assert len(exchange.sent) == 1

    def test_no_more_are_sent_than_asked(self, exchange: Exchange) -> None:
        for number in range(5):
            _tell(key=f"{number}")
        assert _send(exchange, most=2) == 2
        assert len(exchange.sent) == 2

    def test_a_code_goes_before_the_notices_that_wait_and_the_last_place_is_the_oldest_ones(
        self, exchange: Exchange
    ) -> None:
        for number in range(4):
            _tell(key=f"notice-{number}", text=f"notice {number}", not_after=None)
        _tell(key="later", text="later code", not_after=NOW + timedelta(seconds=180))
        _tell(key="sooner", text="sooner code", not_after=NOW + timedelta(seconds=60))
        _send(exchange, most=4)
        assert [text for _, text in exchange.sent] == ["sooner code", "later code", "notice 0", "notice 1"]
        for number in range(4):
            _tell(key=f"code-{number}", text=f"code {number}")
        _send(exchange, most=2)
        assert [text for _, text in exchange.sent[4:]] == ["code 0", "notice 2"]

    @pytest.mark.django_db(transaction=True)
    def test_workers_at_once_send_every_message_once(self, exchange: Exchange) -> None:
        for number in range(30):
            _tell(key=f"{number}", text=f"{number}")
        threads = [threading.Thread(target=_send_and_close, args=(exchange,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert sorted(int(text) for _, text in exchange.sent) == list(range(30))

    def test_a_message_shows_neither_address_nor_text(self) -> None:
        _tell()
        shown = repr(OutboxMessage.objects.get()) + str(OutboxMessage.objects.get())
        assert TO not in shown
        assert CODE not in shown

    def test_neither_address_nor_code_reaches_log_or_audit(
        self, exchange: Exchange, capfd: pytest.CaptureFixture[str]
    ) -> None:
        _tell()
        exchange.before = _fails(RuntimeError(f"{TO} {CODE}"))
        _send(exchange)
        exchange.before = lambda: None
        _send(exchange, after=60)
        seen = "".join(capfd.readouterr()) + repr(list(AuditEntry.objects.values_list()))
        assert TO[1:] not in seen
        assert CODE not in seen


def _send_and_close(exchange: Exchange) -> None:
    try:
        while _send(exchange, most=1):
            pass
    finally:
        connection.close()
