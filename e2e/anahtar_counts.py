"""How often the faults and attacks are run: a tenth in `script/test`, the small count in `script/check`, the large one
in `script/check --long`. What was really run is written down, one file a process, and added up by `script/counts`.

A test asks for its row: `counts = counted("card torn", small=3000, large=50000)`, runs `counts.wanted` cases, and says
`counts.did(cases)` when they held.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

SIZE = "ANAHTAR_COUNTS"
FOLDER = "ANAHTAR_COUNTS_FOLDER"


@dataclass
class Row:
    """One row of the table: how many cases are wanted in this run, and how many held."""

    name: str
    small: int
    large: int
    share: int = 1
    done: int = 0

    @property
    def wanted(self) -> int:
        """Cases to run now, this test's share of the row."""
        whole = {"tenth": -(-self.small // 10), "small": self.small, "large": self.large}[os.environ.get(SIZE, "tenth")]
        return -(-whole // self.share)

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
