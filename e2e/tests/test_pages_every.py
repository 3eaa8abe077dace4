"""Every page and state is without fault: axe-core (WCAG 2.2 AA, best practices) finds nothing, and a phone and 400 %
need no scrolling sideways; in Turkish in light colours and in English in dark ones."""

from __future__ import annotations

from functools import partial

import pytest
from anahtar_pages import tour
from anahtar_pages.faults import AXE, faults, of_all
from anahtar_pages.house import House, open_unlock
from anahtar_pages.program import unlock

from anahtar_desktop.ending import Outcome

LOOKS = [("tr", False), ("en", True)]
"""Each language with one kind of colours: a page's words and its colours do not depend on each other."""
both = pytest.mark.parametrize(("language", "dark"), LOOKS)


@both
def test_no_fault_on_the_pages_for_everybody(here: House, language: str, dark: bool) -> None:
    with here.page(language=language, dark=dark, library=AXE) as page:
        assert of_all(page, tour.public(page)) == {}


@both
def test_no_fault_on_the_pages_of_a_holder(here: House, language: str, dark: bool) -> None:
    with here.page(language=language, dark=dark, library=AXE, person=0) as page:
        assert of_all(page, tour.signed_in(page)) == {}


@pytest.mark.parametrize(("language", "dark", "ask"), [("tr", False, "pin"), ("en", True, "revoke")])
def test_no_fault_on_the_pages_of_a_firm(here: House, language: str, dark: bool, ask: str) -> None:
    wrong: dict[str, list[str]] = {}
    number = here.stage.people[1]["vkn"]
    first, last = partial(tour.of_firm, number=number, ask=ask), partial(tour.undo, number=number)
    for person, walk in ((1, first), (0, tour.to_agree), (1, last)):
        with here.page(language=language, dark=dark, library=AXE, person=person) as page:
            wrong |= of_all(page, walk(page))
    assert wrong == {}


@both
def test_no_fault_on_the_pages_of_the_gate(here: House, language: str, dark: bool) -> None:
    who = here.stage.people[1]
    with here.page(language=language, dark=dark, library=AXE) as page:
        assert of_all(page, tour.gate(page, who["tckn"], who["password"])) == {}


@both
def test_no_fault_while_the_program_works_nor_at_the_end(here: House, language: str, dark: bool) -> None:
    wrong: dict[str, list[str]] = {}
    with here.page(language=language, dark=dark, library=AXE, person=0) as page:
        code = open_unlock(page)

        def look() -> None:
            page.wait_for_selector("#state[data-state=confirming]")
            wrong["confirming"] = faults(page)

        assert unlock(here, code, meanwhile=look) is Outcome.DONE
        page.wait_for_selector("#state[data-state=done]")
        wrong["done"] = faults(page)
    assert wrong == {"confirming": [], "done": []}


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ("document.querySelector('h1').style.color = '#eeeeee'", ["color-contrast"]),
        ("document.querySelector('h1').style.whiteSpace = 'nowrap'", ["sideways", "sideways"]),
    ],
)
def test_a_fault_would_be_seen(here: House, change: str, seen: list[str]) -> None:
    with here.page(library=AXE) as page:
        page.goto("/")
        page.evaluate(change)
        assert [one.split(":")[0] for one in faults(page)] == seen
