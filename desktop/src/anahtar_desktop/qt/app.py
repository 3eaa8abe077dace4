"""Starting the window."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication

from anahtar_desktop import RELEASE
from anahtar_desktop.qt import steady
from anahtar_desktop.qt.own_words import translate
from anahtar_desktop.qt.single import FirstStart, hand_over
from anahtar_desktop.qt.style import dress
from anahtar_desktop.qt.surroundings import real
from anahtar_desktop.qt.window import Window
from anahtar_desktop.settings import Settings


def application(language: str) -> QApplication:
    """Return the application, its own words in `language` too."""
    steady.hold()
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("eimza")
    app.setApplicationDisplayName("E-İmza Uygulaması")
    app.setApplicationVersion(RELEASE)
    app.setDesktopFileName("eimza")
    translate(language)
    return app


def run(settings: Settings, language: str, link: str | None = None) -> int:
    """Open the window, or bring the one that is open to the front; return the exit status when it is closed.

    Raises SettingsWrong.
    """
    parts = real(settings, language)
    app = application(language)
    if hand_over(link):
        return 0
    first = FirstStart()
    window = Window(parts, dress(app), language)
    first.came.connect(window.take_link)
    window.show()
    window.begin()
    if link:
        window.take_link(link)
    status = app.exec()
    first.close()
    return status
