"""What a story leaves behind: a line for each step, and the same as data."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


class NotAsPromised(Exception):
    """A step did not show what the guide promises."""


def expect(held: bool, what: str) -> None:
    """Raise NotAsPromised unless `held`; `what` names the promise."""
    if not held:
        raise NotAsPromised(what)


@dataclass
class Step:
    """One step: on which face (browser, program, card, openssl…), how long it took, what it showed."""

    name: str
    face: str
    ms: int = 0
    evidence: dict[str, Any] = field(default_factory=dict)

    def show(self, **facts: Any) -> None:
        """Keep facts as evidence; secrets do not belong here."""
        self.evidence.update(facts)


@dataclass
class Chapter:
    """A story of its own."""

    name: str
    story: str = "failed"
    steps: list[Step] = field(default_factory=list)

    @contextmanager
    def step(self, name: str, face: str) -> Iterator[Step]:
        """Live one step and print it when it held."""
        step, began = Step(name, face), time.perf_counter()
        self.steps.append(step)
        yield step
        step.ms = round((time.perf_counter() - began) * 1000)
        facts = "  ".join(f"{key}={value}" for key, value in step.evidence.items())
        print(f"  ✓ {step.face:<8} {step.name:<58} {step.ms:>5} ms  {facts}", flush=True)


@contextmanager
def chapter(chapters: list[Chapter], name: str) -> Iterator[Chapter]:
    """Live a chapter; it is done only if every step held."""
    print(f"\n{name}", flush=True)
    one = Chapter(name)
    chapters.append(one)
    yield one
    one.story = "done"
