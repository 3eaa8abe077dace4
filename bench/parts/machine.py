"""The machine that measures: which core serves, which one loads, how busy each was."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_CORES = sorted(os.sched_getaffinity(0))
SERVER, LOAD = _CORES[0], _CORES[-1]
"""The server has one core to itself and the load another, where there are two."""


def on_core(core: int, command: list[str]) -> list[str]:
    """Return the command that runs `command`, and all that it starts, on one core."""
    return ["taskset", "-c", str(core), *command]


@dataclass
class Busy:
    """How busy the two cores were, as shares of the time; more than one round is an average."""

    seconds: float = 0.0
    _server: float = 0.0
    _load: float = 0.0
    _rounds: list[float] = field(default_factory=list)

    def add(self, seconds: float, server: float, load: float) -> None:
        """Add one round's busy seconds."""
        self.seconds += seconds
        self._server += server
        self._load += load

    def __str__(self) -> str:
        if not self.seconds:
            return "cores were not watched"
        server, load = self._server / self.seconds, self._load / self.seconds
        full = "the server's core" if server >= max(load, 0.9) else "the load's core" if load >= 0.9 else "neither core"
        return f"saturated: {full} (server {server:.0%}, load {load:.0%})"


@contextmanager
def watched(busy: Busy) -> Iterator[None]:
    """Watch both cores while the block runs."""
    before, began = _busy_seconds(), time.monotonic()
    yield
    after, seconds = _busy_seconds(), time.monotonic() - began
    busy.add(seconds, after[SERVER] - before[SERVER], after[LOAD] - before[LOAD])


def _busy_seconds() -> dict[int, float]:
    """Return each core's seconds at work since the start: all but idle and waiting for a disk (proc(5))."""
    tick = os.sysconf("SC_CLK_TCK")
    rows = [line.split() for line in Path("/proc/stat").read_text().splitlines() if line.startswith("cpu")]
    return {
        int(row[0][3:]): (sum(map(int, row[1:9])) - int(row[4]) - int(row[5])) / tick for row in rows if row[0] != "cpu"
    }


def cpu_seconds(pid: int) -> float:
    """Return the processor time of a process with all its children, those that ended among them (proc(5))."""
    return sum(_ticks(one) for one in _family(pid)) / os.sysconf("SC_CLK_TCK")


def _ticks(pid: int) -> int:
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0  # it ended meanwhile: its parent has its time now
    return sum(map(int, words[11:15]))


def proportional_memory(pid: int) -> float:
    """Return the memory of a process and all its children in MiB, shared pages divided among who shares them (PSS)."""
    return sum(_pss(one) for one in _family(pid)) / 1024


def _family(pid: int) -> list[int]:
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(child) for thread in threads for child in (thread / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [pid, *(one for child in children for one in _family(child))]


def _pss(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
