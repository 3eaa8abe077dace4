"""How long a command takes that does nothing: nobody waits for help, and nothing heavy is imported for it."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.frame import Goal, Measure, alternate, judge

ROUNDS = 15
STARTS = 5
"""Starts in one figure of a round, of which the median counts: one start alone says little."""
AT_MOST = Goal("<=", 3.0)
COMMANDS: tuple[tuple[list[str], Goal | None], ...] = (
    (["eimza", "--help"], AT_MOST),
    (["eimza", "--version"], AT_MOST),
    (["anahtar", "--version"], None),
)
WHY = f"each figure is the median of {STARTS} starts; the limit is `python -c pass` with the same interpreter"


def measures(*, rounds: int | None = None) -> Iterator[Measure]:
    """Yield each command's time to its end beside an interpreter that does nothing."""
    here = Path(sys.executable).parent
    for (program, option), goal in ((tuple(command), goal) for command, goal in COMMANDS):
        command, nothing = [str(here / program), option], [sys.executable, "-c", "pass"]
        alternate(lambda command=command: _milliseconds(command, 1), None, None, 1)  # the first one fills the caches
        taken = alternate(
            lambda command=command: _milliseconds(command, STARTS),
            None,
            lambda nothing=nothing: _milliseconds(nothing, STARTS),
            rounds or ROUNDS,
        )
        yield judge("start", f"{program} {option}", "ms", taken, to="limit", goal=goal, why=WHY)


def _milliseconds(command: list[str], starts: int) -> float:
    return statistics.median(_once(command) for _ in range(starts))


def _once(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, env=os.environ, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - began) * 1000
