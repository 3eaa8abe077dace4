"""axe-core (WCAG 2.2 AA and its best practices) over every page and state, both languages, light and dark.

It needs the package axe-playwright-python, which brings axe-core.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

import pytest
from anahtar_pages import tour
from anahtar_pages.house import House, house
from playwright.sync_api import Page

FIRST_PORT = 18452
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("axe") / "stage", FIRST_PORT) as made:
        yield made


def violations(page: Page) -> list[str]:
    """What axe finds wrong: the rule and the first place."""
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found["violations"]]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("language", ["tr", "en"])
def test_axe_finds_nothing_wrong_on_any_page(here: House, language: str, dark: bool) -> None:
    with here.page(language=language, dark=dark) as page:
        wrong = {name: violations(page) for name in tour.public(page)}
    with here.page(language=language, dark=dark, person=0) as page:
        wrong |= {name: violations(page) for name in tour.signed_in(page)}
    assert {name: found for name, found in wrong.items() if found} == {}
