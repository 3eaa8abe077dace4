"""How often the faults and attacks are run: a tenth in `script/test`, the small count in `script/check`, the large one
in `script/check --long`, there as far as a time given for each test allows (ANAHTAR_COUNTS_SECONDS; without it, all).
What was really run is written down, one file a process, and added up by `script/counts`.

A test asks for its row: `row = counted("card torn", small=3000, large=50000)`, runs a case for each of `row.rounds()`
or while `row.goes_on(done)`, and says `row.did(cases)` when they held.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

SIZE = "ANAHTAR_COUNTS"
SECONDS = "ANAHTAR_COUNTS_SECONDS"
FOLDER = "ANAHTAR_COUNTS_FOLDER"


@dataclass
class Row:
    """One row of the table: how many cases are wanted in this run, and how many held."""

    name: str
    small: int
    large: int
    share: int = 1
    done: int = 0
    began: float = field(default_factory=time.monotonic)

    @property
    def wanted(self) -> int:
        """Cases to run now, this test's share of the row."""
        whole = {"tenth": -(-self.small // 10), "small": self.small, "large": self.large}[os.environ.get(SIZE, "tenth")]
        return -(-whole // self.share)

    def goes_on(self, done: int) -> bool:
        """Tell whether after so many cases more are wanted; a time that is given ends the large count only, and not
        before as many were run as the small one has."""
        seconds = float(os.environ.get(SECONDS, "inf"))
        small = -(-self.small // self.share)
        return done < self.wanted and (done < small or time.monotonic() - self.began < seconds)

    def rounds(self) -> Iterator[int]:
        """Yield the cases' numbers, from 0."""
        number = 0
        while self.goes_on(number):
            yield number
            number += 1

    def batches(self, most: int) -> Iterator[int]:
        """Yield how many cases to run next, at most so many at once, and count each batch as done when it held."""
        while self.goes_on(self.done):
            cases = min(most, self.wanted - self.done)
            yield cases
            self.done += cases

    def did(self, cases: int) -> None:
        """Keep that so many cases held."""
        self.done += cases


@pytest.fixture
def counted(request: pytest.FixtureRequest) -> Callable[..., Row]:
    """Return `counted(row, small=, large=, share=1)`; `share` says among how many tests the row's count is split."""

    def begin(name: str, *, small: int, large: int, share: int = 1) -> Row:
        row = Row(name, small, large, share)
        request.addfinalizer(lambda: _write(row))
        return row

    return begin


def _write(row: Row) -> None:
    folder = os.environ.get(FOLDER)
    if not folder:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    line = json.dumps({"row": row.name, "small": row.small, "large": row.large, "done": row.done})
    with (Path(folder) / f"{os.getpid()}.jsonl").open("a", encoding="utf-8") as out:
        out.write(line + "\n")
