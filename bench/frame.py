"""The frame of every bench: figures taken in turns, their ratios, and a verdict that refuses what was not steady.

A machine is never quiet, so ours, the peer and the limit alternate (A B C A B C…), each ratio is taken within one
round, and where the limit itself wandered by more than a quarter nothing is claimed.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

VERSION = 1
STEADY = 0.25
"""The widest range of the limit's figures, as a share of their median, at which a ratio still says something."""

Take = Callable[[], float]
Verdict = Literal["met", "missed", "refused", "not measured"]
FOR_INFORMATION = "for information: no goal"


@dataclass(frozen=True, slots=True)
class Goal:
    """What the ratio must be: at least (`>=`) or at most (`<=`) `value`."""

    op: Literal[">=", "<="]
    value: float

    def met_by(self, ratio: float) -> bool:
        """Tell whether a ratio is good enough."""
        return ratio >= self.value if self.op == ">=" else ratio <= self.value


@dataclass(frozen=True, slots=True)
class Ratio:
    """Ours divided by the peer's or the limit's figure of the same round: median and range."""

    to: Literal["peer", "limit"]
    median: float
    min: float
    max: float


@dataclass(frozen=True, slots=True)
class Rounds:
    """The figures of each round, in order; a peer or limit that was not there has none."""

    ours: list[float]
    peer: list[float] = field(default_factory=list)
    limit: list[float] = field(default_factory=list)

    def ratio(self, to: Literal["peer", "limit"]) -> Ratio | None:
        """Return the ratios to the peer or the limit; None where that has no figures."""
        others = self.peer if to == "peer" else self.limit
        if not others:
            return None
        ratios = [ours / other for ours, other in zip(self.ours, others, strict=True)]
        return Ratio(to, statistics.median(ratios), min(ratios), max(ratios))

    @property
    def spread(self) -> float:
        """How far the limit wandered (the peer, where there is no limit): range by median."""
        steady = self.limit or self.peer
        return (max(steady) - min(steady)) / statistics.median(steady) if steady else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One line of the table: medians of the rounds, the ratio, the goal and what is to be said of it."""

    bench: str
    name: str
    unit: str
    ours: float | None
    peer: float | None = None
    limit: float | None = None
    ratio: Ratio | None = None
    goal: Goal | None = None
    verdict: Verdict
    why: str

    def as_json(self) -> dict[str, Any]:
        """Return the measure in the shape that `script/bench --json` promises; what is not there is null."""
        ratio, goal = self.ratio, self.goal
        return {
            "bench": self.bench,
            "name": self.name,
            "unit": self.unit,
            "ours": self.ours,
            "peer": self.peer,
            "limit": self.limit,
            "ratio": {
                "to": ratio.to if ratio else None,
                "median": ratio.median if ratio else None,
                "min": ratio.min if ratio else None,
                "max": ratio.max if ratio else None,
            },
            "goal": {"op": goal.op if goal else None, "value": goal.value if goal else None},
            "verdict": self.verdict,
            "why": self.why,
        }


class Bench(Protocol):
    """A file in this folder: `measures` sets up, measures, and cleans up after itself."""

    def measures(self, *, rounds: int | None = None) -> Iterator[Measure]:
        """Yield measures as they are ready; `rounds` asks for fewer or more than the bench's own number."""
        ...


def alternate(ours: Take, peer: Take | None, limit: Take | None, rounds: int) -> Rounds:
    """Take one figure of each in turn, `rounds` times: A B C A B C."""
    taken = Rounds([], [], [])
    for _ in range(rounds):
        taken.ours.append(ours())
        if peer is not None:
            taken.peer.append(peer())
        if limit is not None:
            taken.limit.append(limit())
    return taken


def judge(
    bench: str,
    name: str,
    unit: str,
    rounds: Rounds,
    *,
    to: Literal["peer", "limit"],
    goal: Goal | None = None,
    why: str = "",
) -> Measure:
    """Return the measure that these rounds give; `why` says how it was taken, and what profiling found if it missed."""
    ratio = rounds.ratio(to)
    verdict, reason = _verdict(rounds, ratio, goal)
    return Measure(
        bench=bench,
        name=name,
        unit=unit,
        ours=_median(rounds.ours),
        peer=_median(rounds.peer),
        limit=_median(rounds.limit),
        ratio=ratio,
        goal=goal,
        verdict=verdict,
        why="; ".join(part for part in (reason, why) if part),
    )


def _verdict(rounds: Rounds, ratio: Ratio | None, goal: Goal | None) -> tuple[Verdict, str]:
    if goal is None:
        return "met", FOR_INFORMATION
    if ratio is None:
        return "not measured", "nothing to compare with"
    if rounds.spread > STEADY:
        return "refused", f"what we compare with wandered by {rounds.spread:.0%} of its median (at most {STEADY:.0%})"
    return ("met" if goal.met_by(ratio.median) else "missed"), ""


def _median(figures: Sequence[float]) -> float | None:
    return statistics.median(figures) if figures else None


def not_measured(bench: str, name: str, unit: str, why: str, goal: Goal | None = None) -> Measure:
    """Return the measure of something that could not be measured; `why` says what was missing."""
    return Measure(bench=bench, name=name, unit=unit, ours=None, goal=goal, verdict="not measured", why=why)
