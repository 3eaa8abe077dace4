"""The table and the plot."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from bench.frame import Measure

BAR = 40
"""Characters of a bar's full width."""


def table(measures: Sequence[Measure]) -> str:
    """Return the measures as lines of text, the reasons below them."""
    rows: list[tuple[str, ...]] = [("bench", "measure", "ours", "peer", "limit", "ratio (range)", "goal", "verdict")]
    rows.extend(_row(one) for one in measures)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("─" * width for width in widths))
    return "\n".join([*lines, "", *_reasons(measures)])


def _row(one: Measure) -> tuple[str, ...]:
    ratio, goal = one.ratio, one.goal
    return (
        one.bench,
        f"{one.name} [{one.unit}]",
        number(one.ours),
        number(one.peer),
        number(one.limit),
        f"{number(ratio.median)} ({number(ratio.min)}-{number(ratio.max)}) to {ratio.to}" if ratio else "-",
        f"{goal.op} {goal.value:g}" if goal else "-",
        said(one),
    )


def said(one: Measure) -> str:
    """Return the verdict for people: what has no goal cannot meet one."""
    return one.verdict if one.goal or one.verdict != "met" else "for information"


def number(value: float | None) -> str:
    """Return three figures of a number, `-` where there is none."""
    if value is None:
        return "-"
    return f"{value:.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def _reasons(measures: Sequence[Measure]) -> list[str]:
    """Say each reason once, after the names of all that share it."""
    named: dict[tuple[str, str], list[str]] = {}
    for one in measures:
        if one.why:
            named.setdefault((one.bench, one.why), []).append(one.name)
    whole = [f"{bench}: {', '.join(names)}: {why}" for (bench, why), names in named.items()]
    return [line for text in whole for line in textwrap.wrap(text, 118, subsequent_indent="    ")]


def plot(measures: Sequence[Measure]) -> str:
    """Return a bar a ratio: the bar is the median, `-` its range, `|` the goal."""
    shown = [one for one in measures if one.ratio is not None]
    if not shown:
        return ""
    name_width = max(len(f"{one.bench}: {one.name}") for one in shown)
    return "\n".join(f"{f'{one.bench}: {one.name}':<{name_width}}  {_bar(one)}" for one in shown)


def _bar(one: Measure) -> str:
    assert one.ratio is not None
    goal = one.goal.value if one.goal else 1.0
    full = max(one.ratio.max, goal) * 1.05
    place = [round(value / full * BAR) for value in (one.ratio.median, one.ratio.min, one.ratio.max, goal)]
    cells = ["█" if at < place[0] else "-" if place[1] <= at <= place[2] else " " for at in range(BAR + 1)]
    if one.goal:
        cells[place[3]] = "|"
    wanted = f" (goal {one.goal.op} {one.goal.value:g})" if one.goal else ""
    return "".join(cells) + f" {number(one.ratio.median)}× the {one.ratio.to}{wanted}"
