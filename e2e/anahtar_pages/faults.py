"""What a page must never have, in any language, colours or width: what axe finds, and more than a phone can show."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

from playwright.sync_api import Page

from anahtar_pages.house import DESK, PHONE, ZOOMED

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
"""axe-core, the `library` of a window whose pages are to be looked at."""

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN = """only => axe.run(document, {runOnly: only, resultTypes: ['violations']})
  .then(found => found.violations.map(one => `${one.id}: ${one.nodes[0].html.slice(0, 120)}`))"""


def faults(page: Page) -> list[str]:
    """Return what is wrong with a page in its language and colours: axe's rules (WCAG 2.2 AA, best practices) with
    their first places, and each width at which it would be scrolled sideways."""
    found: list[str] = page.evaluate(_RUN, {"type": "tag", "values": _RULES})
    for size in (PHONE, ZOOMED):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        if much := too_wide(page):
            found.append(f"sideways: {much} px too wide at {size[0]} px")
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    return found


def too_wide(page: Page) -> int:
    """Return how many pixels the page would have to be scrolled sideways."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide


def of_all(page: Page, names: Iterator[str]) -> dict[str, list[str]]:
    """Walk a tour and return the faults of its pages by their names; raises AssertionError when it shows no page."""
    seen = {name: faults(page) for name in names}
    assert seen
    return {name: found for name, found in seen.items() if found}
