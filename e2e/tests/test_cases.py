"""Every row of the table of cases, brought about on the running system and held against what the table says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from anahtar_cases import drivers
from anahtar_cases.page import page
from anahtar_cases.table import Case, cases
from anahtar_cases.world import World
from anahtar_story.stage import Stage

from anahtar_wire.problems import explain

FIRST_PORT = 18600
PEOPLE = 5
SETTINGS = """
[limits]
unlocks_per_card_a_day = 1000
codes_per_address = 1000
settles_per_address = 1000
"""
"""Many cases share one card and one address; what these limits refuse is tested where they are."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The whole system, once for all cases."""
    folder = tmp_path_factory.mktemp("cases")
    with Stage(folder, readers="direct", seed=7, first_port=FIRST_PORT, settings=SETTINGS, people=PEOPLE) as stage:
        yield World(stage)


@pytest.fixture
def world(running: World) -> Iterator[World]:
    """The system with nothing left behind by the case before."""
    yield running
    running.end_case()


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.group}-{case.id}")
def test_a_case_goes_as_the_table_says(case: Case, world: World) -> None:
    happened = drivers.driver(case.group, case.id)(world)
    if case.problem is None:
        assert happened.problems == []
    else:
        assert case.problem in happened.problems
    assert happened.tries == case.tries, "the tries that the card shows"
    assert (happened.code_tries, happened.confirmation_tries) == (case.code_tries, case.confirmation_tries)
    assert happened.state is case.state


@pytest.mark.parametrize("case", [case for case in cases() if case.problem], ids=lambda case: f"{case.group}-{case.id}")
def test_a_cases_problem_has_its_paragraph_in_both_languages(case: Case) -> None:
    assert case.problem is not None
    for language in ("tr", "en"):
        paragraph = explain(case.problem, language)
        assert all((paragraph.title, paragraph.happened, paragraph.cost, paragraph.do))


def test_every_case_has_a_driver_and_every_driver_a_case() -> None:
    assert drivers.names() == {(case.group, case.id) for case in cases()}


def test_what_is_refused_locally_costs_no_try() -> None:
    for case in cases():
        if case.where == "program" and case.state.value in ("opened", "cancelled"):
            assert case.tries[0] == case.tries[1], case.id


def test_the_page_names_every_case() -> None:
    text = page()
    assert all(case.en in text and case.tr in text for case in cases())
    assert (Path(__file__).parents[2] / "docs" / "cases.md").read_text(encoding="utf-8") == text
