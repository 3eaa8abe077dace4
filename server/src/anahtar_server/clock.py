"""The time, as an argument: whoever needs it takes a `Clock`, so that tests can move it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
"""Returns the time now, aware, in UTC."""


def system_clock() -> datetime:
    """Return the system's time in UTC."""
    return datetime.now(UTC)


def local_time(time: datetime) -> str:
    """Return a time as people in Türkiye read it: 23.11.2026 17:55."""
    return time.astimezone(ZoneInfo("Europe/Istanbul")).strftime("%d.%m.%Y %H:%M")
