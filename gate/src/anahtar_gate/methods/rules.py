"""Limits and refusals of the sign-in methods: pure, no framework."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Counted(StrEnum):
    """What is counted against a limit."""

    PASSWORD = "password"  # wrong passwords, by TCKN, known or not
    SMS = "sms"  # codes sent, by person
    CODE = "code"  # wrong codes, by person


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``count`` in any ``window``."""

    count: int
    window: timedelta


LIMITS: dict[Counted, Limit] = {
    Counted.PASSWORD: Limit(5, timedelta(minutes=15)),
    Counted.SMS: Limit(5, timedelta(minutes=15)),
    # Who knows a password may guess 5 times a code; this bounds the guesses of a day to one in 66,000.
    Counted.CODE: Limit(15, timedelta(hours=24)),
}

CODE_DIGITS = 6
CODE_LIFE = timedelta(minutes=3)
CODE_TRIES = 5
_CODE = re.compile(rf"^[0-9]{{{CODE_DIGITS}}}$")


class Refusal(Exception):
    """A step of signing in was refused; subclasses carry the facts."""


class PasswordWrong(Refusal):
    """No such person, or not this password: nobody outside can tell which."""

    def __init__(self, tries_left: int) -> None:
        super().__init__()
        self.tries_left = tries_left


class LimitReached(Refusal):
    """Too many of ``counted``; again possible at ``until``."""

    def __init__(self, counted: Counted, until: datetime) -> None:
        super().__init__(counted)
        self.counted = counted
        self.until = until

    def minutes(self, now: datetime) -> int:
        """Whole minutes to wait, at least 1."""
        return max(1, math.ceil((self.until - now).total_seconds() / 60))


class CodeWrong(Refusal):
    """Another code was sent; ``tries_left`` of the five remain."""

    def __init__(self, tries_left: int) -> None:
        super().__init__()
        self.tries_left = tries_left


class CodeLate(Refusal):
    """The code's three minutes are over; no try was used."""


class CodeSpent(Refusal):
    """This code was used, or its tries are: sign in from the start."""


def is_code(text: str) -> bool:
    """True for exactly six ASCII digits."""
    return bool(_CODE.match(text))


def tries_before(limit: Limit, times: list[datetime], counted: Counted) -> int:
    """Tries left before the next one, given the ``times`` inside the window, oldest first.

    Raises LimitReached with the moment when the oldest of the last ``limit.count`` leaves the window.
    """
    if len(times) >= limit.count:
        raise LimitReached(counted, times[-limit.count] + limit.window)
    return limit.count - len(times)
