"""Every page and state is without fault and looks as it should: axe-core (WCAG 2.2 AA, best practices) finds nothing, a
phone and 400 % need no scrolling sideways, and the page looks like its kept picture; in Turkish in light colours and in
English in dark ones. Contrast is looked at in Turkish in dark colours too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from anahtar_pages.album import Album
from anahtar_pages.faults import AXE, faults
from anahtar_pages.house import House
from anahtar_pages.round import LOOKS, ROUNDS, Each, Look
from playwright.sync_api import Page


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
@pytest.mark.parametrize("walk", ROUNDS, ids=lambda walk: walk.__name__)
def test_every_page_is_without_fault_and_looks_as_it_should(
    here: House, walk: Callable[[House, Look, Each], None], look: Look
) -> None:
    album, wrong = Album(look.name), dict[str, list[str]]()

    def look_at(page: Page, name: str) -> None:
        wrong[name] = faults(page, colours_too=None if look.dark else "dark") + album.faults(page, name)

    walk(here, look, look_at)
    assert wrong
    assert {name: found for name, found in wrong.items() if found} == {}


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ("document.querySelector('h1').style.color = '#eeeeee'", ["color-contrast"]),
        ("document.querySelector('h1').style.color = '#0b2239'", ["color-contrast"]),  # in dark colours only
        ("document.querySelector('h1').style.whiteSpace = 'nowrap'", ["sideways", "sideways"]),
    ],
)
def test_a_fault_would_be_seen(here: House, change: str, seen: list[str]) -> None:
    with here.page(library=AXE) as page:
        page.goto("/")
        page.evaluate(change)
        assert [one.split(":")[0] for one in faults(page, colours_too="dark")] == seen


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ("", False),
        ("document.querySelector('main h2').textContent += '.'", False),
        ("document.querySelector('main p.lead').remove()", True),
        ("document.querySelector('main ul li:last-child p').remove()", True),
        ("document.querySelector('.button').style.background = '#b3261e'", True),
        ("document.querySelector('.button').style.visibility = 'hidden'", True),
        ("document.querySelector('svg.picture').style.visibility = 'hidden'", True),
        ("document.querySelector('main h1').style.marginLeft = '2rem'", True),
        ("document.querySelector('main h2').style.fontWeight = '400'", True),
        ("document.body.append(document.createElement('p').appendChild(document.createTextNode('x')))", True),
    ],
)
def test_a_page_that_looks_different_is_seen(here: House, tmp_path: Path, change: str, differs: bool) -> None:
    album = Album("tr", fresh=tmp_path)
    with here.page() as page:
        page.goto("/")
        page.evaluate(change or "null")
        assert bool(album.faults(page, "landing")) is differs
    assert (tmp_path / "landing-tr.png").exists() is differs
