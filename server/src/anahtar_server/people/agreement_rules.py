"""When several representatives of a firm have agreed. Pure."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from anahtar_wire.problems import Problem, Refusal

ASKED_FOR = timedelta(hours=24)
"""How long an agreement waits for its answers."""

GOOD_FOR = timedelta(hours=1)
"""How long whoever asked may do what was agreed to."""

ASKED_A_DAY = 20
"""How many agreements a firm may be asked for in a day."""


class What(StrEnum):
    """What needs an agreement."""

    PIN = "pin"
    REVOKE = "revoke"
    NEEDED = "needed"


class Verdict(StrEnum):
    """Where the answers so far lead."""

    OPEN = "open"
    AGREED = "agreed"
    REFUSED = "refused"


def verdict(yes: int, no: int, needed: int, representatives: int) -> Verdict:
    """Return what `yes` and `no` answers of so many representatives mean; refused as soon as too few are left."""
    if yes >= needed:
        return Verdict.AGREED
    return Verdict.REFUSED if representatives - no < needed else Verdict.OPEN


def checked_needed(needed: int, representatives: int) -> int:
    """Return how many must agree if so many can; raises Refusal ACT_NOT_ALLOWED."""
    if not 1 <= needed <= representatives:
        raise Refusal(Problem.ACT_NOT_ALLOWED)
    return needed
