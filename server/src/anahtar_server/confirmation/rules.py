"""How a confirmation is made and compared; pure."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import datetime, timedelta

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 128
SKEW = timedelta(seconds=2)
"""How far the clocks of two of our computers may be apart."""


def sms_code(digits: int, choose: Callable[[str], str]) -> str:
    """Return a code of `digits` digits; `choose` picks one character (`secrets.choice` in earnest)."""
    return "".join(choose("0123456789") for _ in range(digits))


def code_mac(key: bytes, about: str, code: str) -> bytes:
    """Return the HMAC-SHA-256 under which a code is kept, bound to what it confirms."""
    return hmac.digest(key, f"sms-code\0{about}\0{code}".encode(), "sha256")


def cleaned(answer: str) -> str:
    """Return an SMS code as typed without spaces and dashes."""
    return "".join(answer.split()).replace("-", "")


def counts_from(since: datetime, hours: int) -> datetime:
    """Return when a line or password that is known `since` may confirm something."""
    return since + timedelta(hours=hours)


def password_fits(password: str) -> bool:
    """Tell whether a web password is long enough and not one character repeated."""
    return SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD and len(set(password)) > 3
