"""When a finished sign-in answers for the person: pure rules with the clock as an argument."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from anahtar_gate.methods.registry import Level, levels_offered
from anahtar_gate.provider.rules import Asked, session_answers

NOON = datetime(2027, 1, 4, 12, tzinfo=UTC)


def answers(
    age_s: int,
    *,
    prompt: set[str] = frozenset(),  # type: ignore[assignment]
    max_age_s: int | None = None,
    levels: tuple[Level, ...] = (),
    level: Level = Level.SUBSTANTIAL,
    offered: tuple[Level, ...] = (Level.SUBSTANTIAL,),
) -> bool:
    """Would a sign-in of that age answer?"""
    max_age = None if max_age_s is None else timedelta(seconds=max_age_s)
    asked = Asked(prompt=frozenset(prompt), max_age=max_age, levels=levels, language=None)
    return session_answers(asked, auth_time=NOON, level=level, offered=offered, now=NOON + timedelta(seconds=age_s))


@pytest.mark.parametrize(("age_s", "expected"), [(0, True), (899, True), (900, False)])
def test_a_session_answers_for_fifteen_minutes(age_s: int, expected: bool) -> None:
    assert answers(age_s) is expected


@pytest.mark.parametrize(("age_s", "expected"), [(60, True), (61, False)])
def test_max_age_is_kept_to_the_second(age_s: int, expected: bool) -> None:
    assert answers(age_s, max_age_s=60) is expected


@pytest.mark.parametrize("prompt", ["login", "consent", "select_account"])
def test_a_prompt_always_asks(prompt: str) -> None:
    assert not answers(0, prompt={prompt})


def test_a_wanted_level_that_a_built_method_reaches_asks_again() -> None:
    assert not answers(0, levels=(Level.HIGH,), offered=(Level.SUBSTANTIAL, Level.HIGH))
    assert answers(0, levels=(Level.HIGH,), offered=(Level.SUBSTANTIAL,))
    assert answers(0, levels=(Level.HIGH, Level.LOW))
    assert answers(0, levels=(Level.HIGH,), level=Level.HIGH)


def test_only_levels_of_built_methods_are_offered() -> None:
    assert levels_offered() == (Level.SUBSTANTIAL,)
