"""Pictures of the pages, made from the running system: some for the docs, and every page small, for the tests that
compare. `script/pictures`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from anahtar_pages.album import KEPT, Album
from anahtar_pages.house import House, cancel_unlock, house, open_unlock, press
from anahtar_pages.round import LOOKS, ROUNDS
from anahtar_pages.still import hold

FIRST_PORT = 18470
SIZE = (960, 760)
MOST_BYTES = 100 * 1024


def _certificate(page: Page) -> None:
    page.goto("/nes/sertifika/")
    press(page, "td a.serial")


def _agreements(page: Page) -> None:
    page.goto("/muhur/")
    press(page, "#mukellefler a")
    press(page, "#ortak-kararlar")
    page.evaluate(
        "document.querySelectorAll('#kararlar, #kararlar-yok').forEach(one => one.remove())"
    )  # whatever was asked before


PICTURES: dict[str, tuple[bool, Callable[[Page], object]]] = {
    "landing": (False, lambda page: page.goto("/")),
    "menu": (True, lambda page: page.goto("/nes/")),
    "certificate": (True, _certificate),
    "code": (True, open_unlock),
    "help": (False, lambda page: page.goto("/yardim/")),
    "objection": (False, lambda page: page.goto("/itiraz/?kod=ABCDE-FGHJK")),
    "agreements": (True, _agreements),
}
"""Each picture: whether somebody is signed in, and how to come to it."""


class TooLarge(Exception):
    """A picture is larger than the docs shall carry."""


def draw(here: House, folder: Path) -> list[Path]:
    """Make every picture in both languages and return the files; raises TooLarge."""
    made = []
    for name, (known, opens) in PICTURES.items():
        for language in ("tr", "en"):
            made.append(_draw(here, folder / f"page-{name}-{language}.png", known, opens, language))
    return made


def _draw(here: House, file: Path, known: bool, opens: Callable[[Page], object], language: str) -> Path:
    with here.page(language=language, size=SIZE, person=0 if known else None) as page:
        opens(page)
        hold(page)
        page.screenshot(path=file, animations="disabled")
        if page.locator("#vazgec").count():
            cancel_unlock(page)
    if file.stat().st_size > MOST_BYTES:
        raise TooLarge(f"{file.name}: {file.stat().st_size} bytes")
    return file


def keep_all(here: House) -> list[Path]:
    """Keep a small picture of every page in every look, instead of those kept before."""
    for file in KEPT.glob("*.png"):
        file.unlink()
    for look in LOOKS:
        for walk in ROUNDS:
            walk(here, look, Album(look.name).put)
    return sorted(KEPT.glob("*.png"))


def main() -> int:
    """Draw into the folder given and name the files."""
    parser = argparse.ArgumentParser(prog="script/pictures", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("docs/pictures"))
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="anahtar-") as there, house(Path(there) / "stage", FIRST_PORT) as here:
        for file in draw(here, folder):
            print(f"{file}  {file.stat().st_size // 1024} KB")
        album = keep_all(here)
        print(f"{len(album)} pages in {KEPT}  {sum(file.stat().st_size for file in album) // 1024} KB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
