"""How an act of the program ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from anahtar_desktop.ports import ActivePin
from anahtar_wire.problems import Problem


class Outcome(IntEnum):
    """How it ended, as the exit status that the terminal returns."""

    DONE = 0
    REFUSED = 1
    UNKNOWN = 3
    CANCELLED = 130


@dataclass(frozen=True, slots=True)
class Ending:
    """How an act ended. `problem` is what was shown last (None when all went well); `pin` is which PIN is active on the
    card, None where no card was about to change."""

    outcome: Outcome
    problem: Problem | None = None
    facts: dict[str, int | str] = field(default_factory=dict)
    pin: ActivePin | None = None
