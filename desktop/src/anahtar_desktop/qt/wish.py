"""What a person may want from the first page."""

from __future__ import annotations

from enum import StrEnum


class Wish(StrEnum):
    """What was chosen on the first page."""

    UNLOCK = "unlock"
    CHANGE = "change"
    VIEWER = "viewer"
    CHECK = "check"
    PRACTICE = "practice"
    LOOK = "look"
