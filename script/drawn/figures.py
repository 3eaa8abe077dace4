"""What was counted and measured, drawn from what the runs kept: docs/counts.json and docs/bench.json."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from drawn.part import NotDrawn, table

NOT_SO = ("missed", "refused", "not measured")


def counts(root: Path) -> str:
    """Return the table of faults and attacks: promised and run."""
    rows = _kept(root / "docs/counts.json")["rows"]
    head = ("faults and attacks, nothing lost", "run", "small", "large")
    return table(head, ((name, *(f"{row[key]:,}" for key in ("done", "small", "large"))) for name, row in rows.items()))


def benches(root: Path) -> str:
    """Return a table for each bench, and below it how each figure was taken and why a goal was missed."""
    measures = _kept(root / "docs/bench.json")["measures"]
    parts = groupby(measures, key=lambda one: one["bench"])
    return "\n\n".join("\n".join(_bench(name, list(group))) for name, group in parts)


def _kept(path: Path) -> dict[str, Any]:
    if not path.exists():
        raise NotDrawn(f"{path.name} is not there: a run keeps it")
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return kept


def _bench(name: str, measures: list[dict[str, Any]]) -> Iterator[str]:
    yield f"### {name}\n"
    head = ("measure", "ours", "peer", "limit", "ratio (range)", "goal", "verdict")
    yield table(head, (_row(one) for one in measures)) + "\n"
    whys: dict[str, list[str]] = {}
    for one in measures:
        whys.setdefault(one["why"].removeprefix("for information: no goal").removeprefix("; "), []).append(one["name"])
    yield from (f"- *{', '.join(names)}*: {why}." for why, names in whys.items() if why)


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    ratio, goal = one["ratio"], one["goal"]
    shown = f"{_number(ratio['median'])} ({_number(ratio['min'])}–{_number(ratio['max'])}) to {ratio['to']}"
    return (
        f"{one['name']} [{one['unit']}]",
        *(_number(one[key]) for key in ("ours", "peer", "limit")),
        shown if ratio["median"] is not None else "–",
        f"{goal['op']} {goal['value']:g}" if goal["value"] is not None else "–",
        _verdict(one),
    )


def _verdict(one: dict[str, Any]) -> str:
    if one["goal"]["value"] is None and one["verdict"] == "met":
        return "for information"
    return f"**{one['verdict']}**" if one["verdict"] in NOT_SO else str(one["verdict"])


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"
