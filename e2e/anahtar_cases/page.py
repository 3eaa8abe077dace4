"""The table of cases as a page of the docs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from anahtar_cases.table import Case, cases
from anahtar_wire.problems import explain

_GROUPS = {
    "code": "The verification code",
    "cards": "Cards and readers",
    "pin": "The new PIN",
    "confirmation": "The confirmation",
    "server": "Server, key service, database, clock",
    "portal": "The portal",
}
_INTRO = """# Cases: what goes wrong, what people are told, what it costs

Each row is data (`e2e/cases.toml`), brought about on the running system by a test of the same name
(`e2e/tests/test_cases.py`) and checked there: the problem code is shown and has its paragraph in both languages, the
card's tries are read from the card before and after, the tries of code and confirmation from the register, the state
of the unlock from the portal. A problem code leads to its paragraph in [Turkish](problems.tr.md) and
[English](problems.en.md). *Tries* are those of the card's PIN, before → after (0: locked, or no
PIN yet); *used* are tries of the verification
code · of the confirmation."""
_HEAD = ("what happens", "where", "told", "problem", "tries", "used", "state after")


def page() -> str:
    """Return the whole table as Markdown."""
    parts = [_INTRO]
    for group, rows in groupby(cases(), key=lambda case: case.group):
        parts += [f"## {_GROUPS[group]}", "\n".join(_lines(list(rows)))]
    return "\n\n".join(parts) + "\n"


def _lines(rows: list[Case]) -> Iterator[str]:
    yield "| " + " | ".join(_HEAD) + " |"
    yield "|" + " --- |" * len(_HEAD)
    for case in rows:
        yield "| " + " | ".join(_cells(case)) + " |"


def _cells(case: Case) -> tuple[str, ...]:
    before, after = case.tries
    return (
        f"{case.en}<br>*{case.tr}*",
        case.where,
        case.seen_by,
        _problem(case),
        f"{before} → {after}",
        f"{case.code_tries} · {case.confirmation_tries}",
        f"`{case.state.value}`",
    )


def _problem(case: Case) -> str:
    if case.problem is None:
        return "none: it goes well"
    code = case.problem.value
    return f"[`{code}`](problems.en.md#{code}) {explain(case.problem, 'en').title}"
