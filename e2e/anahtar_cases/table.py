"""The table, read and checked."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from anahtar_wire.messages import State
from anahtar_wire.problems import Problem

FILE = Path(__file__).parents[1] / "cases.toml"
Where = Literal["portal", "program", "card", "server"]
SeenBy = Literal["program", "portal", "both", "nobody"]


@dataclass(frozen=True, slots=True)
class Case:
    """One row. `problem` is None where it goes well all the same; `tries` are the card's before and after, `code_tries`
    and `confirmation_tries` those used up, `state` is the unlock's after it."""

    id: str
    group: str
    tr: str
    en: str
    where: Where
    seen_by: SeenBy
    problem: Problem | None
    tries: tuple[int, int]
    code_tries: int
    confirmation_tries: int
    state: State


def cases() -> list[Case]:
    """Return the rows in their order; raises ValueError, KeyError or TypeError for a row that cannot be."""
    raw = tomllib.loads(FILE.read_text(encoding="utf-8"))
    rows = [_case(group, row) for group, rows in raw.items() for row in rows]
    if len({(row.group, row.id) for row in rows}) != len(rows):
        raise ValueError("a case stands in the table twice")
    return rows


def _case(group: str, row: dict[str, Any]) -> Case:
    known = {"code_tries": 0, "confirmation_tries": 0, "problem": "", **row}
    problem = str(known.pop("problem"))
    before, after = known.pop("tries")
    return Case(
        group=group,
        problem=Problem(problem) if problem else None,
        tries=(before, after),
        state=State(known.pop("state")),
        **known,
    )
