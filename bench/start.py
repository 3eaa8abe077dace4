"""How long a command takes that does nothing: nobody waits for help, and nothing heavy is imported for it."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench.frame import Goal, Measure, alternate, judge

ROUNDS = 5
STARTS = 25
"""Starts in one figure of a round, of which the median counts: one start alone says little."""
AT_MOST = Goal("<=", 3.0)
COMMANDS: tuple[tuple[tuple[str, str], Goal | None], ...] = (
    (("eimza", "--help"), AT_MOST),
    (("eimza", "--version"), AT_MOST),
    (("anahtar", "--version"), None),
)
WHY = f"each figure is the median of {STARTS} starts; the limit is `python -c pass` with the same interpreter"


def measures(*, rounds: int | None = None) -> Iterator[Measure]:
    """Yield each command's time to its end beside an interpreter that does nothing."""
    here, nothing = Path(sys.executable).parent, [sys.executable, "-c", "pass"]
    for (program, option), goal in COMMANDS:
        command = [str(here / program), option]
        _once(command)  # the first one fills the caches
        taken = alternate(
            partial(_milliseconds, command, STARTS), None, partial(_milliseconds, nothing, STARTS), rounds or ROUNDS
        )
        yield judge("start", f"{program} {option}", "ms", taken, to="limit", goal=goal, why=WHY)


def _milliseconds(command: list[str], starts: int) -> float:
    return statistics.median(_once(command) for _ in range(starts))


def _once(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, env=os.environ, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - began) * 1000
