"""The kept pictures of every page and state: taken by `script/pictures`, compared by the tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page
from PySide6.QtGui import QImage

from anahtar_pages.likeness import difference, keep, small
from anahtar_pages.still import hold

KEPT = Path(__file__).parents[1] / "pictures"
FRESH = Path(__file__).parents[2] / "out" / "pages"
"""Where pictures that differ are laid, to be looked at beside the kept ones."""


@dataclass(frozen=True)
class Album:
    """The pictures of one walk: a language with a kind of colours."""

    look: str
    fresh: Path = FRESH
    kept: Path = KEPT
    seen: list[str] = field(default_factory=list)

    def faults(self, page: Page, name: str) -> list[str]:
        """Return how the page differs from its kept picture, in words; a page without one differs."""
        self.seen.append(name)
        picture = self._taken(page)
        file = self.kept / f"{name}-{self.look}.png"
        apart = difference(picture, QImage(str(file))) if file.exists() else "no picture is kept"
        if apart is None:
            return []
        keep(picture, self.fresh / file.name)
        return [f"looks different: {apart}"]

    def put(self, page: Page, name: str) -> None:
        """Keep the page's picture."""
        keep(self._taken(page), self.kept / f"{name}-{self.look}.png")

    @staticmethod
    def _taken(page: Page) -> QImage:
        hold(page)
        return small(page.screenshot(full_page=True, animations="disabled"))
