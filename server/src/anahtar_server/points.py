"""Named points between which a process may die: a rehearsal can kill it at any of them, in earnest they do nothing.

`ANAHTAR_POINT` names a file; while it holds `consent.before-commit` (or `consent.before-commit#3`: at the third
passing), the process that reaches the point takes the file away and kills itself with SIGKILL. Without the variable a
point costs one comparison; with it, outside of a rehearsal, nothing happens.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from django.db import transaction

VARIABLE = "ANAHTAR_POINT"
_FILE = os.environ.get(VARIABLE)


class Point(StrEnum):
    """Every place of the unlock's path before and after a commit, a key's use, or a message."""

    # Web: its own commits, then its message to the key service.
    OPEN_BEFORE_COMMIT = "open.before-commit"
    OPEN_AFTER_COMMIT = "open.after-commit"
    CLAIM_BEFORE_COMMIT = "claim.before-commit"
    CLAIM_AFTER_COMMIT = "claim.after-commit"
    CANCEL_BEFORE_COMMIT = "cancel.before-commit"
    CANCEL_AFTER_COMMIT = "cancel.after-commit"
    ERRAND_BEFORE_SENT = "errand.before-sent"
    ERRAND_AFTER_ANSWER = "errand.after-answer"
    # Key service.
    ASK_BEFORE_COMMIT = "ask.before-commit"
    ASK_AFTER_COMMIT = "ask.after-commit"
    ANSWER_BEFORE_COMMIT = "answer.before-commit"
    ANSWER_AFTER_COMMIT = "answer.after-commit"
    GRANT_BEFORE_COMMIT = "grant.before-commit"
    GRANT_AFTER_COMMIT = "grant.after-commit"
    PROOF_BEFORE_KEY = "proof.before-key"
    PROOF_AFTER_KEY = "proof.after-key"
    CONSENT_BEFORE_COMMIT = "consent.before-commit"
    CONSENT_BEFORE_KEY = "consent.before-key"  # after the commit
    CONSENT_AFTER_KEY = "consent.after-key"  # before the answer
    EVIDENCE_BEFORE_KEY = "evidence.before-key"
    EVIDENCE_AFTER_KEY = "evidence.after-key"
    OUTCOME_BEFORE_COMMIT = "outcome.before-commit"
    OUTCOME_AFTER_COMMIT = "outcome.after-commit"
    DOUBT_BEFORE_COMMIT = "doubt.before-commit"
    DOUBT_AFTER_COMMIT = "doubt.after-commit"
    SETTLING_BEFORE_COMMIT = "settling.before-commit"
    SETTLING_AFTER_COMMIT = "settling.after-commit"
    REPLY_BEFORE_SENT = "reply.before-sent"
    # Worker.
    SEND_BEFORE_LEASE = "send.before-lease"
    SEND_AFTER_LEASE = "send.after-lease"
    SEND_BEFORE_MARK = "send.before-mark"  # the message has gone
    SEND_AFTER_MARK = "send.after-mark"
    LINK_BEFORE_COMMIT = "link.before-commit"
    LINK_AFTER_COMMIT = "link.after-commit"
    TIME_BEFORE_COMMIT = "time.before-commit"
    TIME_AFTER_COMMIT = "time.after-commit"


def reach(point: Point) -> None:
    """Say that the process is at a point; does nothing unless a rehearsal wants it to die here."""
    if _FILE is not None:
        _die_if_wanted(Path(_FILE), point)


@contextmanager
def committing(before: Point, after: Point) -> Iterator[None]:
    """One transaction with its two points; as a decorator too, in the place of `transaction.atomic`."""
    with transaction.atomic():
        yield
        reach(before)
    reach(after)


def _die_if_wanted(file: Path, point: Point) -> None:
    try:
        name, _, passing = file.read_text(encoding="utf-8").strip().partition("#")
    except FileNotFoundError:
        return
    if name != point or not _is_rehearsal():
        return
    if passing not in ("", "1"):
        file.write_text(f"{name}#{int(passing) - 1}", encoding="utf-8")
        return
    file.unlink()  # whoever starts in our place lives
    os.kill(os.getpid(), signal.SIGKILL)


def _is_rehearsal() -> bool:
    from anahtar_server.config import config

    return config().rehearsal
