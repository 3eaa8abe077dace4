"""What a page must never have, in any language, colours or width: what axe finds, and more than a phone can show."""

from __future__ import annotations

from importlib.resources import files
from typing import Literal

from playwright.sync_api import Page

from anahtar_pages.house import DESK, PHONE, ZOOMED

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
"""axe-core, the `library` of a window whose pages are to be looked at."""

Scheme = Literal["light", "dark"]

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN = """only => axe.run(document, {runOnly: only, resultTypes: ['violations']})
  .then(found => found.violations.map(one => `${one.id}: ${one.nodes[0].html.slice(0, 120)}`))"""


def faults(page: Page, *, colours_too: Scheme | None = None) -> list[str]:
    """Return what is wrong with a page in its language and colours: axe's rules (WCAG 2.2 AA, best practices) with
    their first places, each width at which it would be scrolled sideways, and what has too little contrast in other
    colours as well."""
    found: list[str] = page.evaluate(_RUN, {"type": "tag", "values": _RULES})
    found += _sideways(page)
    if colours_too:
        before: Scheme = "dark" if colours_too == "light" else "light"
        page.emulate_media(color_scheme=colours_too)
        found += page.evaluate(_RUN, {"type": "rule", "values": ["color-contrast"]})
        page.emulate_media(color_scheme=before)
    return found


def _sideways(page: Page) -> list[str]:
    found = []
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
