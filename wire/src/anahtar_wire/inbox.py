"""What the rehearsal's sinks write instead of sending: one JSON line a message."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import Field

from anahtar_wire.fields import Time
from anahtar_wire.messages import Message

FILE = "messages.jsonl"


class InboxMessage(Message):
    """An SMS or e-mail that was not sent but laid into the rehearsal's inbox."""

    at: Time
    channel: Literal["sms", "email"]
    sender: str
    to: str
    subject: str | None = None
    text: str = Field(repr=False)  # it may hold an SMS confirmation code


def append(folder: Path, message: InboxMessage) -> None:
    """Add a message to the inbox in `folder`, one line in one write; raises OSError when it cannot be stored."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    line = message.model_dump_json().encode() + b"\n"
    handle = os.open(folder / FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        if os.write(handle, line) != len(line):
            raise OSError("the inbox took only a part of the message")
    finally:
        os.close(handle)


def read(folder: Path) -> list[InboxMessage]:
    """Return the messages of the inbox in `folder`, oldest first; a line still being written is left for next time."""
    path = folder / FILE
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")[:-1]
    return [InboxMessage.model_validate_json(line) for line in lines]
