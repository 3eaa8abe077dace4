"""The pretend SMS centre: appends every message to the inbox folder. It exists in rehearsal only."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from anahtar_gate.config import GateConfig
from anahtar_wire.inbox import InboxMessage, append

SENDER = "ANAHTAR-KAPI"


class SmsNotPossible(Exception):
    """No way to send an SMS is configured, or the one there is failed."""


def _inbox_of(config: GateConfig) -> Path:
    """The sink's folder; raises SmsNotPossible in earnest, whatever else the settings say."""
    if not config.rehearsal or config.inbox is None:
        raise SmsNotPossible("the SMS sink works in rehearsal only")
    return config.inbox


def send_sms(*, config: GateConfig, to: str, text: str, now: datetime) -> None:
    """After it, the message lies in the inbox.

    to: E.164. text: at most 134 characters, beginning with the act. now: UTC.
    Raises SmsNotPossible in earnest or when the inbox cannot be written.
    """
    folder = _inbox_of(config)
    message = InboxMessage(at=now, channel="sms", sender=SENDER, to=to, subject=None, text=text)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        append(folder, message)
    except OSError as error:
        raise SmsNotPossible("the inbox cannot be written") from error
