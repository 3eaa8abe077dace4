"""axe-core (WCAG 2.2 AA, best practices) finds nothing on any page and state, in both languages, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from importlib.resources import files

import pytest
from anahtar_pages import tour
from anahtar_pages.house import House, house, open_unlock
from anahtar_story.desk import desk
from anahtar_story.guide import fresh_pin
from playwright.sync_api import Page

from anahtar_desktop.assistant import Assistant
from anahtar_desktop.client import HttpServer
from anahtar_desktop.ending import Outcome
from anahtar_desktop.journal import FileJournal
from anahtar_desktop.scripted import ScriptedView

FIRST_PORT = 18452
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
Wrong = dict[str, list[str]]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("axe") / "stage", FIRST_PORT) as made:
        yield made


def violations(page: Page) -> list[str]:
    """What axe finds wrong, the rule and the first place: all rules in light colours, and that of colours in dark ones,
    which do not differ by language."""
    page.evaluate(AXE)
    found = _run(page, {"type": "tag", "values": RULES})
    if page.locator("html").get_attribute("lang") != "tr":
        return found
    page.emulate_media(color_scheme="dark")
    found += [f"dark {one}" for one in _run(page, {"type": "rule", "values": ["color-contrast"]})]
    page.emulate_media(color_scheme="light")
    return found


def _run(page: Page, only: dict[str, object]) -> list[str]:
    found = page.evaluate("only => axe.run(document, {runOnly: only, resultTypes: ['violations']})", only)
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found["violations"]]


def seen(page: Page, names: Iterator[str]) -> Wrong:
    """Walk a tour and return what axe finds on its pages."""
    return {name: found for name in names if (found := violations(page))}


@pytest.mark.parametrize("language", ["tr", "en"])
def test_axe_finds_nothing_on_the_pages_for_everybody(here: House, language: str) -> None:
    with here.page(language=language) as page:
        assert seen(page, tour.public(page)) == {}


@pytest.mark.parametrize("language", ["tr", "en"])
def test_axe_finds_nothing_on_the_pages_of_a_holder(here: House, language: str) -> None:
    with here.page(language=language, person=0) as page:
        assert seen(page, tour.signed_in(page)) == {}


@pytest.mark.parametrize(("language", "ask"), [("tr", "pin"), ("en", "revoke")])
def test_axe_finds_nothing_on_the_pages_of_a_firm(here: House, language: str, ask: str) -> None:
    wrong: Wrong = {}
    for person, walk in ((1, partial(tour.of_firm, ask=ask)), (0, tour.to_agree), (1, tour.undo)):
        with here.page(language=language, person=person) as page:
            wrong |= seen(page, walk(page))
    assert wrong == {}


@pytest.mark.parametrize("language", ["tr", "en"])
def test_axe_finds_nothing_on_the_pages_of_the_gate(here: House, language: str) -> None:
    who = here.stage.people[1]
    with here.page(language=language) as page:
        assert seen(page, tour.gate(page, who["tckn"], who["password"])) == {}


def test_axe_finds_nothing_while_the_program_works_nor_at_the_end(here: House) -> None:
    wrong: Wrong = {}
    with here.page(person=0) as page:
        code = open_unlock(page)
        read = here.watch_sms(here.stage.people[0]["mobile"], r"\b\d{8}\b")

        def confirmation() -> str:
            page.wait_for_selector("#state[data-state=confirming]")
            wrong["confirming"] = violations(page)
            return str(read())

        view = ScriptedView(code=code, new_pin=fresh_pin(), method="sms", confirmation=confirmation)
        journal = FileJournal(here.stage.folder / "journal")
        with desk("direct", here.stage.folder) as readers:
            end = Assistant(view, HttpServer(here.stage.portal), readers, journal).unlock()
        assert end.outcome is Outcome.DONE
        page.wait_for_selector("#state[data-state=done]")
        wrong["done"] = violations(page)
    assert wrong == {"confirming": [], "done": []}


def test_axe_would_see_a_fault(here: House) -> None:
    with here.page() as page:
        page.goto("/")
        page.evaluate("document.querySelector('h1').style.color = '#eeeeee'")
        assert [one.split(":")[0] for one in violations(page)] == ["color-contrast"]
