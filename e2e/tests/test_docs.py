"""The docs say what is: drawn pages equal the code, links lead somewhere, named tests and files exist."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    page
    for pattern in ("*.md", "docs/**/*.md", "gate/*.md", "card/src/**/*.md")
    for page in ROOT.glob(pattern)
    if page.is_file()
)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
NAMED_TEST = re.compile(r"`?(test_\w+\.py)::(test_\w+)`?")
NAMED_PATH = re.compile(r"`((?:script|docs|card|wire|server|desktop|gate|e2e|bench)/[\w./-]+)`")


def test_the_drawn_pages_are_what_the_code_says() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "script" / "docs", "--check"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_a_drawn_page_that_differs_is_named(tmp_path: Path) -> None:
    for part in ("docs", "script", "server/src", "e2e/anahtar_cases"):
        _copy(ROOT / part, tmp_path / part)
    shutil.copy(ROOT / "e2e" / "cases.toml", tmp_path / "e2e")
    draw = [sys.executable, str(tmp_path / "script" / "docs")]
    subprocess.run(draw, check=True, capture_output=True, timeout=60)
    page = tmp_path / "docs" / "unlock-cycle.md"
    page.write_text(page.read_text(encoding="utf-8").replace("| RELEASED | `silence` |", "| RELEASED | `noise` |"))
    done = subprocess.run([*draw, "--check"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert [line.split()[0] for line in done.stderr.splitlines()] == ["docs/unlock-cycle.md"]


def _copy(source: Path, target: Path) -> None:
    """Copy the texts of a folder; sources are needed for the list of acts only."""
    for file in source.rglob("*"):
        if file.is_file() and file.suffix in ("", ".py", ".md", ".json") and "__pycache__" not in file.parts:
            place = target / file.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(file.read_bytes())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(_prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        if anchor:
            assert anchor in _anchors(target), link


def _prose(page: Path) -> str:
    """Return the page without its blocks of code, where brackets mean something else."""
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.S | re.M)


def _anchors(page: Path) -> set[str]:
    """Return the anchors that headings get: small letters, no punctuation, hyphens for spaces."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_test_that_a_page_names_exists() -> None:
    named = {(page, *found) for page in PAGES for found in NAMED_TEST.findall(page.read_text(encoding="utf-8"))}
    assert len(named) > 100, "the threats name their tests"
    missing = [f"{page.name}: {file}::{name}" for page, file, name in sorted(named) if not _is_test(file, name)]
    assert not missing


def _is_test(file: str, name: str) -> bool:
    return any(
        re.search(rf"^\s*def {name}\(", there.read_text(encoding="utf-8"), flags=re.M)
        for there in ROOT.glob(f"*/tests/{file}")
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_path_that_a_page_names_exists(page: Path) -> None:
    named = NAMED_PATH.findall(page.read_text(encoding="utf-8"))
    assert not [path for path in named if not (ROOT / path.rstrip(".")).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_page_names_a_place_of_one_machine(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.findall(r"(?<![\w.])/(?:home|root|work|Users)/\S*", text)
