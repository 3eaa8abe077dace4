"""The load: eight callers on a core of their own, each living unlocks one after the other until the time is over.

Run as a process: python -m bench.parts.load JSON, where JSON holds the fields of `Order`; prints `Result` as JSON.
"""

from __future__ import annotations

import itertools
import json
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.parts import machine

if TYPE_CHECKING:
    from bench.parts.caller import SmsCode

CALLERS = 8
LONGEST = 180.0
ENOUGH_FAILURES = 20
FLOOR = (("POST", 120), ("GET", 0), ("POST", 320), *([("POST", 120)] * 5))
"""The requests of one unlock and about how many bytes each carries."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to do: for `seconds`, or until `unlocks` are done when that is not 0.

    `codes` says where the SMS codes are read: `postgresql:FOLDER`, `sqlite:FILE` or `inbox:FOLDER`; `floor` sends
    requests of the same sizes to a server that does nothing.
    """

    folder: str
    port: int
    codes: str = ""
    seconds: float = 0.0
    unlocks: int = 0
    callers: int = CALLERS
    floor: bool = False
    marks: str = ""


@dataclass(slots=True)
class Result:
    """What was done: `steps` holds each step's times in seconds."""

    unlocks: int = 0
    seconds: float = 0.0
    failures: dict[str, int] = field(default_factory=dict)
    steps: dict[str, list[float]] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Unlocks a second; raises RuntimeError if any failed, for then the figure is of something else."""
        if self.failures:
            raise RuntimeError(f"unlocks failed under load: {self.failures}")
        return self.unlocks / self.seconds


def marked(order: Order, marks: str) -> Order:
    """Return the same order with its steps marked (see `marks.opened`)."""
    return replace(order, marks=marks)


def run(order: Order) -> Result:
    """Run the load on its own core and return what it did."""
    command = machine.on_core(machine.LOAD, [sys.executable, "-m", "bench.parts.load", json.dumps(asdict(order))])
    done = subprocess.run(command, capture_output=True, text=True, timeout=order.seconds + 2 * LONGEST)
    if done.returncode:
        raise RuntimeError(f"the load broke: {done.stderr[-2000:]}")
    result = Result(**json.loads(done.stdout))
    if not result.failures and result.unlocks < order.unlocks:
        raise RuntimeError(f"only {result.unlocks} of {order.unlocks} unlocks in {LONGEST:.0f} s")
    return result


class Crew:
    """The callers of one load, and what they have done together."""

    def __init__(self, order: Order) -> None:
        self.result = Result()
        self._order = order
        self._guard = threading.Lock()
        self._live = _floor(order) if order.floor else _unlocks(order)

    def work(self) -> Result:
        """Let every caller work until the order is fulfilled."""
        threads = [threading.Thread(target=self._call, args=(number,)) for number in range(self._order.callers)]
        began = time.monotonic()
        self._until = began + (self._order.seconds or LONGEST)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.result.seconds = time.monotonic() - began
        return self.result

    def _call(self, number: int) -> None:
        act = self._live(number)
        while self._wanted():
            try:
                times = act()
            except Exception as error:
                self._failed(error)
            else:
                self._did(times)

    def _wanted(self) -> bool:
        done = self._order.unlocks and self.result.unlocks >= self._order.unlocks
        return not done and time.monotonic() < self._until and sum(self.result.failures.values()) < ENOUGH_FAILURES

    def _failed(self, error: Exception) -> None:
        said = f"{type(error).__name__}: {error}"
        with self._guard:
            self.result.failures[said] = self.result.failures.get(said, 0) + 1

    def _did(self, times: dict[str, float]) -> None:
        with self._guard:
            self.result.unlocks += 1
            for name, seconds in times.items():
                self.result.steps.setdefault(name, []).append(seconds)


Live = Callable[[int], Callable[[], dict[str, float]]]


def _unlocks(order: Order) -> Live:
    from bench.parts import marks
    from bench.parts.caller import Caller

    seats = pickle.loads((Path(order.folder) / "seats").read_bytes())  # noqa: S301  # written by our own `prepare`
    codes, mark = _codes(order.codes), marks.opened(order.marks)

    def live(number: int) -> Callable[[], dict[str, float]]:
        turn = itertools.cycle(seats[number :: order.callers])
        caller = Caller(Path(order.folder), codes, mark)
        return lambda: caller.unlock(next(turn))

    return live


def _codes(told: str) -> SmsCode:
    from bench.parts import outbox

    kind, _, where = told.partition(":")
    if kind == "postgresql":
        return outbox.Postgresql(where)
    return outbox.Sqlite(Path(where)) if kind == "sqlite" else outbox.Inbox(Path(where))


def _floor(order: Order) -> Live:
    from bench.parts.caller import KeptOpen

    def live(number: int) -> Callable[[], dict[str, float]]:
        link = KeptOpen(order.port)

        def once() -> dict[str, float]:
            for method, size in FLOOR:
                link.exchange(
                    method, "/", bytes(size) if size else None, {"Cookie": "c" * 120, "Anahtar-Proof": "d" * 142}
                )
            return {}

        return once

    return live


if __name__ == "__main__":
    print(json.dumps(asdict(Crew(Order(**json.loads(sys.argv[1]))).work())))
