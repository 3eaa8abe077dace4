"""Values and text from outside as people may read them, without what could steer a terminal or a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

LONGEST = 200


def plain(value: object) -> str | int:
    """Return a fact for showing: numbers as they are, ISO times as clock times, text without control characters."""
    if isinstance(value, int):
        return value
    text = "".join(one for one in str(value)[:LONGEST] if one.isprintable())
    if "T" not in text or not text[:1].isdigit():
        return text
    from datetime import datetime

    try:
        return clock_time(datetime.fromisoformat(text))
    except ValueError:
        return text


def clock_time(at: datetime) -> str:
    """Return a moment as this computer's clock shows it, with the day when it is not today."""
    local = at.astimezone()
    today = local.date() == type(at).now(local.tzinfo).date()
    return local.strftime("%H:%M" if today else "%d.%m.%Y %H:%M")
