"""The pictures of the window in the docs, some of which Yardım shows, are how the window looks now."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from anahtar_pages.likeness import difference, small
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage, QPainter

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "pictures"
STEPS = ROOT / "server" / "src" / "anahtar_server" / "portal" / "static" / "portal" / "steps"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Draw every picture of the window anew."""
    folder = tmp_path_factory.mktemp("pictures")
    subprocess.run([sys.executable, ROOT / "desktop" / "pictures.py", folder], check=True, timeout=120)
    return folder


def test_the_window_looks_like_its_pictures(drawn: Path) -> None:
    names = {file.name for file in DOCS.glob("window-*.png")}
    assert {file.name for file in drawn.iterdir()} == names
    assert len(names) > 30
    apart = {name: difference(_small(drawn / name), _small(DOCS / name)) for name in names}
    assert {name: str(seen) for name, seen in apart.items() if seen} == {}


def test_the_steps_in_help_are_pictures_of_the_window() -> None:
    for file in STEPS.glob("*.png"):
        assert file.read_bytes() == (DOCS / f"window-{file.name}").read_bytes(), file.name


def test_a_button_of_another_colour_is_seen(drawn: Path) -> None:
    picture = QImage(str(drawn / "window-start-tr.png")).convertToFormat(QImage.Format.Format_RGB32)
    painter = QPainter(picture)
    painter.fillRect(40, 200, 90, 24, QColor("#b3261e"))
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, "PNG")  # type: ignore[call-overload]  # a device is as good as a path
    assert difference(small(bytes(buffer.data().data())), _small(DOCS / "window-start-tr.png"))


def _small(file: Path) -> QImage:
    return small(file.read_bytes())
