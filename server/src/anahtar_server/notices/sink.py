"""The sinks of a rehearsal: nothing leaves, every message is laid into the inbox, marked PROVA."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from anahtar_server.clock import Clock
from anahtar_server.notices.ports import NotSent
from anahtar_server.notices.rules import PROVA
from anahtar_wire.inbox import InboxMessage, append


class SinkInEarnest(Exception):
    """A sink was asked for outside of a rehearsal."""


class _Sink:
    """Writes into the inbox in `folder`; raises SinkInEarnest unless `rehearsal`. `clock` tells the time (aware)."""

    channel: Literal["sms", "email"]

    def __init__(self, folder: Path, *, sender: str, clock: Clock, rehearsal: bool) -> None:
        if not rehearsal:
            raise SinkInEarnest("messages only vanish into an inbox in a rehearsal")
        self._folder, self._sender, self._clock = folder, sender, clock

    def _lay(self, to: str, subject: str | None, text: str) -> None:
        message = InboxMessage(
            at=self._clock(), channel=self.channel, sender=self._sender, to=to, subject=subject, text=text
        )
        try:
            append(self._folder, message)
        except OSError as error:
            raise NotSent(f"the inbox cannot be written ({error.strerror})") from None


class SmsSink(_Sink):
    """The SMS gateway of a rehearsal."""

    channel = "sms"

    def send(self, to: str, text: str) -> None:
        """See SmsGateway.send."""
        self._lay(to, None, PROVA + text)


class MailSink(_Sink):
    """The mail gateway of a rehearsal."""

    channel = "email"

    def send(self, to: str, subject: str, text: str) -> None:
        """See MailGateway.send."""
        self._lay(to, PROVA + subject, PROVA + text)
