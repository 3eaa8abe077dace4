"""What a message may be and when it goes again: pure."""

from __future__ import annotations

from datetime import datetime, timedelta

PROVA = "PROVA: "
"""What every message of a rehearsal begins with."""

SMS_LETTERS = 134
"""The longest SMS that leaves: two parts of 67 letters, as Turkish letters need UCS-2 (3GPP TS 23.040 9.2.3.24.1)."""

SMS_TEXT = SMS_LETTERS - len(PROVA)
"""The longest SMS text that a room may ask for: the rehearsal's mark fits in front."""

LEASE = timedelta(seconds=30)
"""How long a worker has for one message before another may take it for dead."""

WAITS = tuple(timedelta(seconds=seconds) for seconds in (2, 5, 15, 60, 300, 900))
"""How long to wait after the first, second … try that certainly did not send; after the last, the last again."""

MOST_ATTEMPTS = 12
"""After that many tries a message without an end of its own is given up."""


class MessageTooLong(Exception):
    """An SMS that would not fit; `letters` counts its characters, `most` those allowed."""

    def __init__(self, letters: int, most: int) -> None:
        super().__init__(letters, most)
        self.letters, self.most = letters, most


def check_text(channel: str, text: str) -> None:
    """Raises MessageTooLong if `text` is longer than an SMS may be."""
    if channel == "sms" and len(text) > SMS_TEXT:
        raise MessageTooLong(len(text), SMS_TEXT)


def next_try(attempts: int, now: datetime) -> datetime:
    """Return when to try again after `attempts` tries that did not send."""
    return now + WAITS[min(max(attempts, 1), len(WAITS)) - 1]


def too_late(not_after: datetime | None, now: datetime) -> bool:
    """Say whether a message is of no use any more."""
    return not_after is not None and now >= not_after
