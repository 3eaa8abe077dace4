"""The ways out: the rehearsal's sinks, SMTP against a real server of our own, and the inbox page."""

from __future__ import annotations

import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BufferedRWPair
from pathlib import Path

import pytest

from anahtar_server.config import config
from anahtar_server.inbox import InboxInEarnest, page, server
from anahtar_server.notices.gateways import gateways
from anahtar_server.notices.ports import AddressRefused, NotSent
from anahtar_server.notices.rules import SMS_LETTERS, SMS_TEXT
from anahtar_server.notices.sink import MailSink, SinkInEarnest, SmsSink
from anahtar_server.notices.smtp import SmtpMail
from anahtar_wire.inbox import InboxMessage, append, read

NOW = datetime(2026, 11, 23, 14, 55, tzinfo=UTC)


def _clock() -> datetime:
    return NOW


def test_an_sms_of_a_rehearsal_lands_in_the_inbox_marked_and_fits(folder: Path) -> None:
    SmsSink(folder, sender="ANAHTAR", clock=_clock, rehearsal=True).send("+905551112233", "ş" * SMS_TEXT)
    (message,) = read(folder)
    assert (message.channel, message.to, message.sender, message.at) == ("sms", "+905551112233", "ANAHTAR", NOW)
    assert message.text.startswith("PROVA: ş")
    assert len(message.text) == SMS_LETTERS


def test_an_email_of_a_rehearsal_lands_in_the_inbox_marked(folder: Path) -> None:
    MailSink(folder, sender="a@anahtar.invalid", clock=_clock, rehearsal=True).send("b@x.invalid", "Konu", "Metin")
    (message,) = read(folder)
    assert (message.channel, message.subject, message.text) == ("email", "PROVA: Konu", "PROVA: Metin")


@pytest.mark.parametrize("sink", [SmsSink, MailSink])
def test_a_sink_refuses_to_work_in_earnest(folder: Path, sink: type[SmsSink] | type[MailSink]) -> None:
    with pytest.raises(SinkInEarnest):
        sink(folder, sender="x", clock=_clock, rehearsal=False)


def test_an_inbox_that_cannot_be_written_means_not_sent(folder: Path) -> None:
    (folder / "inbox").write_text("a file, no folder")
    with pytest.raises(NotSent):
        SmsSink(folder / "inbox", sender="x", clock=_clock, rehearsal=True).send("+90", "x")


def test_the_settings_choose_the_ways_out() -> None:
    assert isinstance(gateways(config(), clock=_clock).email, MailSink)
    chosen = config().notices.model_copy(update={"email": "smtp"})
    assert isinstance(gateways(config().model_copy(update={"notices": chosen}), clock=_clock).email, SmtpMail)


class Postman(threading.Thread):
    """A mail server that speaks just enough SMTP (RFC 5321); `refuse` answers RCPT, `data` the end of DATA."""

    def __init__(self, *, refuse: bytes = b"250 ok", data: bytes = b"250 ok") -> None:
        super().__init__(daemon=True)
        self._refuse, self._data = refuse, data
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.letters: list[bytes] = []

    def run(self) -> None:
        connection, _ = self._listener.accept()
        with connection, connection.makefile("rwb") as lines:
            self._say(lines, b"220 postman")
            for line in lines:
                verb = line[:4].upper()
                if verb == b"DATA":
                    self._say(lines, b"354 go on")
                    self.letters.append(b"".join(iter(lines.readline, b".\r\n")))
                    self._say(lines, self._data)
                else:
                    self._say(lines, self._refuse if verb == b"RCPT" else b"250 ok")

    @staticmethod
    def _say(lines: BufferedRWPair, answer: bytes) -> None:
        lines.write(answer + b"\r\n")
        lines.flush()


def _mail(postman: Postman) -> SmtpMail:
    postman.start()
    return SmtpMail(host="127.0.0.1", port=postman.port, sender="bilgi@anahtar.invalid")


def test_a_letter_reaches_the_mail_server() -> None:
    postman = Postman()
    _mail(postman).send("b@x.invalid", "PIN kodunuz", "Değiştirildi")
    assert b"To: b@x.invalid" in postman.letters[0]


@pytest.mark.parametrize(
    ("postman", "error"),
    [
        (Postman(refuse=b"550 nobody of that name"), AddressRefused),
        (Postman(refuse=b"451 later"), NotSent),
        (Postman(data=b"452 full"), NotSent),
    ],
    ids=["never", "later", "full"],
)
def test_a_refusal_of_the_mail_server_means_not_sent(postman: Postman, error: type[NotSent]) -> None:
    with pytest.raises(NotSent) as caught:
        _mail(postman).send("b@x.invalid", "s", "t")
    assert type(caught.value) is error
    assert "b@x" not in caught.value.reason


def test_a_mail_server_that_cannot_be_reached_means_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(NotSent):
        SmtpMail(host="127.0.0.1", port=port, sender="a@x.invalid").send("b@x.invalid", "s", "t")


def _message(text: str) -> InboxMessage:
    return InboxMessage(at=NOW, channel="sms", sender="ANAHTAR", to="+905551112233", text=text)


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    chosen = config().notices.model_copy(update={"inbox": folder})
    with server(config().model_copy(update={"notices": chosen}), port=0) as page_server:
        threading.Thread(target=page_server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{page_server.server_address[1]}"
        page_server.shutdown()


def test_the_inbox_page_shows_messages_newest_first(address: str, folder: Path) -> None:
    append(folder, _message("the older"))
    append(folder, _message("the newer"))
    with urllib.request.urlopen(address) as answer:  # our own page
        text = answer.read().decode()
        policy = answer.headers["Content-Security-Policy"]
    assert text.index("the newer") < text.index("the older")
    assert "PROVA" in text
    assert "Gelen Kutusu" in text
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_inbox_page_has_nothing_else(address: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(address + "/messages.jsonl")  # our own page
    assert caught.value.code == 404
    caught.value.close()


def test_a_message_cannot_put_marks_into_the_page() -> None:
    shown = page([_message("<script>alert(1)</script>")])
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown


def test_an_empty_inbox_says_so() -> None:
    assert "No messages yet" in page([])


def test_the_inbox_page_refuses_to_work_in_earnest() -> None:
    with pytest.raises(InboxInEarnest):
        server(config().model_copy(update={"rehearsal": False}), port=0)
